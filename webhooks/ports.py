"""What the HTTP side asks of the rest of the house; `zhidu/compose.py` hands it in."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from integrations.relay.messages import Message, Posted
from integrations.store.errors import StoreError
from integrations.store.records import Accepted, Delivery


class Outcome(StrEnum):
    """What became of one request to the intake."""

    NEW = "new"
    DUPLICATE = "duplicate"
    NO_SECRET = "no_secret"  # noqa: S105 - an outcome, not a password
    UNSIGNED = "unsigned"
    FORGED = "forged"
    TOO_LARGE = "too_large"
    MALFORMED = "malformed"
    UNAVAILABLE = "unavailable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One condition of being ready. `note` is for the log, never for the one who asks.

    needed   whether deliveries cannot be taken while it does not hold
    """

    name: str
    ok: bool
    note: str = ""
    needed: bool = True


class Inbox(Protocol):
    """Where deliveries are kept."""

    def accept_all(self, deliveries: Sequence[Delivery]) -> Sequence[Accepted | StoreError]:
        """Keeps `deliveries`, in one commit; durable when this returns. For each what became of it, in order.

        An error is that of one delivery: Refused – it can never be kept · another StoreError – not now.
        """
        ...


class Readiness(Protocol):
    """Whether the service can do its work."""

    def checks(self) -> Sequence[Check]:
        """Every condition, each looked at now. Quick: a load balancer asks every few seconds."""
        ...


class Meter(Protocol):
    """Counts what came in."""

    def delivered(self, outcome: Outcome, seconds: float) -> None:
        """One request to the intake ended as `outcome` after `seconds`."""
        ...


class MessageDesk(Protocol):
    """Where messages of web forms, apps and messengers go."""

    def take(self, message: Message) -> Posted:
        """Durable when this returns. raises NotTaken"""
        ...
