"""How grave a complaint is, and who works on it."""

from policies.complaints.case import SEVERITIES, set_by_person, weight_of
from policies.complaints.config import Config
from policies.kernel.decisions import Note, Prioritise, Route, SetField, Tag, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.vocabulary import FLAGS

SPOKEN = tuple(flag for flag in FLAGS if flag != "amount")


@rule("2.2.5", kind="complaint")
def flags_by_words(facts: Facts, config: Config) -> Wants:
    """What the customer writes raises flags; a person who set them has the last word."""
    if set_by_person(facts, "flags"):
        return
    found = {flag for flag in SPOKEN if any(article.features.has(flag) for article in facts.from_customer)}
    for article in facts.from_customer:
        disputed = article.features.largest("disputed", None)
        if disputed is not None and disputed.cny is not None and disputed.cny >= config.amount_from:
            found.add("amount")
    new = found - facts.ticket.flags
    if new:
        flags = tuple(f"@flag.{flag}" for flag in sorted(new))
        yield SetField(field="flags", value=facts.ticket.flags | new), say("flags.words", flags=flags)


@rule("2.2.5", kind="complaint")
def repeated_matter(facts: Facts, config: Config) -> Wants:
    """A customer who complained before within the repeat period complains again: flagged, and the earlier is named."""
    earlier = facts.related.earlier
    if earlier and "repeat" not in facts.ticket.flags and not set_by_person(facts, "flags"):
        why = say("flags.repeat", count=len(earlier))
        yield SetField(field="flags", value=facts.ticket.flags | {"repeat"}), why
        yield Note(key=f"repeat:{earlier[-1]}", text=why, weight=60), why


@rule("4.3.6", kind="complaint")
def several_with_one_cause(facts: Facts, config: Config) -> Wants:
    """Several customers with one cause within the period are a group complaint."""
    count = facts.related.same_cause
    if count >= config.group_from and "group" not in facts.ticket.flags and not set_by_person(facts, "flags"):
        why = say("flags.group", count=count, cause=facts.ticket.cause)
        yield SetField(field="flags", value=facts.ticket.flags | {"group"}), why


@rule("2.2.5", kind="complaint")
def severity_by_flags(facts: Facts, config: Config) -> Wants:
    """The flags' weights make the severity; it only rises, and a person's grading stands."""
    ticket = facts.ticket
    if set_by_person(facts, "severity"):
        return
    weight = weight_of(ticket.flags, config.flag_weights)
    severity = SEVERITIES[(weight >= config.serious_from) + (weight >= config.major_from)]
    known = SEVERITIES.index(ticket.severity) if ticket.severity in SEVERITIES else -1
    if SEVERITIES.index(severity) > known:
        heavy = [flag for flag, each in config.flag_weights.items() if each and flag in ticket.flags]
        flags = tuple(f"@flag.{flag}" for flag in heavy)
        why = say("severity.plain", severity=f"@core:severity.{severity}")
        if flags:
            why = say("severity.flags", severity=f"@core:severity.{severity}", flags=flags)
        yield SetField(field="severity", value=severity), why


@rule("2.2.5", kind="complaint")
def priority_of_major(facts: Facts, config: Config) -> Wants:
    """A major complaint has high priority."""
    if facts.ticket.severity == "major" and facts.ticket.priority < 3 and not facts.ticket.closed:
        yield Prioritise(priority=3), say("priority.major")


@rule("2.3.6", kind="complaint")
def mark_regulator(facts: Facts, config: Config) -> Wants:
    """A complaint in which a regulator has a part bears a tag, so that it can be found."""
    if "regulator" in facts.ticket.flags and "regulator" not in facts.ticket.tags:
        yield Tag(name="regulator"), say("regulator.tag")


@rule("4.3.3", kind="complaint")
def route_by_severity(facts: Facts, config: Config) -> Wants:
    """Where a company has a desk for a severity, the complaint goes there, unless a department works on it."""
    ticket = facts.ticket
    group = next((name for severity, name in config.desks.items() if severity == ticket.severity), None)
    if group is None or ticket.group == group or ticket.closed or facts.desk.department is not None:
        return
    if ticket.responsible in config.departments and ticket.answer_summary is None:
        return
    yield Route(group=group), say("route.severity", severity=f"@core:severity.{ticket.severity}", group=group)
