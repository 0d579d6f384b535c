"""One decision's action on one line, as a person reads it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from policies.kernel.decisions import Decision, Find, Note, Notify, Reply, Say, SetField, Tell
from policies.kernel.describe import Namer, describe, in_words
from policies.kernel.voice import Voice

_LINE: Final = 70
"""Characters of a text that are shown."""
_KEYS: Final = ("text", "key")


def action_line(decision: Decision, voice: Voice, when: Callable[[datetime], str]) -> str:
    """What is wanted, its texts in the reader's language; a sentence that also says why is left to be told there."""
    action, name = decision.action, named(voice)
    match action:
        case SetField(field=field, value=Say() as value):
            return f"set {field}=“{_beginning(voice.say(value, decision.module))}”"
        case Note() | Reply() | Notify() | Tell() | Find():
            verb, words = describe(action, name)
            parts = [f"{key}={word}" for key, word in words.items() if key not in _KEYS and not key.startswith("$")]
            same = action.text == decision.because
            said = [] if same else [f"“{_beginning(voice.say(action.text, decision.module))}”"]
            return " ".join((verb, *parts, *said))
    return in_words(action, name, when)


def named(voice: Voice) -> Namer:
    """People by the names that the helpdesk knows."""
    return lambda user: None if user is None else voice.person(user)


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _LINE else f"{words[:_LINE]}…"
