"""The time to a solution: the company's own, the law's, and their extension."""

from datetime import datetime

from policies.complaints.case import (
    MODULE,
    became,
    closed_since,
    first_reply_after,
    held_closings,
    own_clock,
    reopened_at,
    reopenings,
)
from policies.complaints.config import Config
from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Find, Note, Reply, SetField, say
from policies.kernel.facts import Change, Facts, Post
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule


def _posts(config: Config) -> tuple[Post, ...]:
    return (Post.MANAGER,) if config.extension_needs == "manager" else (Post.SUPERVISOR, Post.MANAGER)


def _judged(facts: Facts, config: Config) -> tuple[tuple[Change, str], ...]:
    """Each approval of an extension, oldest first, with what is wrong with it: "", `post`, `self` or `reason`."""
    found, asked, reason = [], None, ""
    for change in facts.history:
        if change.field == "extension_reason":
            reason = change.new
        elif change.field == "extension" and change.new == "asked":
            asked = change
        elif change.field == "extension" and change.new == "approved":
            wrong = ""
            if facts.post_of(change.by) not in _posts(config):
                wrong = "post"
            elif asked is not None and asked.by == change.by:
                wrong = "self"
            elif not (reason or facts.ticket.extension_reason):
                wrong = "reason"
            found.append((change, wrong))
    return tuple(found)


def extensions(facts: Facts, config: Config) -> tuple[Change, ...]:
    """The extensions that hold."""
    return tuple(change for change, wrong in _judged(facts, config) if not wrong)


def _met(facts: Facts) -> datetime | None:
    held = held_closings(facts)
    return held[0] if held else None


@rule("2.1.3", kind="complaint")
def resolve(facts: Facts, config: Config) -> Wants:
    """The company's own time to a solution; a reopened case gets a new run, an extended one the law's longer time."""
    ticket = facts.ticket
    if extensions(facts, config):
        return
    again = reopened_at(facts)
    counted = reopenings(facts) if again is not None and held_closings(facts) else 0
    started = again if counted and again is not None else ticket.since
    met = closed_since(facts) if ticket.closed else None
    within = config.resolve.within.of(ticket.severity)
    clock = own_clock(facts, "resolve", "2.1.3", started, within, config.resolve.ladder, met, counted)
    yield from run_clock(clock, facts, MODULE)


@rule("1.3.2", kind="complaint")
def legal_deadline(facts: Facts, config: Config) -> Wants:
    """The regulation profile's deadline counts from the first receipt and never pauses; extensions lengthen it."""
    stages = config.law.stages
    if not stages:
        return
    within = stages[min(len(extensions(facts, config)), len(stages) - 1)]
    clock = Clock(
        name="law",
        clauses=("1.3.2",),
        started_at=facts.ticket.since,
        within=within,
        calendar=facts.calendar,
        ladder=config.law_ladder,
        met_at=_met(facts),
        pausable=False,
    )
    yield from run_clock(clock, facts, MODULE)


@rule("1.3.2", kind="complaint")
def extension_needs_reason(facts: Facts, config: Config) -> Wants:
    """An extension that is asked for names its reason."""
    if facts.ticket.extension == "asked" and not facts.ticket.extension_reason:
        asked = became(facts, "extension", "asked")
        why = say("extension.reason_missing")
        yield Note(key=f"extension_reason:{_at(asked)}", text=why, weight=70), why


@rule("1.3.2", kind="complaint")
def void_extension(facts: Facts, config: Config) -> Wants:
    """An approval without the post, by the one who asked, or without a reason does not lengthen anything."""
    if facts.ticket.extension != "approved":
        return
    judged = _judged(facts, config)
    if judged and judged[-1][1]:
        change, wrong = judged[-1]
        why = say(f"extension.{wrong}", person=f"person:{change.by}")
        yield SetField(field="extension", value="asked"), why
        yield Find(key=f"extension_{wrong}:{_at(change)}", code="extension_void", text=why, person=change.by), why
        yield Note(key=f"extension_void:{_at(change)}", text=why, weight=80), why


@rule("1.3.2", kind="complaint")
def extension_takes_effect(facts: Facts, config: Config) -> Wants:
    """An approved extension moves the due time: the note says to when, and by whom it was approved."""
    held, stages = extensions(facts, config), config.law.stages
    if not held or not stages or facts.ticket.closed:
        return
    due = facts.calendar.add(facts.ticket.since, stages[min(len(held), len(stages) - 1)]).at
    why = say("extension.approved", person=f"person:{held[-1].by}", due=due)
    yield Note(key=f"extension:{_at(held[-1])}", text=why, weight=80), why


@rule("1.3.2", kind="complaint")
def tell_customer_of_extension(facts: Facts, config: Config) -> Wants:
    """The customer is told of every extension; a text lies ready, and it is due."""
    held, stages = extensions(facts, config), config.law.stages
    if not held or not stages or facts.ticket.closed:
        return
    last = held[-1]
    reply, deadline = first_reply_after(facts, last.at), config.extension_notice
    met = None if reply is None else reply.at
    clock = own_clock(facts, "extension_notice", "1.3.2", last.at, deadline.within, deadline.ladder, met)
    yield from run_clock(clock, facts, MODULE)
    if reply is None:
        due = facts.calendar.add(facts.ticket.since, stages[min(len(held), len(stages) - 1)]).at
        text = say("reply.extension", number=facts.ticket.number, due=due)
        yield Reply(key=f"extension_notice:{_at(last)}", text=text, send=config.texts.extension), say("draft.extension")


def _at(change: Change | None) -> int:
    return 0 if change is None else int(change.at.timestamp())
