"""How the runs of clocks are counted when nobody runs them any more."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from policies.kernel.deadlines import Clock, Ladder, Rung
from policies.kernel.decisions import Decision, RunClock, say
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import Article, Facts, Ticket
from policies.kernel.spec import Spec
from policies.kernel.text.features import EMPTY
from zhidu.policy import load_policy
from zhidu.simulating.effects import Written
from zhidu.simulating.replay import Moment
from zhidu.simulating.tally import Teller

AT = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
CALENDAR = load_policy(None).calendars["default"]
ACKNOWLEDGE, OWNER = "complaints.acknowledge", "core.no_case_without_owner"
KINDS = {ACKNOWLEDGE: "complaint", OWNER: None}
COMPLAINT = Ticket(
    id=1, created_at=AT, updated_at=AT, state="open", state_type="open", kind="complaint", severity="major"
)


def minutes(count: float) -> datetime:
    return AT + timedelta(minutes=count)


REMINDS = Ladder((Rung.parse("100%", ["remind"]),))


def run(rule: str, started_at: datetime = AT, met_at: datetime | None = None, ladder: Ladder = REMINDS) -> Decision:
    clock = Clock(
        name=rule,
        clauses=("4.3.2",),
        started_at=started_at,
        calendar=CALENDAR,
        within=Spec.parse("60m"),
        met_at=met_at,
        ladder=ladder,
    )
    return Decision(action=RunClock(clock=clock), clauses=("4.3.2",), rule=rule, because=say("x"))


def moment(at: datetime, ticket: Ticket, *decisions: Decision, articles: tuple[Article, ...] = ()) -> Moment:
    facts = Facts(now=at, ticket=ticket, articles=articles)
    running = tuple(decision.action for decision in decisions if isinstance(decision.action, RunClock))
    return Moment(facts, Verdict(decisions=decisions, running=running, facts=facts), Written(clocks=decisions))


@dataclass(frozen=True, kw_only=True)
class Row:
    """At the first moment the clock runs, `after` minutes later it does not: as what did the run end?"""

    rule: str = ACKNOWLEDGE
    after: float = 30
    becomes: Ticket
    ladder: Ladder = REMINDS
    successor: Decision | None = None
    articles: tuple[Article, ...] = ()
    ending: str


ROWS = {
    "an owner came": Row(rule=OWNER, becomes=replace(COMPLAINT, owner=7), ending="met"),
    "an owner came too late": Row(rule=OWNER, after=90, becomes=replace(COMPLAINT, owner=7), ending="met late"),
    "an owner came who knew better": Row(
        rule=OWNER, becomes=replace(COMPLAINT, owner=7, kind="inquiry", severity=None), ending="met"
    ),
    "the company wrote, and it runs anew": Row(
        becomes=COMPLAINT, successor=run(ACKNOWLEDGE, minutes(30)), ending="met"
    ),
    "the customer wrote, and it runs anew": Row(
        becomes=COMPLAINT,
        successor=run(ACKNOWLEDGE, minutes(30)),
        articles=(Article(id=1, at=minutes(30), sender="customer", features=EMPTY),),
        ending="ended",
    ),
    "of another kind": Row(becomes=replace(COMPLAINT, kind="inquiry"), ending="ended"),
    "of no kind any more": Row(becomes=replace(COMPLAINT, kind=None), ending="ended"),
    "less grave": Row(becomes=replace(COMPLAINT, severity="ordinary"), ending="ended"),
    "extended": Row(becomes=replace(COMPLAINT, extension="approved"), ending="ended"),
    "merged": Row(becomes=replace(COMPLAINT, state="merged", state_type="merged"), ending="ended"),
    "closed without it": Row(becomes=replace(COMPLAINT, state="closed", state_type="closed"), ending="ended"),
    "the customer was waited for in vain": Row(after=61, becomes=COMPLAINT, ladder=Ladder(), ending="ended"),
    "of another kind too late": Row(after=90, becomes=replace(COMPLAINT, kind="inquiry"), ending="breached"),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_nobody_asks_for_any_more_was_done_or_is_not_asked_for(row: Row) -> None:
    teller = Teller(AT, CALENDAR.zone, KINDS)
    teller.take(moment(AT, COMPLAINT, run(row.rule, ladder=row.ladder)))
    successors = () if row.successor is None else (row.successor,)
    teller.take(moment(minutes(row.after), row.becomes, *successors, articles=row.articles))
    assert [one.ending for one in teller.tell().runs][:1] == [row.ending]


def test_a_run_that_comes_back_goes_on() -> None:
    teller = Teller(AT, CALENDAR.zone, KINDS)
    for after, ticket, runs in (
        (0, COMPLAINT, True),
        (10, replace(COMPLAINT, kind="inquiry"), False),
        (20, COMPLAINT, True),
    ):
        teller.take(moment(minutes(after), ticket, *([run(ACKNOWLEDGE)] if runs else [])))
    assert [one.ending for one in teller.tell().runs] == ["running"]


def test_only_what_was_asked_for_counts_as_a_duty() -> None:
    """A duty that ended because nothing asks for it is nobody's load; one that ran out before is."""
    loads = {}
    for after in (30, 90):
        teller = Teller(AT, CALENDAR.zone, KINDS)
        teller.take(moment(AT, replace(COMPLAINT, owner=7), run(ACKNOWLEDGE)))
        teller.take(moment(minutes(after), replace(COMPLAINT, owner=7, kind="inquiry")))
        loads[after] = sorted(day.load for day in teller.tell().days)
    assert loads == {30: [], 90: ["due", "late"]}
