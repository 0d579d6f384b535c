"""What policy modules from outside may import: all of it, and nothing else of the program.

Rules    `rule` marks them, `Facts` is what they look at, actions are what they may want, `say` is how they speak.
         What must show on a ticket for a rule to be asked is a `Trait`: `when=OPEN & has("severity", "major")`.
Settings `Config(StrictModel)`; a period with its unit, such as `2wh`, is a `Spec`, what happens along it a `Ladder`; a
         field made by `kept_by_case()` is, for a case, what it was when the case began. What several settings must
         be together is checked by methods marked `together`, which yield what is wrong.
Clocks   `run_clock` runs a `Clock` and does what the rungs say that it has newly reached.
"""

from policies.core.config import KnownLadder as Ladder
from policies.kernel.config import StrictModel
from policies.kernel.config_together import together
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import (
    Action,
    Assign,
    Checklist,
    Decision,
    Find,
    Link,
    Mask,
    Note,
    Notify,
    Prioritise,
    Reply,
    Route,
    RunClock,
    Say,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
    say,
)
from policies.kernel.eras import kept_by_case
from policies.kernel.facts import Article, Change, Desk, Facts, Person, Post, Ticket
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Rule, Wants, rule
from policies.kernel.spec import Spec
from policies.kernel.traits import (
    ANSWERED,
    AT_DEPARTMENT,
    BARE_ANSWER,
    CLOSED,
    COMPLAINED_BEFORE,
    CONFIDENTIAL,
    CUSTOMER_WROTE,
    JARGON,
    KIND_LEARNT,
    LINKED,
    NEW_OWNER,
    OPEN,
    OWNER_AWAY,
    PROMISED,
    SAME_CAUSE,
    SUM_NAMED,
    UNDELIVERED,
    UNSORTED,
    Trait,
    changed,
    has,
    said,
    worded,
)

__all__ = [
    "ANSWERED",
    "AT_DEPARTMENT",
    "BARE_ANSWER",
    "CLOSED",
    "COMPLAINED_BEFORE",
    "CONFIDENTIAL",
    "CUSTOMER_WROTE",
    "JARGON",
    "KIND_LEARNT",
    "LINKED",
    "NEW_OWNER",
    "OPEN",
    "OWNER_AWAY",
    "PROMISED",
    "SAME_CAUSE",
    "SUM_NAMED",
    "UNDELIVERED",
    "UNSORTED",
    "Action",
    "Article",
    "Assign",
    "Change",
    "Checklist",
    "Clock",
    "Decision",
    "Desk",
    "Facts",
    "Find",
    "Ladder",
    "Link",
    "Mask",
    "Note",
    "Notify",
    "Person",
    "Post",
    "Prioritise",
    "Reply",
    "Route",
    "Rule",
    "RunClock",
    "Say",
    "SetField",
    "SetState",
    "Spec",
    "StrictModel",
    "Tag",
    "Tell",
    "Ticket",
    "Trait",
    "Untag",
    "Wants",
    "changed",
    "has",
    "kept_by_case",
    "rule",
    "run_clock",
    "said",
    "say",
    "together",
    "worded",
]
