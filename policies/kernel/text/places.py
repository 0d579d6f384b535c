"""Where sentences end and numbers stand in one folded text."""

import bisect
import re
from collections.abc import Iterable
from typing import Final

from policies.kernel.text.numbers import Number
from policies.kernel.text.phrases import Phrase

Span = tuple[int, int]

# One leading class, so that the search skips from mark to mark.
_SENTENCE_END: Final = re.compile(r"[。!?…;.\n](?:(?<![.\n])|(?<=\.)(?=\s|$)|(?<=\n)(?![a-z]))")
_ASKS: Final = re.compile(r"\?|(?:吗|么|呢|没有|不|没)\s*$|$^")


class Sentences:
    """Where the sentences of one folded text end, and which of them ask."""

    __slots__ = ("_ends", "_text")

    def __init__(self, folded: str) -> None:
        self._text = folded
        self._ends = [match.start() for match in _SENTENCE_END.finditer(folded)]

    def together(self, first: int, second: int) -> bool:
        """Whether no sentence ends between the two positions (first <= second)."""
        return bisect.bisect_left(self._ends, first) == bisect.bisect_left(self._ends, second)

    def between(self, first: int, second: int) -> int:
        """How many sentences end between the two positions (first <= second)."""
        return bisect.bisect_left(self._ends, second) - bisect.bisect_left(self._ends, first)

    def around(self, position: int) -> tuple[int, int]:
        """The first and the last position that no end of a sentence parts from this one."""
        index = bisect.bisect_left(self._ends, position)
        first = self._ends[index - 1] + 1 if index else 0
        return first, self._ends[index] if index < len(self._ends) else len(self._text)

    def is_blank(self, position: int) -> bool:
        """Whether a blank stands there; it may part a number from its words."""
        return self._text[position : position + 1] == " "

    def asks(self, position: int) -> bool:
        """Whether the sentence around the position ends in a question mark or a question particle."""
        index = bisect.bisect_left(self._ends, position)
        end = self._ends[index] if index < len(self._ends) else len(self._text)
        return _ASKS.search(self._text[max(position, end - 4) : end + 1]) is not None


class Numbered:
    """The numbers of one text, by where they begin and end."""

    __slots__ = ("_all", "_ends", "_starting")

    def __init__(self, figures: tuple[Number, ...]) -> None:
        self._all = figures
        self._starting = {number.start: number for number in figures}
        self._ends = {number.end for number in figures}

    def spans(self, phrase: Phrase) -> list[Span]:
        """All numbers within the phrase's bounds."""
        return [(number.start, number.end) for number in self._all if _fits(number, phrase)]

    def adjoin(self, spans: Iterable[Span]) -> bool:
        """Whether one of the spans may begin where a number ends, or a character after that."""
        ends = self._ends
        return any(start in ends or start - 1 in ends for start, _ in spans)

    def after(self, position: int, phrase: Phrase, sentences: Sentences) -> Span | None:
        """The number within bounds that begins at the position, or one blank after it."""
        number = self._starting.get(position)
        if number is None and sentences.is_blank(position):
            number = self._starting.get(position + 1)
        return (number.start, number.end) if number is not None and _fits(number, phrase) else None


def _fits(number: Number, phrase: Phrase) -> bool:
    low, high = phrase.at_least, phrase.at_most
    return (low is None or number.value >= low) and (high is None or number.value <= high)
