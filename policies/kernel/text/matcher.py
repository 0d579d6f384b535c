"""All phrases of all lexicons in one automaton: one pass over the text, whatever their number."""

import bisect
from collections.abc import Callable, Iterable
from functools import partial
from operator import itemgetter
from typing import Final, NamedTuple

from policies.kernel.text.numbers import Number
from policies.kernel.text.phrases import Phrase, Words
from policies.kernel.text.places import Numbered, Sentences, Span
from policies.kernel.text.sequences import runs_of
from policies.kernel.text.spellings import Group, Places, Rule, Spellings

MOST_OF_A_LABEL: Final = 200


class Hit(NamedTuple):
    """`phrase` was found; `parts` are its words' and numbers' spans in the folded text, in order."""

    start: int
    end: int
    label: str
    phrase: Phrase
    parts: tuple[Span, ...]


_POSITION: Final = itemgetter(0, 1, 2)
_START: Final = itemgetter(0)
_hit: Final[Callable[[tuple[int, int, str, Phrase, tuple[Span, ...]]], Hit]] = partial(tuple.__new__, Hit)
"""Four times as quick as the constructor."""


class Matcher:
    """The compiled phrases; immutable after construction."""

    __slots__ = ("_spellings",)

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._spellings = Spellings()
        for phrase in phrases:
            self._add(phrase)
        self._spellings.close()

    def _add(self, phrase: Phrase) -> None:
        group = self._spellings.group
        words = [element.forms for element in phrase.elements if isinstance(element, Words)]
        parts = tuple(map(group, words)) if len(phrase.elements) > 1 else ()
        rule = Rule(
            phrase=phrase,
            parts=parts,
            bits=sum({part.bit for part in parts}),
            unless=group(phrase.unless_near) if phrase.unless_near else None,
            only=group(phrase.only_near) if phrase.only_near else None,
        )
        for form in max(words, key=_rarity):
            self._spellings.add(form, rule)

    def hits(self, folded: str, figures: tuple[Number, ...], sentences: Sentences) -> list[Hit]:
        """Every phrase whose conditions hold, in order; of overlapping ones of a label only the longest."""
        places = self._spellings.places(folded)
        found: dict[str, list[Hit]] = {}
        _add_alone(found, places, sentences)
        _add_of_parts(found, places, figures, sentences)
        chosen = [hit for hits in found.values() for hit in _longest(hits) if hit.phrase.weight]
        chosen.sort(key=_POSITION)
        return chosen


def _add_alone(found: dict[str, list[Hit]], places: Places, sentences: Sentences) -> None:
    """Adds, to those of their label, the phrases of one part. Loops, not comprehensions: there are few places each."""
    for spelling, spans in places.alone():
        for rule in spelling.alone:
            phrase = rule.phrase
            label = phrase.label
            same = found.get(label)
            if same is None:
                same = found[label] = []
            if phrase.free:
                for span in spans:
                    start, end = span
                    same.append(_hit((start, end, label, phrase, (span,))))
            else:
                for span in spans:
                    start, end = span
                    hit = _hit((start, end, label, phrase, (span,)))
                    if _holds(hit, rule, places, sentences):
                        same.append(hit)


def _add_of_parts(
    found: dict[str, list[Hit]], places: Places, figures: tuple[Number, ...], sentences: Sentences
) -> None:
    """Adds, to those of their label, the phrases of several parts."""
    rules = places.of_parts()
    if rules:
        numbered = Numbered(figures)
        for rule in rules:
            phrase = rule.phrase
            label, free = phrase.label, phrase.free
            for run in runs_of(phrase, places.of_each(rule.parts), numbered, sentences):
                hit = _hit((run[0][0], run[-1][1], label, phrase, tuple(run)))
                if free or _holds(hit, rule, places, sentences):
                    same = found.get(label)
                    if same is None:
                        found[label] = [hit]
                    else:
                        same.append(hit)


def _rarity(forms: frozenset[str]) -> tuple[int, int]:
    """The longer the shortest spelling, the rarer it is in texts; then the fewer spellings."""
    return min(map(len, forms)), -len(forms)


def _holds(hit: Hit, rule: Rule, places: Places, sentences: Sentences) -> bool:
    """Whether the phrase's conditions allow the hit."""
    if rule.unless is not None and _near(hit, rule.unless, places, sentences):
        return False
    if rule.only is not None and not _near(hit, rule.only, places, sentences):
        return False
    asking = hit.phrase.in_question
    return asking is None or sentences.asks(hit.end) is asking


def _near(hit: Hit, words: Group, places: Places, sentences: Sentences) -> bool:
    """Whether one of the words begins in the hit's sentence, within its reach, and is no part of it."""
    spans = places.of(words)
    if not spans:
        return False
    reach = hit.phrase.within
    low, high = sentences.around(hit.start)
    if reach is not None:
        low, high = max(low, hit.start - reach - words.longest), min(high, hit.end + reach)
    for at in range(bisect.bisect_left(spans, (low,)), len(spans)):
        start, end = spans[at]
        if start > high:
            return False
        if (reach is None or hit.start - end <= reach) and not any(a <= start and end <= b for a, b in hit.parts):
            return True
    return False


def _longest(hits: list[Hit]) -> list[Hit]:
    """Of overlapping hits of a label the longest, then the heaviest, the first, the one of fewer parts; those of
    weight 0 hide others, too.

    No more than `MOST_OF_A_LABEL`, so that a text of nothing but phrases costs no more than its length.
    """
    if len(hits) < 2:
        return hits
    if len(hits) > MOST_OF_A_LABEL:
        return _chosen(hits)
    hits.sort(key=_START)
    kept: list[Hit] = []
    begin = end = 0
    for at, hit in enumerate(hits):
        if hit[0] >= end and at:
            kept += hits[begin:at] if at == begin + 1 else _chosen(hits[begin:at])
            begin = at
        if hit[1] > end:
            end = hit[1]
    return kept + (hits[begin:] if begin == len(hits) - 1 else _chosen(hits[begin:]))


def _chosen(hits: list[Hit]) -> list[Hit]:
    """`_longest`, one with all."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=_rank):
        if len(kept) == MOST_OF_A_LABEL:
            break
        for other in kept:
            if hit.start < other.end and other.start < hit.end and _overlap(hit, other):
                break
        else:
            kept.append(hit)
    return kept


def _rank(hit: Hit) -> tuple[int, float, int, int, tuple[Span, ...]]:
    start, end, _, phrase, parts = hit
    length = end - start if len(parts) == 1 else sum([end - start for start, end in parts])
    return -length, -phrase.weight, start, len(parts), parts


def _overlap(one: Hit, other: Hit) -> bool:
    return any(a < d and c < b for a, b in one.parts for c, d in other.parts)
