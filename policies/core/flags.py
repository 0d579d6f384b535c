"""Flags as words of the history tell them."""

import re
from typing import Final

from policies.kernel.facts import Facts
from policies.kernel.vocabulary import FLAGS

_FLAG: Final = re.compile("[a-z]+")


def flags_in(word: str) -> frozenset[str]:
    """The flags that a value of the history names, however it is written."""
    return frozenset(_FLAG.findall(word)).intersection(FLAGS)


def taken_away(facts: Facts) -> frozenset[str]:
    """Flags that a person of the company took away: they do not come back by themselves."""
    gone: set[str] = set()
    for change in facts.history:
        if change.field == "flags" and change.by != facts.me and change.by in facts.people:
            gone |= flags_in(change.old) - flags_in(change.new)
    return frozenset(gone)
