"""What the vault takes and gives: frozen records. Only `Original` holds an original, and it does not show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from policies.kernel.facts import Post


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an original stood.

    article_id   0: in the ticket itself
    place        such as `title`, `body`, `attachment:3`, `field:account_no`; a name of a place, never of a person
    kind         of personal data, as masking names it
    """

    ticket_id: int
    article_id: int
    place: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """What was there before masking: a text, or an attachment's bytes with its name, which is sealed with them."""

    content: bytes = field(repr=False)
    name: str = field(default="", repr=False)
    text: bool = False

    @classmethod
    def of_text(cls, text: str) -> Original:
        """A text as an original."""
        return cls(content=text.encode("utf-8", "surrogatepass"), text=True)

    def __str__(self) -> str:
        return f"an original of {len(self.content)} bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What an original's pieces are bound to."""

    origin: Origin
    key_id: str
    digest: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of an original, sealed."""

    nonce: bytes = field(repr=False)
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The answer to sealing. It is durable when this is given.

    id      by which the original is asked for
    token   the same for the same value, wherever it stood; None: it was not to be compared
    new     False: the very same original was sealed at this place before
    """

    id: int
    token: str | None
    new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A sealed original, without it.

    size     bytes of it, its name included
    fault    why it could not be opened when that was last tried
    """

    id: int
    origin: Origin
    token: str | None
    key_id: str
    text: bool
    size: int
    sealed_at: datetime
    shredded_at: datetime | None = None
    fault: str | None = None


class Way(StrEnum):
    """By which way somebody came: a command on the service's machine, a mailed link, the service itself."""

    COMMAND = "command"
    LINK = "link"
    SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a login of `people.yaml` (`post` None: it is none), from which account of the machine, by which way.

    By a link it is not known who acts: `login` is whose request the link is of, "" where it is of none.

    address   of the peer, where it came over the network; behind a proxy that is the proxy's
    """

    login: str
    post: Post | None
    account: str = ""
    way: Way = Way.COMMAND
    address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Who may see an original (6.1.4).

    ask, approve     posts
    same_account     whether an approval may come from the account that the request came from
    approve_within   from the request on
    reveal_within    from the approval on
    """

    ask: frozenset[Post] = frozenset(Post)
    approve: frozenset[Post] = frozenset({Post.SUPERVISOR, Post.MANAGER})
    same_account: bool = False
    approve_within: timedelta = timedelta(hours=24)
    reveal_within: timedelta = timedelta(minutes=30)


class RequestStatus(StrEnum):
    """Where a request stands. The last three are final."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    REVEALED = "revealed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody's wish to see one original.

    expires_at      the end of waiting for an approval, or of the time in which it may be shown
    nonce           makes the link of this approval another than any other's
    approval_mark   shows that the approval was given by the vault; an approval without one is none
    """

    id: int
    record_id: int
    ticket_id: int
    by: str
    account: str
    reason: str
    requested_at: datetime
    expires_at: datetime
    approver: str | None = None
    approved_at: datetime | None = None
    refused_by: str | None = None
    refused_why: str | None = None
    refused_at: datetime | None = None
    revealed_at: datetime | None = None
    nonce: str | None = field(default=None, repr=False)
    approval_mark: str | None = field(default=None, repr=False)

    def status(self, at: datetime) -> RequestStatus:
        """At an instant."""
        if self.refused_at is not None:
            return RequestStatus.REFUSED
        if self.revealed_at is not None:
            return RequestStatus.REVEALED
        if self.expires_at <= at:
            return RequestStatus.EXPIRED
        return RequestStatus.WAITING if self.approval_mark is None else RequestStatus.APPROVED


class Event(StrEnum):
    """What the query log tells of."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    REVEALED = "revealed"
    DENIED = "denied"
    TAMPERED = "tampered"
    SHREDDED = "shredded"
    RESEALED = "resealed"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a line of the query log is about, as far as it is known."""

    request_id: int | None = None
    record_id: int | None = None
    ticket_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the query log: who, why, what, when. Never anything of an original.

    who       a login; "": it is not known, as with a link, which is whoever's that has it
    address   of the peer, where it came over the network
    """

    at: datetime
    event: Event
    who: str
    account: str
    post: str
    way: Way
    why: str
    what: str
    about: About
    address: str | None = None
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What lies in the vault.

    by_key      key → how many originals lie under it
    faults      record → why it could not be opened when that was last tried
    faulty      key → how many of its originals are among `faults`
    """

    by_key: Mapping[str, int]
    shredded: int
    faults: Mapping[int, str]
    faulty: Mapping[str, int]
    waiting: int
    approved: int

    @property
    def sealed(self) -> int:
        return sum(self.by_key.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Resealing:
    """How far sealing anew has come: `moved` by this call, `left` under retired keys that are at hand."""

    moved: int
    left: int
