"""Finds listed words in folded text: Chinese ones by one expression, Latin ones by one automaton.

An automaton is slower where hundreds of characters begin a word, an expression where most letters do.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Generic, TypeVar

import ahocorasick

from policies.kernel.text.traditional import SIMPLIFIED, TRADITIONAL

_TRADITIONAL: Final = str.maketrans(SIMPLIFIED, TRADITIONAL)
_VARIANTS: Final = (("账", "帐"), ("账", "帳"), ("账", "賬"), ("码", "碼"), ("户", "戶"), ("台", "臺"))
_JOINTS: Final = (" ", "", "_", "-")

M = TypeVar("M")


class Words(Generic[M]):
    """Words with a meaning each, in small letters.

    listed   meaning → Chinese words with blanks between, then, behind a bar, Latin ones with commas. Traditional
             spellings follow from the simplified ones; the parts of a Latin word may be joined by a blank, an
             underline, a dash, or nothing, and an s may follow it.
    """

    def __init__(self, listed: Mapping[M, str]) -> None:
        self._chinese: dict[str, M] = {}
        self._latin = ahocorasick.Automaton()
        for means, words in listed.items():
            chinese, _, latin = words.partition("|")
            for word in chinese.split():
                self._chinese.update(dict.fromkeys(_spellings(word), means))
            for word in filter(None, map(str.strip, latin.split(","))):
                for joint in _JOINTS:
                    spelling = word.replace(" ", joint)
                    self._latin.add_word(spelling, (means, len(spelling)))
        self._latin.make_automaton()
        longest_first = sorted(self._chinese, key=len, reverse=True)
        self._expression = re.compile("|".join(map(re.escape, longest_first)))

    def every(self, text: str) -> Iterator[tuple[M, int, int]]:
        """Each word's meaning and place: the longest where several begin; Chinese words first, then Latin ones."""
        if not text.isascii():
            for found in self._expression.finditer(text):
                yield self._chinese[found[0]], found.start(), found.end()
        for last, (means, size) in self._latin.iter_long(text):
            end = last + 1
            if _stands_alone(text, end - size, end):
                yield means, end - size, end

    def last(self, text: str) -> tuple[M, int, int] | None:
        """The word that ends last."""
        found = None
        for word in self.every(text):
            if found is None or word[2] >= found[2]:
                found = word
        return found

    def at(self, text: str, start: int) -> tuple[M, int, int] | None:
        """The longest word that begins at `start`."""
        found = self._expression.match(text, start)
        if found is not None:
            return self._chinese[found[0]], start, found.end()
        if "a" <= text[start : start + 1] <= "z":
            for last, (means, size) in self._latin.iter_long(text[start : start + 30]):
                end = start + last + 1
                alone = end - size == start and _stands_alone(text, start, end)
                return (means, start, end) if alone else None
        return None


def _spellings(word: str) -> set[str]:
    spellings = {word, word.translate(_TRADITIONAL)}
    for simple, other in _VARIANTS:
        spellings |= {spelling.replace(simple, other) for spelling in spellings}
    return spellings


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether letters neither precede nor follow; the s of a plural may."""
    if start and "a" <= text[start - 1] <= "z":
        return False
    if text[end : end + 1] == "s":
        end += 1
    return not "a" <= text[end : end + 1] <= "z"
