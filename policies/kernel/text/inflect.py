"""Spellings of one phrase: English inflection, -ise and -ize, a blank between Chinese and figures."""

import itertools
import re
from collections.abc import Iterator
from typing import Final

_IRREGULAR: Final = {
    form: frozenset(group.split())
    for group in (
        "go goes going went gone", "take takes taking took taken", "write writes writing wrote written",
        "tell tells telling told", "say says saying said", "pay pays paying paid", "send sends sending sent",
        "get gets getting got", "give gives giving gave given", "make makes making made", "lose loses losing lost",
        "hear hears hearing heard", "speak speaks speaking spoke spoken", "ring rings ringing rang rung",
        "sue sues suing sued", "bring brings bringing brought", "put puts putting", "keep keeps keeping kept",
        "steal steals stealing stole stolen", "mislead misleads misleading misled",
        "withdraw withdraws withdrawing withdrew withdrawn",
        "be is are am was were been being", "have has having had", "do does doing did done",
    )
    for form in group.split()
}  # fmt: skip
_ENGLISH: Final = re.compile(r"[a-z][a-z']*")
_SHORTEST: Final = 3
_SMALL_WORDS: Final = (
    "the and for but not with from this that they them you your our out off all any his her its was were too very "
    "about again ever never into over what when which who how why"
)
_UNCHANGED: Final = frozenset(_SMALL_WORDS.split())
_INFLECTED: Final = ("ed", "ing", "'s", "'t", "ies")
_ADVERB: Final = re.compile(r"[a-z]{5}ly$")
_ISE: Final = re.compile(r"(?<=[a-z]{3}i)s(?=e\b|es\b|ed\b|ing\b)")
_LATIN_OR_FIGURE: Final = re.compile(r"[a-z0-9]")
_CHINESE_BESIDE_FIGURE: Final = re.compile(r"(?<=[一-鿿])(?=[a-z0-9])|(?<=[a-z0-9])(?=[一-鿿])")


def forms(phrase: str, *, exact: bool) -> frozenset[str]:
    """All spellings of a folded phrase; only itself and its blanks when `exact`."""
    found = {phrase}
    words = phrase.split(" ")
    if not exact and all(_ENGLISH.fullmatch(word) for word in words):
        ends = {0, len(words) - 1}
        choices = [sorted(_inflected(word)) if place in ends else [word] for place, word in enumerate(words)]
        found.update(" ".join(choice) for choice in itertools.product(*choices))
        found.update([_ISE.sub("z", spelling) for spelling in found])
    elif not phrase.isascii() and _LATIN_OR_FIGURE.search(phrase):
        found.update([_CHINESE_BESIDE_FIGURE.sub(" ", spelling) for spelling in found])
    return frozenset(found)


def _inflected(word: str) -> frozenset[str]:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < _SHORTEST or word in _UNCHANGED or word.endswith(_INFLECTED) or _ADVERB.search(word):
        return frozenset({word})
    return frozenset({word, *_regular(word)})


def _regular(word: str) -> Iterator[str]:
    """s, ed and ing with the usual changes of the stem."""
    consonant_y = word.endswith("y") and word[-2] not in "aeiou"
    if consonant_y:
        yield from (word[:-1] + "ies", word[:-1] + "ied", word + "ing")
    elif word.endswith("e"):
        yield from (word + "s", word + "d", word[:-1] + "ing")
    elif word.endswith(("s", "x", "ch", "sh")):
        yield from (word + "es", word + "ed", word + "ing")
    else:
        yield from (word + "s", word + "ed", word + "ing")
        if re.search(r"[^aeiou][aeiou][bdglmnpt]$", word):
            yield from (word + word[-1] + "ed", word + word[-1] + "ing")
