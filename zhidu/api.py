"""What policy modules from outside may import: all of it, and nothing else of the program.

Rules    `rule` marks them, `Facts` is what they look at, actions are what they may want, `say` is how they speak.
Settings `Config(StrictModel)`; a period with its unit, such as `2wh`, is a `Spec`, what happens along it a `Ladder`; a
         field made by `kept_by_case()` is, for a case, what it was when the case began.
Clocks   `run_clock` runs a `Clock` and does what the rungs say that it has newly reached.
"""

from policies.core.config import KnownLadder as Ladder
from policies.kernel.config import StrictModel
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import (
    Action,
    Assign,
    Decision,
    Find,
    Link,
    Mask,
    Note,
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

__all__ = [
    "Action",
    "Article",
    "Assign",
    "Change",
    "Clock",
    "Decision",
    "Desk",
    "Facts",
    "Find",
    "Ladder",
    "Link",
    "Mask",
    "Note",
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
    "Untag",
    "Wants",
    "kept_by_case",
    "rule",
    "run_clock",
    "say",
]
