"""How grave a complaint is, and who works on it."""

from collections.abc import Mapping
from typing import Final

from policies.complaints.case import SEVERITIES, view
from policies.complaints.config import Config, Flag
from policies.kernel.decisions import Link, Note, Prioritise, Route, SetField, Tag, Untag, say
from policies.kernel.facts import Article, Facts
from policies.kernel.kept import kept
from policies.kernel.rules import Wants, rule
from policies.kernel.text import TextFeatures
from policies.kernel.traits import AT_DEPARTMENT, COMPLAINED_BEFORE, LINKED, OPEN, SAME_CAUSE, SUM_NAMED, has, said
from policies.kernel.vocabulary import FLAGS

_MOST_LINKS: Final = 5
"""The latest ones; the first of many leads on to those before it."""
_SPOKEN: Final = tuple(flag for flag in FLAGS if flag != "amount")


def weight_of(flags: frozenset[str], weights: Mapping[Flag, int]) -> int:
    """What the flags weigh together."""
    return sum(weight for flag, weight in weights.items() if flag in flags)


def said_flags(article: Article, config: Config) -> frozenset[str]:
    """The flags that one message raises."""
    return _raised(article.features, config)


@kept
def _raised(features: TextFeatures, config: Config) -> frozenset[str]:
    found = {label for label, weight in features.weights if weight > 0 and label in _SPOKEN}
    if features.amounts:
        disputed = features.largest("disputed")
        if disputed is not None and disputed.cny is not None and disputed.cny >= config.amount_from:
            found.add("amount")
    return frozenset(found)


@rule("2.2.5", kind="complaint", when=said(*_SPOKEN) | SUM_NAMED)
def flags_by_words(facts: Facts, config: Config) -> Wants:
    """What the customer writes raises flags. A person's correction stands: only later messages add to it, and a flag
    that a person took away stays away."""
    corrected = facts.set_by_person("flags")
    found: set[str] = set()
    for article in facts.from_customer:
        if corrected is None or article.at > corrected.at:
            found |= said_flags(article, config)
    new = found - facts.ticket.flags
    if new and not new <= view(facts).removed_flags:
        new -= view(facts).removed_flags
        flags = tuple(f"@flag.{flag}" for flag in sorted(new))
        yield SetField(field="flags", value=facts.ticket.flags | new), say("flags.words", flags=flags)


@rule("2.2.5", kind="complaint", when=COMPLAINED_BEFORE)
def repeated_matter(facts: Facts, config: Config) -> Wants:
    """A customer who complained before within the repeat period: flagged, and the earlier ones are counted."""
    earlier = facts.related.earlier
    if "repeat" not in facts.ticket.flags and "repeat" not in view(facts).removed_flags:
        why = say("flags.repeat", count=len(earlier))
        yield SetField(field="flags", value=facts.ticket.flags | {"repeat"}), why
        yield Note(key=f"repeat:{earlier[-1]}", text=why, weight=60), why


@rule("4.3.6", kind="complaint", when=LINKED)
def link_repeats(facts: Facts, config: Config) -> Wants:
    """A customer's complaints of one cause are linked, the later one with the earlier ones: each once."""
    repeats = facts.related.linked[-_MOST_LINKS:]
    why = say("flags.linked", count=len(repeats))
    for ticket in repeats:
        yield Link(ticket=ticket), why
    yield Note(key=f"linked:{repeats[-1]}", text=why, weight=40), why


@rule("4.3.6", kind="complaint", when=SAME_CAUSE)
def several_with_one_cause(facts: Facts, config: Config) -> Wants:
    """Several customers with one cause within the period are a group complaint."""
    count = facts.related.same_cause
    if count >= config.group_from and "group" not in facts.ticket.flags and "group" not in view(facts).removed_flags:
        why = say("flags.group", count=count, cause=facts.ticket.cause)
        yield SetField(field="flags", value=facts.ticket.flags | {"group"}), why


@rule("2.2.5", kind="complaint", when=has("flags") | ~has("severity", *SEVERITIES))
def severity_by_flags(facts: Facts, config: Config) -> Wants:
    """The flags' weights make the severity; it only rises, and a person's grading stands."""
    ticket = facts.ticket
    weight = weight_of(ticket.flags, config.flag_weights)
    rank = (weight >= config.serious_from) + (weight >= config.major_from)
    known = SEVERITIES.index(ticket.severity) if ticket.severity in SEVERITIES else -1
    if rank <= known or facts.set_by_person("severity") is not None:
        return
    severity = SEVERITIES[rank]
    heavy = [flag for flag, each in config.flag_weights.items() if each and flag in ticket.flags]
    flags = tuple(f"@flag.{flag}" for flag in heavy)
    named = f"@core:severity.{severity}"
    why = say("severity.flags", severity=named, flags=flags) if flags else say("severity.plain", severity=named)
    yield SetField(field="severity", value=severity), why


@rule("2.2.5", kind="complaint", when=OPEN & has("severity", "major"))
def priority_of_major(facts: Facts, config: Config) -> Wants:
    """A major complaint has high priority."""
    if facts.ticket.priority < 3:
        yield Prioritise(priority=3), say("priority.major")


@rule("2.3.6", kind="complaint", when=has("flags", "regulator") | has("tags", "regulator"))
def mark_regulator(facts: Facts, config: Config) -> Wants:
    """A complaint in which a regulator has a part bears a tag, so that it can be found."""
    flagged, tagged = "regulator" in facts.ticket.flags, "regulator" in facts.ticket.tags
    if flagged and not tagged:
        yield Tag(name="regulator"), say("regulator.tag")
    elif tagged and not flagged and "regulator" in view(facts).removed_flags:
        yield Untag(name="regulator"), say("regulator.untag")


@rule("4.3.3", kind="complaint", when=OPEN & has("severity") & ~AT_DEPARTMENT)
def route_by_severity(facts: Facts, config: Config) -> Wants:
    """Where a company has a desk for a severity, the complaint goes there, unless a department works on it.

    Once for each grading: whoever moves it on by hand has the last word.
    """
    ticket = facts.ticket
    group = next((name for severity, name in config.desks.items() if severity == ticket.severity), None)
    if group is None or ticket.group == group:
        return
    if ticket.responsible in config.departments and ticket.answer_summary is None:
        return
    moved, graded = facts.set_by_person("group"), facts.last_set("severity")
    if moved is not None and graded is not None and moved.at >= graded.at:
        return
    yield Route(group=group), say("route.severity", severity=f"@core:severity.{ticket.severity}", group=group)
