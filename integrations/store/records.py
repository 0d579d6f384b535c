"""What the store takes and gives: frozen records, aware UTC times, no bodies and no names of customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class Accepted(StrEnum):
    """What became of a delivery that was handed in."""

    NEW = "new"
    DUPLICATE = "duplicate"


class EntryStatus(StrEnum):
    """Where an inbox entry stands. A failed one that will be tried again is `waiting` with `attempts` > 0."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    DEAD = "dead"


class MessageStatus(StrEnum):
    """Where an outgoing message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


class ClockStatus(StrEnum):
    """Where a clock stands; `running`, `paused` and `breached` clocks are open."""

    RUNNING = "running"
    PAUSED = "paused"
    BREACHED = "breached"
    MET = "met"
    ENDED = "ended"


class FindingStatus(StrEnum):
    """Where a finding stands; `closed` and `waived` are final."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook delivery, as far as it is kept: ids, times and a digest, never a word of its body.

    delivery_id    the header `X-Zammad-Delivery`; the same id is accepted once
    trigger        the trigger's name as the helpdesk sent it
    updated_at     the ticket's, as the delivery gave it; with `updated_by_id` and `article_count` it tells an echo
    article_id     the newest article's, where the delivery carries one
    digest         of the body, to tell two deliveries apart in the log
    """

    delivery_id: str
    ticket_id: int
    trigger: str
    updated_at: datetime | None
    updated_by_id: int | None
    article_count: int | None
    article_id: int | None
    article_by_id: int | None
    digest: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One reason to look at a ticket. `reason` is `delivery` where `delivery` is set, else what `enqueue` was told.

    due_at    not to be worked on before; for a delivery the time of receipt
    """

    id: int
    ticket_id: int
    reason: str
    status: EntryStatus
    attempts: int
    error: str | None
    received_at: datetime
    due_at: datetime
    finished_at: datetime | None
    delivery: Delivery | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One ticket, claimed, with everything that waited for it; nobody else works on it until `lease_until`.

    token      proves the claim: a call with a token that another claim has replaced has no effect
    attempt    1 for the first try
    entries    oldest first, at least one
    """

    ticket_id: int
    token: str
    attempt: int
    lease_until: datetime
    entries: tuple[Entry, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The distinct reasons, in order of first appearance."""
        return tuple(dict.fromkeys(entry.reason for entry in self.entries))

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """The deliveries among the entries, oldest first."""
        return tuple(entry.delivery for entry in self.entries if entry.delivery is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How full a queue is. `failing` are those of `waiting` that failed at least once; `oldest_at` is when the
    longest-waiting one could have been worked on."""

    waiting: int
    failing: int
    working: int
    dead: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A ticket as it was when it was last looked at.

    by_user_id       who wrote `updated_at`
    clean            nothing foreign has changed since: a delivery that matches exactly is an echo
    history          the relevant changes up to `history_until` as JSON text, which the store does not read
    """

    ticket_id: int
    case_id: str
    number: str | None = None
    updated_at: datetime
    article_count: int
    by_user_id: int
    clean: bool
    history: str
    history_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """One clock of a ticket. `run` names the run within the clock; `next_at` is when it next wants a look."""

    name: str
    run: str
    clause: str
    started_at: datetime
    due_at: datetime
    next_at: datetime | None
    status: ClockStatus
    provisional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClock:
    """A clock and the ticket it runs on."""

    ticket_id: int
    clock: ClockRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockCounts:
    """open: running, paused or breached · paused · late: open, not paused, due · due: open, due in the period asked."""

    open: int
    paused: int
    late: int
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a ticket is about, without a word of it: whose, of which kind, of which cause, since when."""

    ticket_id: int
    customer_id: int
    kind: str
    cause: str | None
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision that was taken. `action` is its text, `because` its grounds, `policy` the digest of the policy.

    occasion   its identity: one with the same occasion is kept once, so that a second try adds nothing; None: no such
               check
    """

    ticket_id: int
    case_id: str
    at: datetime
    rule: str
    clauses: tuple[str, ...]
    slot: str
    action: str
    because: str
    policy: str
    occasion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A departure from a clause. `key` is its identity: raising it again changes nothing. `person_id`: whose."""

    key: str
    case_id: str
    ticket_id: int
    clause: str
    code: str
    person_id: int | None
    at: datetime
    evidence: str
    grave: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingStep:
    """One change of a finding's status: by whom and why."""

    at: datetime
    status: FindingStatus
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord:
    """A finding with where it stands and how it came there."""

    id: int
    finding: Finding
    status: FindingStatus
    steps: tuple[FindingStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Something to send once. `key` is its identity; the sender makes the Message-ID from it."""

    key: str
    kind: str
    to: str
    subject: str
    body: str
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A message claimed for sending. `attempt` > 1: an earlier one failed, or its sender died without a word."""

    id: int
    token: str
    attempt: int
    lease_until: datetime
    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message with where it stands."""

    id: int
    message: Message
    status: MessageStatus
    attempts: int
    error: str | None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """For `doctor` and `status`. `notes` are sentences a person should read; none when all is well."""

    engine: str
    version: str
    reachable: bool
    revision: str | None
    head: str
    notes: tuple[str, ...]
