"""What kind of ticket it is, and since when: the field, else the desk's kind, else the customer's words."""

from policies.core.config import Config
from policies.kernel.decisions import Note, SetField, say
from policies.kernel.facts import Facts
from policies.kernel.rules import NO_KIND, Wants, rule
from policies.kernel.text.phrases import readable
from policies.kernel.traits import CUSTOMER_WROTE, has


def _kind_of_desk(facts: Facts, *kinds: str) -> Wants:
    """A ticket without a kind takes that of its desk, if it is one of `kinds`."""
    kind = facts.desk.kind
    if kind is not None and kind in kinds:
        yield SetField(field="kind", value=kind), say("kind.desk", group=facts.ticket.group, kind=f"@kind.{kind}")


@rule("2.1.1", kind=NO_KIND)
def inquiry_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches an inquiry desk is an inquiry until somebody knows better."""
    return _kind_of_desk(facts, "inquiry")


@rule("2.1.2", kind=NO_KIND)
def business_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a business desk is a business request until somebody knows better."""
    return _kind_of_desk(facts, "business")


@rule("2.1.3", kind=NO_KIND)
def complaint_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a desk for complaints or suggestions is one until somebody knows better."""
    return _kind_of_desk(facts, "complaint", "suggestion")


@rule("2.1.4", kind=NO_KIND)
def support_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a support desk is a technical matter until somebody knows better."""
    return _kind_of_desk(facts, "support")


@rule("2.1.6", kind=NO_KIND)
def task_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a desk for tasks is a task until somebody knows better."""
    return _kind_of_desk(facts, "task")


@rule("7.1.1", kind=NO_KIND)
def incident_of_desk(facts: Facts, config: Config) -> Wants:
    """What reaches a desk for incidents is one until somebody knows better."""
    return _kind_of_desk(facts, "incident")


@rule("2.1.3", kind=NO_KIND, when=CUSTOMER_WROTE)
def complaint_by_words(facts: Facts, config: Config) -> Wants:
    """A ticket that no desk makes anything of is a complaint when the customer's words say so."""
    for article in facts.from_customer:
        if article.features.weight("complaint") >= config.complaint_weight:
            words = tuple(dict.fromkeys(readable(match.phrase) for match in article.features.of("complaint")))
            yield SetField(field="kind", value="complaint"), say("kind.words", words=words[:3])
            return


@rule("6.2.1", when=has("kind"))
def true_time_of_receipt(facts: Facts, config: Config) -> Wants:
    """The time at which the matter came in is kept in a field of its own: re-creating a ticket loses it.

    The earliest counts: of all tickets that are this case, and of the field and the ticket itself.
    """
    ticket, first_at = facts.ticket, facts.related.first_at
    since = ticket.since if first_at is None else min(first_at, ticket.since)
    if ticket.received_at != since:
        yield SetField(field="received_at", value=since), say("received")


@rule("1.3.2", when=has("nonsense"))
def nonsense_in_fields(facts: Facts, config: Config) -> Wants:
    """A field that holds none of its options is named, and read as unset."""
    fields = tuple(sorted(facts.ticket.nonsense))
    why = say("nonsense", fields=fields)
    yield Note(key=f"nonsense:{','.join(fields)}", text=why, weight=40), why
