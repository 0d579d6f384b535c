"""The promises module's rules, in the order in which they decide. 3.3.3."""

from typing import Final

from policies.kernel.deadlines import Clock
from policies.kernel.decisions import Find, Say, Tell, say
from policies.kernel.facts import Article, Facts
from policies.kernel.ladders import run_clock
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import ANSWERED, OPEN, PROMISED, has
from policies.promises.config import Config
from policies.promises.kept import Given, given

MODULE: Final = "promises"
_GIVEN: Final = (PROMISED | has("promised_at")) & has("kind") & ~has("kind", "task")
"""Of a task the field holds the time at which it is due."""
_WAITS: Final = has("waiting_for", "customer") | has("state_type", "pending reminder", "pending action")


@rule("3.3.3", when=_GIVEN)
def keep_the_promise(facts: Facts, config: Config) -> Wants:
    """The promise due next has a clock to the very time that was named; what is said to the customer stops it."""
    told = given(facts)
    waiting = [promise for promise in told if promise.ended_at is None]
    current = min(waiting, key=lambda promise: promise.due_at) if waiting else told[-1] if told else None
    if current is None:
        return
    clock = Clock.of(
        "promise",
        "3.3.3",
        current.at,
        facts.calendar,
        until_at=current.due_at,
        met_at=current.ended_at,
        restarts=current.number,
        ladder=config.ladder,
    )
    whose = current.by if facts.person(current.by) is not None else None
    yield from run_clock(clock, facts, MODULE, whose=whose)


@rule("3.3.3", when=_GIVEN)
def promise_is_broken(facts: Facts, config: Config) -> Wants:
    """The named time passed and the customer heard nothing: a finding, whatever is said later."""
    for promise in given(facts):
        if promise.state == "broken":
            why = say("broken", due=promise.due_at, given=promise.at)
            key = f"promise_broken:{promise.name}"
            yield _find(key, "promise_broken", why, promise, grave=config.broken_is_grave), why


@rule("3.3.3", when=_GIVEN)
def promise_is_moved(facts: Facts, config: Config) -> Wants:
    """Another time named before the first had come is recorded, not shown: too many of them are no good sign."""
    for promise in given(facts):
        if promise.state == "moved" and promise.moved_to is not None:
            why = say("moved", due=promise.due_at, new=promise.moved_to)
            yield _find(f"promise_moved:{promise.name}", "promise_moved", why, promise, private=True), why


def _find(key: str, code: str, why: Say, promise: Given, *, grave: bool = False, private: bool = False) -> Find:
    return Find(key=key, code=code, text=why, person=promise.by, grave=grave, private=private)


@rule("3.3.3", when=OPEN & ANSWERED & ~_WAITS)
def reply_without_time(facts: Facts, config: Config) -> Wants:
    """A reply that settles nothing and names no time is a finding; the one who wrote it is told in private."""
    ticket = facts.ticket
    if ticket.kind not in config.needs_time:
        return
    reply = facts.to_customer[-1]
    if not _leaves_open(facts, reply) or _told_elsewhere(facts, reply):
        return
    why = say("without_time")
    yield Find(key=f"without_time:{reply.id}", code="without_time", text=why, person=reply.by, private=True), why
    if facts.person(reply.by) is not None:
        text = say("coaching.without_time", number=ticket.number)
        yield Tell(key=f"without_time_told:{reply.id}", person=reply.by, text=text, private=True), text


def _leaves_open(facts: Facts, reply: Article) -> bool:
    """Whether it puts off, and neither asks, nor says that it is done, nor is bound by a time that still runs."""
    said = reply.wording
    if said is None or said.promises or reply.features.question_marks or said.has("reply_solved"):
        return False
    running = any(promise.ended_at is None or promise.at >= reply.at for promise in given(facts))
    return not running and (facts.ticket.kind == "complaint" or said.has("reply_open") or said.has("reply_vague"))


def _told_elsewhere(facts: Facts, reply: Article) -> bool:
    """The first answer to a complaint has a rule of its own in the complaints module (4.3.2)."""
    return facts.ticket.kind == "complaint" and reply.id == facts.to_customer[0].id


RULES = (keep_the_promise, promise_is_broken, promise_is_moved, reply_without_time)
