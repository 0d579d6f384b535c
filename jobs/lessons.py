"""A kind that a person gave a ticket is kept, to be learnt from: with hashed runs of the message, not its words."""

from __future__ import annotations

from integrations.store.store import Repositories
from integrations.zammad.facts import Reader
from jobs.outcomes import Judged
from policies.kernel.vocabulary import KINDS


def keep_correction(unit: Repositories, judged: Judged, reader: Reader) -> bool:
    """Keep the last kind that a person gave. Returns whether it was not known before.

    A kind that is not read from words, and a ticket in which the customer wrote nothing, teach nothing.
    """
    facts = judged.facts
    given = facts.set_by_person("kind")
    if given is None or given.new not in KINDS or given.new == "task" or not facts.from_customer:
        return False
    return unit.corrections.keep(
        facts.ticket.id, given.old or None, given.new, given.at, lambda: reader.grams(judged.read)
    )
