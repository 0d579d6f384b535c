"""What shows on a ticket at a glance, and how traits are put together."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from policies.kernel.confidential import Confidential
from policies.kernel.decisions import Decision, Route, SetField, SetState, say
from policies.kernel.facts import Article, Change, Desk, Facts, Person, Related, Ticket
from policies.kernel.glance import bits
from policies.kernel.masking import Kind
from policies.kernel.overlay import overlay
from policies.kernel.text import EMPTY, Extractor, Mark, Promise, TextFeatures, Wording
from policies.kernel.text.learnt import Proposal
from policies.kernel.text.times import Span
from policies.kernel.traits import (
    ALWAYS,
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

NOW = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
SUM = Extractor(()).features("", "你们多扣了我50000元", "text/plain")
HEATED = replace(EMPTY, weights=(("calm", 0), ("heated", 2.0)))
LEARNT = replace(EMPTY, proposal=Proposal(label="support", share=0.9))
IN_THREE_DAYS = Promise(surface="3天", start=0, end=2, when=Span(3, "d"))
RUDE = (Mark(label="reply_rude", phrase="x", surface="x"),)
CARD = (Confidential(place="body", kind=Kind.BANK_CARD, data_class="C2", count=1),)
PEOPLE = {7: Person(id=7), 8: Person(id=8, away=True), 9: Person(id=9, active=False)}
DESKS = {"Cards": Desk(group="Cards", department="cards"), "Service": Desk(group="Service")}


def ticket(**fields: Any) -> Facts:
    values = {"id": 1, "created_at": NOW, "updated_at": NOW, "state_type": "open", **fields}
    return Facts(now=NOW, ticket=Ticket(**values), people=PEOPLE, desks=DESKS)


def told(*articles: Article, history: tuple[Change, ...] = (), **related: Any) -> Facts:
    return replace(ticket(), articles=articles, history=history, related=Related(**related))


def wrote(features: TextFeatures = EMPTY, **more: Any) -> Article:
    return Article(id=1, at=NOW, sender="customer", channel="email", features=features, **more)


def answer(wording: Wording | None = None, **more: Any) -> Article:
    values: dict[str, Any] = {"sender": "agent", "by": 7, "channel": "email", "features": EMPTY, **more}
    return Article(id=2, at=NOW, wording=wording, **values)


def said_so(**wording: Any) -> Article:
    return answer(Wording(language="en", **wording))


SHOWS: dict[str, tuple[Trait, Facts, bool]] = {
    "everything shows always": (ALWAYS, ticket(), True),
    "open": (OPEN, ticket(), True),
    "pending is open": (OPEN, ticket(state_type="pending reminder"), True),
    "closed is not open": (OPEN, ticket(state_type="closed"), False),
    "closed": (CLOSED, ticket(state_type="closed"), True),
    "without a kind": (UNSORTED, ticket(), True),
    "with a kind": (UNSORTED, ticket(kind="inquiry"), False),
    "without a kind, before it was decided": (UNSORTED, replace(ticket(kind="inquiry"), read=ticket().ticket), True),
    "an owner at work": (OWNER_AWAY, ticket(owner=7), False),
    "an owner out of office": (OWNER_AWAY, ticket(owner=8), True),
    "an owner who left": (OWNER_AWAY, ticket(owner=9), True),
    "an owner nobody knows": (OWNER_AWAY, ticket(owner=5), False),
    "nobody's": (NEW_OWNER, ticket(case_owner=7), False),
    "an owner who has the case": (NEW_OWNER, ticket(owner=7, case_owner=7), False),
    "an owner who does not have the case": (NEW_OWNER, ticket(owner=7, case_owner=8), True),
    "a department's desk": (AT_DEPARTMENT, ticket(group="Cards"), True),
    "a desk of its own": (AT_DEPARTMENT, ticket(group="Service"), False),
    "a desk nobody knows": (AT_DEPARTMENT, ticket(group="Attic"), False),
    "a customer who wrote": (CUSTOMER_WROTE, told(wrote()), True),
    "a customer who did not": (CUSTOMER_WROTE, told(answer()), False),
    "a sum": (SUM_NAMED, told(wrote(SUM)), True),
    "no sum": (SUM_NAMED, told(wrote()), False),
    "an agent's sum": (SUM_NAMED, told(answer(features=SUM)), False),
    "a kind that was learnt": (
        KIND_LEARNT,
        told(wrote(LEARNT)),
        True,
    ),
    "no kind learnt": (KIND_LEARNT, told(wrote()), False),
    "an answer": (ANSWERED, told(answer()), True),
    "an internal note": (ANSWERED, told(answer(internal=True)), False),
    "a note that customers see": (ANSWERED, told(answer(channel="note")), False),
    "an answer of zhidu's own": (ANSWERED, told(answer(key="1:x")), False),
    "a time named": (PROMISED, told(said_so(promises=(IN_THREE_DAYS,))), True),
    "no time": (PROMISED, told(said_so()), False),
    "a bare refusal": (BARE_ANSWER, told(said_so(bare=True)), True),
    "a whole sentence": (BARE_ANSWER, told(said_so()), False),
    "a term unexplained": (JARGON, told(said_so(unexplained=("APR",))), True),
    "no term": (JARGON, told(said_so()), False),
    "personal data in an article": (CONFIDENTIAL, told(wrote(confidential=CARD)), True),
    "personal data in the ticket": (CONFIDENTIAL, ticket(confidential=CARD), True),
    "no personal data": (CONFIDENTIAL, told(wrote()), False),
    "complaints before": (COMPLAINED_BEFORE, told(earlier=(5,)), True),
    "none before": (COMPLAINED_BEFORE, told(linked=(5,)), False),
    "one cause with those before": (LINKED, told(linked=(5,)), True),
    "others with one cause": (SAME_CAUSE, told(same_cause=2), True),
    "a cause of its own": (SAME_CAUSE, told(same_cause=1), False),
    "a message given up": (UNDELIVERED, told(undelivered=frozenset({"completion:0"})), True),
    "all delivered": (UNDELIVERED, told(), False),
    "a field filled in": (has("severity"), ticket(severity="major"), True),
    "a field empty": (has("severity"), ticket(), False),
    "a field with the value": (has("severity", "major"), ticket(severity="major"), True),
    "a field with one of the values": (has("severity", "serious", "major"), ticket(severity="major"), True),
    "a field with another value": (has("severity", "ordinary"), ticket(severity="major"), False),
    "a number": (has("priority", 3), ticket(priority=3), True),
    "another number": (has("priority", 3), ticket(priority=2), False),
    "several values": (has("flags"), ticket(flags=frozenset({"media"})), True),
    "none of several values": (has("flags"), ticket(), False),
    "the value among several": (has("flags", "media"), ticket(flags=frozenset({"media", "legal"})), True),
    "the value not among several": (has("flags", "media"), ticket(flags=frozenset({"legal"})), False),
    "a tag": (has("tags", "vip"), ticket(tags=frozenset({"vip"})), True),
    "a module's field": (has("vip_tier"), ticket(custom={"vip_tier": "gold"}), True),
    "a module's field, empty": (has("vip_tier"), ticket(custom={"vip_tier": None}), False),
    "a module's field, not there": (has("vip_tier"), ticket(), False),
    "a module's field with the value": (has("vip_tier", "gold"), ticket(custom={"vip_tier": "gold"}), True),
    "a module's field with another": (has("vip_tier", "gold"), ticket(custom={"vip_tier": "black"}), False),
    "a module's several values": (has("vip_ways", "sms"), ticket(custom={"vip_ways": frozenset({"sms"})}), True),
    "a change": (changed("group"), told(history=(Change(at=NOW, by=7, field="group", new="Cards"),)), True),
    "a change of something else": (changed("owner"), told(history=(Change(at=NOW, by=7, field="group"),)), False),
    "a label": (said("heated"), told(wrote(HEATED)), True),
    "one of the labels": (said("withdrawal", "heated"), told(wrote(HEATED)), True),
    "a label without weight": (said("calm"), told(wrote(HEATED)), False),
    "a label the agent used": (said("heated"), told(answer(features=HEATED)), False),
    "an agent's phrase": (worded("reply_rude"), told(said_so(marks=RUDE)), True),
    "no such phrase": (worded("reply_rude"), told(said_so()), False),
    "both": (OPEN & has("severity"), ticket(severity="major"), True),
    "not both": (OPEN & has("severity"), ticket(), False),
    "one of two": (CLOSED | has("severity"), ticket(severity="major"), True),
    "neither": (CLOSED | has("severity"), ticket(), False),
    "not": (~has("severity"), ticket(), True),
    "not one of two": (~(CLOSED | has("severity")), ticket(), True),
    "not both of two": (~(OPEN & has("severity")), ticket(), True),
    "not both, but both hold": (~(OPEN & has("severity")), ticket(severity="major"), False),
    "each way of a choice": ((OPEN | CLOSED) & (has("severity") | has("stage")), ticket(stage="done"), True),
    "what contradicts itself": (OPEN & CLOSED, ticket(), False),
}


@pytest.mark.parametrize(("trait", "facts", "shows"), SHOWS.values(), ids=SHOWS)
def test_shows(trait: Trait, facts: Facts, shows: bool) -> None:
    assert trait.holds(bits(facts)) is shows
    assert (~trait).holds(bits(facts)) is not shows


WORDS: dict[str, tuple[Trait, str]] = {
    "a sign": (OPEN, "not closed"),
    "values": (has("stage", "done", "ended"), "stage done or ended"),
    "both": (CLOSED & ~has("stage", "ended"), "closed and not (stage ended)"),
    "a choice within": ((CLOSED | CUSTOMER_WROTE) & ANSWERED, "(closed or customer wrote) and answered by a person"),
}


@pytest.mark.parametrize(("trait", "words"), WORDS.values(), ids=WORDS)
def test_a_trait_is_told_in_words(trait: Trait, words: str) -> None:
    assert str(trait) == words


def test_a_value_that_a_field_never_has_is_told() -> None:
    with pytest.raises(ValueError, match=r"stage is never 'endet'; did you mean `ended`\?"):
        has("stage", "endet")


def test_a_trait_of_a_rule_that_is_loaded_later_shows_on_facts_that_were_looked_at_before() -> None:
    facts = ticket(custom={"loaded_later": "x"})
    bits(facts)

    assert has("loaded_later").holds(bits(facts))


CHANGES: dict[str, tuple[SetField | SetState | Route, Trait]] = {
    "a field": (SetField(field="severity", value="major"), has("severity", "major")),
    "a module's field": (SetField(field="mood", value="angry"), has("mood", "angry")),
    "the state": (SetState(state="closed"), CLOSED),
    "the group": (Route(group="Cards"), AT_DEPARTMENT),
}


@pytest.mark.parametrize(("action", "trait"), CHANGES.values(), ids=CHANGES)
def test_what_is_decided_shows_at_once(action: SetField | SetState | Route, trait: Trait) -> None:
    before = replace(told(wrote(HEATED)), desks=DESKS)
    assert not trait.holds(bits(before))

    after = overlay(before, [Decision(action=action, clauses=("1.1",), rule="a.b", because=say("why"))])

    assert trait.holds(bits(after))
    assert said("heated").holds(bits(after))
    assert bits(after) == bits(replace(after))
