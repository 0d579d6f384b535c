"""Finds listed words in folded text: Chinese ones by one expression, Latin ones by one automaton.

An automaton is slower where hundreds of characters begin a word, an expression where most letters do.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Final, Generic, TypeVar

import ahocorasick

from policies.kernel.text.traditional import SIMPLIFIED, TRADITIONAL

# A letter of old that stands in for another one: 帐号 for 账号.
_ALIKE: Final = (("账", "帐"), ("账", "帳"))
_PAIRS: Final = (*zip(SIMPLIFIED, TRADITIONAL, strict=True), *_ALIKE)
_SIMPLE: Final = {ord(other): simple for simple, other in _PAIRS}
_TRADITIONAL: Final = re.compile(f"[{''.join(other for _, other in _PAIRS)}]")
_MOST_SPELLINGS: Final = 64
_SHORT: Final = 64
# Forms set words of two characters wide: 姓  名.
_WIDE: Final = 2
_BLANKS: Final = " {0,3}"
# Where in a Chinese text Latin words may be; each begins with a letter.
_LATIN: Final = re.compile("[a-z][\x00-\x7f]*")
_JOINTS: Final = (" ", "", "_", "-")

M = TypeVar("M")


class Words(Generic[M]):
    """Words with a meaning each, in small letters.

    listed   meaning → Chinese words with blanks between, then, behind a bar, Latin ones with commas. Traditional
             spellings follow from the simplified ones; words of two characters may be set wide; the parts of a Latin
             word may be joined by a blank, an underline, a dash, or nothing, and an s may follow it.
    """

    def __init__(self, listed: Mapping[M, str]) -> None:
        self._chinese: dict[str, M] = {}
        self._latin = ahocorasick.Automaton()
        for means, words in listed.items():
            chinese, _, latin = words.partition("|")
            self._chinese.update(dict.fromkeys(map(simplified, chinese.split()), means))
            for word in filter(None, map(str.strip, latin.split(","))):
                for joint in _JOINTS:
                    spelling = word.replace(" ", joint)
                    self._latin.add_word(spelling, (means, len(spelling)))
        self._latin.make_automaton()
        self._made: dict[tuple[bool, bool], re.Pattern[str]] = {}

    def every(self, text: str) -> Iterator[tuple[M, int, int]]:
        """Each word's meaning and place: the longest where several begin; Chinese words first, then Latin ones."""
        if not text.isascii():
            for found in self._found(text):
                yield self._meaning(found[0]), found.start(), found.end()
            for latin in _LATIN.finditer(text):
                yield from self._alone(text, latin.start(), latin[0])
        else:
            yield from self._alone(text, 0, text)

    def _alone(self, text: str, start: int, latin: str) -> Iterator[tuple[M, int, int]]:
        """The Latin words in `latin`, which stands in `text` from `start` on."""
        for last, (means, size) in self._latin.iter_long(latin):
            end = start + last + 1
            if _stands_alone(text, end - size, end):
                yield means, end - size, end

    def _found(self, text: str) -> Iterator[re.Match[str]]:
        """A short text is read in simplified characters; for a long one all spellings of the words are quicker."""
        wide = " " in text
        if _TRADITIONAL.search(text) is None:
            return self._expression(wide=wide).finditer(text)
        if len(text) <= _SHORT:
            return self._expression(wide=wide).finditer(text.translate(_SIMPLE))
        return self._expression(wide=wide, spelled=True).finditer(text)

    def _expression(self, *, wide: bool, spelled: bool = False) -> re.Pattern[str]:
        """Made when first needed: a text without blanks needs none that looks for them."""
        expression = self._made.get((wide, spelled))
        if expression is None:
            words = [spelling for word in self._chinese for spelling in _spellings(word)] if spelled else self._chinese
            expression = self._made[wide, spelled] = _any_of(words, wide=wide)
        return expression

    def _meaning(self, found: str) -> M:
        """Of the listed word that stands in a text, in one of its spellings."""
        if found in self._chinese:
            return self._chinese[found]
        return self._chinese[simplified(found).replace(" ", "")]

    def last(self, text: str) -> tuple[M, int, int] | None:
        """The word that ends last."""
        found: tuple[M, int, int] | None = None
        if not text.isascii():
            word = None
            for word in self._found(text):  # noqa: B007 – the last one is what is wanted
                pass
            if word is not None:
                found = self._meaning(word[0]), *word.span()
        for last, (means, size) in self._latin.iter_long(text):
            end = last + 1
            if (found is None or end >= found[2]) and _stands_alone(text, end - size, end):
                found = means, end - size, end
        return found

    def at(self, text: str, start: int) -> tuple[M, int, int] | None:
        """The longest word that begins at `start`."""
        if not "a" <= text[start : start + 1] <= "z":
            words = simplified(text[start : start + _SHORT])
            found = self._expression(wide=" " in words).match(words)
            return (self._meaning(found[0]), start, start + found.end()) if found is not None else None
        for last, (means, size) in self._latin.iter_long(text[start : start + 30]):
            end = start + last + 1
            alone = end - size == start and _stands_alone(text, start, end)
            return (means, start, end) if alone else None
        return None


def simplified(text: str) -> str:
    """Character for character."""
    return text.translate(_SIMPLE) if _TRADITIONAL.search(text) else text


def _any_of(words: Iterable[str], *, wide: bool) -> re.Pattern[str]:
    """The longest of those that begin alike; told apart by their first two characters first.

    A text is full of characters that begin a word and go on otherwise. One look at the set of second characters tells
    most of them, and an alternative that does not begin with the second character is passed by without being tried.
    """
    rests: dict[tuple[str, str], list[str]] = {}
    single: list[str] = []
    blanks: list[str] = []
    for word in sorted(words, key=len, reverse=True):
        if len(word) == 1:
            single.append(word)
            continue
        rests.setdefault((word[0], word[1]), []).append(re.escape(word[2:]))
        if wide and len(word) == _WIDE:
            blanks.append(f"(?<={re.escape(word[0])} ){_BLANKS}{re.escape(word[1])}")
    seconds: dict[str, list[str]] = {}
    for (first, second), behind in rests.items():
        seconds.setdefault(second, []).append(f"(?<={re.escape(first + second)})(?:{'|'.join(behind)})")
    if blanks:
        seconds[" "] = blanks
    pairs = "|".join(f"{re.escape(second)}(?:{'|'.join(ways)})" for second, ways in seconds.items())
    alone = f"|(?<={_set(single)})" if single else ""
    return re.compile(f"{_set(word[0] for word in words)}(?:(?={_set(seconds)})(?:{pairs}){alone})")


def _set(chars: Iterable[str]) -> str:
    return f"[{re.escape(''.join(dict.fromkeys(chars)))}]"


def _variants() -> dict[str, str]:
    """How else each simplified character is written: 发 as 發 or 髮."""
    variants: dict[str, str] = {}
    for simple, other in _PAIRS:
        variants[simple] = variants.get(simple, simple) + other
    return variants


_VARIANTS: Final = _variants()


def spelled(words: str) -> str:
    """The alternatives of an expression: Chinese words, given with blanks between, in all their characters."""
    return "|".join(dict.fromkeys(spelling for word in words.split() for spelling in _spellings(word)))


def _spellings(word: str) -> Iterator[str]:
    ways = product(*(_VARIANTS.get(char, char) for char in word))
    return islice(map("".join, ways), _MOST_SPELLINGS)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether letters neither precede nor follow; the s of a plural may."""
    if start and "a" <= text[start - 1] <= "z":
        return False
    if text[end : end + 1] == "s":
        end += 1
    return not "a" <= text[end : end + 1] <= "z"
