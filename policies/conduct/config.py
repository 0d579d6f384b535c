"""Settings of the conduct module."""

from typing import Annotated, Literal

from pydantic import Field

from policies.kernel.config import StrictModel

Code = Literal[
    "no_greeting",
    "no_staff_identity",
    "no_apology",
    "no_time",
    "no_anything_else",
    "no_thanks",
    "banned_word",
    "curt",
    "brush_off",
    "vague_time",
    "jargon",
    "too_long",
]
Text = Annotated[str, Field(min_length=1)]


class Longest(StrictModel):
    """From what length on a reply is too long."""

    han: Annotated[int, Field(ge=1)]
    """Chinese characters a reply may have."""
    words: Annotated[int, Field(ge=1)]
    """English words a reply may have."""


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it."""

    longest: Longest
    """3.2.3: how long a reply may be."""
    glossary: dict[Text, dict[Literal["zh-CN", "zh-TW", "en"], Text]]
    """3.2.1: term → what it means in plain words, by language. A reply that uses the term must explain it."""
    ready_texts: tuple[Text, ...]
    """3.1.2: texts that agents insert and do not write, beside those that zhidu itself has ready: the helpdesk's own
    text modules, plain, with `#{…}` or `___` where something is filled in. Their sentences hold no slip."""
    coaching: Literal["at_once", "daily"]
    """3.1.2: when the writer hears of slips: in a mail for each reply, or in one at the end of the working day. Of a
    grave one at once, whatever stands here."""
    grave: tuple[Code, ...]
    """3.1.1, 3.1.2: slips of which the supervisor is told at once."""
    check: tuple[Code, ...]
    """3.1.1 to 3.3.4, 4.1.1, 4.1.5: what replies are checked for."""
    quarrel_from: Annotated[int, Field(ge=2)]
    """3.3.4: heated messages of a customer in a row from which the supervisor is told of a quarrel."""

    def explain(self, term: str, language: str) -> str | None:
        """What the term means, in the language or else in any; None for a term that the glossary does not have."""
        plain = self.glossary.get(term, {})
        return next((text for tongue, text in plain.items() if tongue == language), next(iter(plain.values()), None))
