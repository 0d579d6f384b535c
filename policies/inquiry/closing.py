"""Closing an inquiry: what must be recorded and said, and what undoes a closing. 4.1.2, 4.1.5, 4.1.6."""

from typing import Final

from policies.core.closing import only_complete
from policies.inquiry.config import Config
from policies.inquiry.inquiry import recorded_missing, words_missing
from policies.kernel.course import course
from policies.kernel.decisions import Reply, SetField, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import ANSWERED, CLOSED, has

_OVER: Final = has("stage", "awaiting_satisfaction", "ended")
"""The closing was checked and stood: what the customer said since changes nothing about it."""


def _missing(facts: Facts, config: Config) -> tuple[str, ...]:
    """The names of the texts that say what is missing."""
    fields = (f"@field.{name}" for name in recorded_missing(facts, config))
    return (*fields, *(f"@words.{name}" for name in words_missing(facts, config)))


@rule("4.1.2", "4.1.5", "4.1.6", kind="inquiry", when=CLOSED & ~_OVER)
def complete_before_closing(facts: Facts, config: Config) -> Wants:
    """An inquiry that is closed with something missing is opened again, and a note says what, unless a person gave a
    reason: then it is a finding, waived in that person's name."""
    what = _missing(facts, config)
    return only_complete(
        facts,
        what,
        say("close.incomplete", what=what),
        lambda person: say("close.overridden", what=what, person=person),
    )


@rule("4.1.5", kind="inquiry", when=CLOSED & ANSWERED & ~_OVER)
def closing_words_ready(facts: Facts, config: Config) -> Wants:
    """Where a closing lacked the question for further wishes, or thanks, a text with both lies ready."""
    if course(facts).override is None and words_missing(facts, config):
        text = say("reply.closing_words", number=facts.ticket.number)
        key = f"closing_words:{course(facts).occasion}"
        yield Reply(key=key, text=text, send=config.texts.closing_words), say("draft.closing_words")


@rule("4.1.6", kind="inquiry", phase="sum_up")
def show_what_is_missing(facts: Facts, config: Config) -> Wants:
    """The field in the sidebar shows what must still be recorded and said before the inquiry can be closed."""
    what = () if facts.ticket.closed else _missing(facts, config)
    if what:
        yield SetField(field="missing", value=say("missing.field", what=what)), say("missing.shown", what=what)
    elif facts.ticket.missing is not None:
        yield SetField(field="missing", value=None), say("missing.none")
