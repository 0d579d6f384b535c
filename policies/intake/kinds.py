"""What kind of ticket it is, by the words of the customer, the desk and the channel; a person's word is the last."""

from __future__ import annotations

from typing import Final

from policies.intake.config import Config
from policies.intake.reading import Reading, read_once
from policies.kernel.decisions import Note, SetField, say
from policies.kernel.facts import Article, Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CUSTOMER_WROTE, KIND_LEARNT, OPEN, UNSORTED, changed, has

_VIEW: Final = "_intake"


def first_reading(facts: Facts, config: Config) -> Reading | None:
    """The reading that decides: of the first message that says anything, or of the first that complains outright.

    None without a message of the customer's. The same object for the same facts, so that it is read once.
    """
    kept: tuple[Config, Reading | None] | None = facts.__dict__.get(_VIEW)
    if kept is None or kept[0] is not config:
        kept = facts.__dict__[_VIEW] = (config, _first(facts, config))
    return kept[1]


def reading_of(article: Article, facts: Facts, config: Config) -> Reading:
    """The reading of one of the ticket's messages."""
    return read_once(article.features, config, facts.desk.kind, article.channel)


def _first(facts: Facts, config: Config) -> Reading | None:
    readings = [reading_of(article, facts, config) for article in facts.from_customer if article.features.length]
    complaining = next((reading for reading in readings if reading.kind == "complaint" and reading.outright), None)
    return complaining or next(iter(readings), None)


def _kind(facts: Facts, config: Config, kind: str) -> Wants:
    """A ticket without a kind takes `kind`, if that is what it reads as."""
    if facts.set_by_person("kind") is not None:
        return
    if facts.ticket.kind == kind:
        return  # the core module has said so already
    reading = first_reading(facts, config)
    if reading is None or reading.kind != kind:
        return
    words = reading.reason(kind)
    named = f"@core:kind.{kind}"
    if words:
        yield SetField(field="kind", value=kind), say("kind.words", kind=named, words=words)
    elif facts.desk.kind == kind:
        yield SetField(field="kind", value=kind), say("kind.desk", kind=named, group=facts.ticket.group)
    elif reading.leant(kind):
        yield SetField(field="kind", value=kind), say("kind.wording", kind=named)
    else:
        yield SetField(field="kind", value=kind), say("kind.plain", kind=named)


@rule("2.1.1", when=UNSORTED & CUSTOMER_WROTE)
def inquiry_by_words(facts: Facts, config: Config) -> Wants:
    """What asks for information, or says nothing that makes it anything else, is an inquiry."""
    return _kind(facts, config, "inquiry")


@rule("2.1.2", when=UNSORTED & CUSTOMER_WROTE)
def business_by_words(facts: Facts, config: Config) -> Wants:
    """What asks for something to be done on an account or product is a business request; so is a withdrawal."""
    return _kind(facts, config, "business")


@rule("2.1.3", when=UNSORTED & CUSTOMER_WROTE)
def complaint_by_words(facts: Facts, config: Config) -> Wants:
    """What states a wrong or displeasure and wants redress is a complaint, whatever else it is."""
    return _kind(facts, config, "complaint")


@rule("2.1.3", when=UNSORTED & CUSTOMER_WROTE)
def suggestion_by_words(facts: Facts, config: Config) -> Wants:
    """What proposes an improvement and wants no redress is a suggestion."""
    return _kind(facts, config, "suggestion")


@rule("2.1.4", when=UNSORTED & CUSTOMER_WROTE)
def support_by_words(facts: Facts, config: Config) -> Wants:
    """What does not work for this customer is a technical matter."""
    return _kind(facts, config, "support")


@rule("7.1.1", when=UNSORTED & CUSTOMER_WROTE)
def incident_by_words(facts: Facts, config: Config) -> Wants:
    """What staff or a partner report as failing for many is an incident."""
    return _kind(facts, config, "incident")


@rule("2.1.3", when=has("kind") & ~has("kind", "complaint") & changed("kind") & CUSTOMER_WROTE)
def a_later_message_complains(facts: Facts, config: Config) -> Wants:
    """A ticket that zhidu took for something else becomes a complaint when a later message complains.

    A kind that a person gave stands, and so does one that came with the ticket.
    """
    given = facts.last_set("kind")
    if given is None or given.by != facts.me:
        return
    if facts.set_by_person("kind") is not None:
        return
    for article in facts.from_customer:
        if article.at <= given.at:
            continue
        reading = reading_of(article, facts, config)
        words = reading.reason("complaint")
        if reading.kind == "complaint" and reading.outright and words:
            yield SetField(field="kind", value="complaint"), say("kind.words", kind="@core:kind.complaint", words=words)
            return


@rule("4.3.3", when=OPEN & has("kind") & KIND_LEARNT)
def propose_what_was_learnt(facts: Facts, config: Config) -> Wants:
    """What was learnt from corrections is proposed where it is sure and differs; it never overrules."""
    if facts.set_by_person("kind") is not None:
        return
    first = next((article for article in facts.from_customer if article.features.length), None)
    proposal = None if first is None else first.features.proposal
    if proposal is None or proposal.label == facts.ticket.kind or proposal.share < config.proposals:
        return
    kind = f"@core:kind.{proposal.label}"
    why = say("proposal", kind=kind, share=round(100 * proposal.share))
    yield Note(key=f"proposal:{proposal.label}", text=why, weight=30), why
