"""What a ticket's history is known by: who changed what and when, the options of fields, and that people wrote words.

The words themselves stay in the helpdesk. Rules, the store and golden rows see the same, so that a rule cannot decide
one way on what was just read and another on what was kept.
"""

import re
from dataclasses import replace
from datetime import datetime

from policies.kernel.decisions import Say, Value
from policies.kernel.facts import Change, Ticket
from policies.kernel.vocabulary import OPTIONS, PEOPLE, TEXTS, TIMES

WRITTEN = "…"
"""Stands for a text that somebody wrote."""

ZAMMADS_OWN = frozenset({"state", "group", "owner", "priority", "pending_time"})
"""Fields of the helpdesk whose words are its own."""

_NOTHING = ("", "none", "-")
_NAMED = frozenset({"responsible"})
"""Texts that a rule only says where they are a word of the settings."""
_PERSON = re.compile(r"(?:^|#)([0-9]{1,18})$")
_OPTION = re.compile(r"[a-z]{1,20}(?:_[a-z]{1,20}){0,3}|[0-9]{1,6}")
_LIST = re.compile(r"[\w\s\[\]\",-]*", re.ASCII)
_WORD = re.compile(r"\w+")


def kept(change: Change) -> Change:
    """The change as rules and the store may know it."""
    old, new = kept_word(change.field, change.old), kept_word(change.field, change.new)
    return change if (old, new) == (change.old, change.new) else replace(change, old=old, new=new)


def kept_word(field: str, word: str) -> str:
    """A value of the history as it may be known: options, times, people by id, small numbers as they are.

    Of a field of another module that is a value of lower-case letters and underscores, as options have them, a list
    of such, a time, or a whole number of six digits at most.
    """
    if field in ZAMMADS_OWN or word in _NOTHING:
        return word
    if field in PEOPLE:
        found = _PERSON.search(word.strip())
        return f"#{found[1]}" if found is not None else WRITTEN
    if field in OPTIONS:
        known: bool = _options(word) <= set(OPTIONS[field])
    elif field in TEXTS:
        known = False
    else:
        known = field not in TIMES and all(map(_OPTION.fullmatch, _options(word)))
    return word if known or (field not in OPTIONS and field not in TEXTS and _is_time(word)) else WRITTEN


def _options(word: str) -> set[str]:
    """What a list or a single option names; the whole word where it is neither."""
    return set(_WORD.findall(word)) if word.startswith("[") and _LIST.fullmatch(word) else {word}


def _is_time(word: str) -> bool:
    try:
        datetime.fromisoformat(word.replace(" UTC", "+00:00"))
    except ValueError:
        return False
    return True


def without_words(text: Say, ticket: Ticket) -> Say:
    """The sentence without what people wrote into the ticket's fields, for what outlives the ticket."""
    fields = {name: getattr(ticket, name) for name in TEXTS - _NAMED} | dict(ticket.custom)
    words = {value for name, value in fields.items() if isinstance(value, str) and kept_word(name, value) == WRITTEN}

    def kept_value(value: Value) -> Value:
        if isinstance(value, tuple):
            return tuple(WRITTEN if item in words else item for item in value)
        return WRITTEN if value in words else value

    return replace(text, values=tuple((name, kept_value(value)) for name, value in text.values))
