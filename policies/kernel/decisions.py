"""What a rule may want: a closed union of actions, each with its slot, and the decision that carries its grounds.

Actions with a slot compete: one value wins. Actions without (notes, tags, messages, findings) add up; each carries a
`key` that names the occasion, so that the same occasion is acted on once however often the ticket is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from policies.kernel.deadlines import Clock
from policies.kernel.facts import FieldValue
from policies.kernel.quick import quick

Value: TypeAlias = str | int | datetime | tuple[str, ...] | None
How = Literal["mention", "mail"]
Way = Literal["mail", "sms", "messenger"]
Send = Literal["auto", "draft", "off"]


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """A sentence by its key in the module's i18n files, with the values that fill it.

    module   whose texts hold the key; empty: those of the rule's own module
    """

    key: str
    module: str = ""
    values: tuple[tuple[str, Value], ...] = ()


def say(key: str, /, module: str = "", **values: Value) -> Say:
    return Say(key=key, module=module, values=tuple(values.items()))


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class SetField:
    """One of zhidu's own ticket fields, named without `zhidu_`, gets a value; None clears it.

    A `Say` is for people to read: it is written in the language of the desk, and rules do not see it.
    """

    field: str
    value: FieldValue | Say

    @property
    def slot(self) -> str:
        return f"ticket.{self.field}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The ticket moves to a group."""

    group: str

    @property
    def slot(self) -> str:
        return "ticket.group"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Assign:
    """The ticket gets an owner; None puts it back into the queue."""

    owner: int | None

    @property
    def slot(self) -> str:
        return "ticket.owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetState:
    """The ticket gets a state by its type; `until` is for pending states."""

    state: str
    until: datetime | None = None

    @property
    def slot(self) -> str:
        return "ticket.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prioritise:
    """1 low, 2 normal, 3 high."""

    priority: int

    @property
    def slot(self) -> str:
        return "ticket.priority"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class RunClock:
    """A deadline runs, is paused, was met or breached, as the clock itself says.

    reached   rungs that take effect now, in order; remembered with the write that carries their effects
    """

    clock: Clock
    reached: tuple[str, ...] = ()

    @property
    def slot(self) -> str:
        return f"clock.{self.clock.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    name: str
    slot: Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untag:
    name: str
    slot: Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another ticket, by its id, stands among this one's links. Linked once: a person who cuts the link has the last
    word."""

    ticket: int
    slot: Literal[""] = ""

    @property
    def key(self) -> str:
        return f"link:{self.ticket}"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """These lines stand on the ticket's checklist, which is begun where there is none. Done once: a person who
    changes the list afterwards has the last word.

    gone     lines that go, where they stand there to the letter and unticked
    """

    key: str
    lines: tuple[str, ...]
    gone: tuple[str, ...] = ()
    slot: Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line of the one internal note of this evaluation.

    weight   higher stands further up; the headline of the situation has 100
    """

    key: str
    text: Say
    weight: int = 50
    slot: Literal[""] = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A text to the customer: sent, offered in the note ready to send, or left away, as `send` says."""

    key: str
    text: Say
    send: Send = "draft"
    slot: Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """The customer gets a text outside the ticket: by a mail of the company's, an SMS, or a messenger."""

    key: str
    way: Way
    text: Say
    slot: Literal[""] = ""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """One person hears of it: by a mention in the note (hand-overs only: it subscribes) or by mail.

    private    the ticket does not show that the person was told
    gathered   it may wait for the end of the working day, and go with others of that day in one mail
    """

    key: str
    person: int
    text: Say
    how: How = "mail"
    private: bool = False
    gathered: bool = False
    slot: Literal[""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Something confidential is hidden (6.1.1); for `place` see `Confidential`.

    article   0: in the ticket itself
    way       `flag`: its article is made internal, so that it shows to staff only; `twin`: the ticket is made anew
              with the value masked
    """

    article: int
    place: str
    kind: str
    way: Literal["flag", "twin"] = "flag"

    @property
    def slot(self) -> str:
        return f"mask.{self.article}.{self.place}.{self.kind}"


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A departure from the clause.

    person    whose it is; None: the desk's
    private   what only that person and the figures know: nothing on the ticket shows it, which the whole group reads
    """

    key: str
    code: str
    text: Say
    person: int | None = None
    grave: bool = False
    waived_by: int | None = None
    private: bool = False
    slot: Literal[""] = ""


Action: TypeAlias = (
    SetField
    | Route
    | Assign
    | SetState
    | Prioritise
    | RunClock
    | Tag
    | Untag
    | Link
    | Checklist
    | Note
    | Reply
    | Notify
    | Tell
    | Mask
    | Find
)

KEYED = (Link, Checklist, Note, Reply, Notify, Tell, Find)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An action and its grounds: the rule, its clauses, one sentence for the agent."""

    action: Action
    clauses: tuple[str, ...]
    rule: str
    because: Say

    @property
    def module(self) -> str:
        return self.rule.partition(".")[0]
