"""The matcher's answers without its shortcuts: every phrase is tried at every place. Slow, and easy to believe."""

import re
from collections.abc import Iterator, Sequence

from policies.kernel.text import Phrase
from policies.kernel.text.numbers import Number
from policies.kernel.text.phrases import DEFAULT_GAP, Element, Figure, Gap, Words

Span = tuple[int, int]
Run = tuple[Span, ...]
Found = tuple[str, Run]

_ENDS = re.compile(r"[。!?…;]|\.(?=\s|$)|\n(?![a-z])")
_ASKS = re.compile(r"\?|(?:吗|么|呢|没有|不|没)\s*$|^$")
_WORD = re.compile("[a-zß-ɏ]{2}|[0-9]{2}")


def phrases_in(folded: str, figures: Sequence[Number], phrases: Sequence[Phrase]) -> set[Found]:
    """Label and places of the parts, for all that a matcher has to find."""
    candidates: dict[str, list[tuple[Phrase, Run]]] = {}
    for phrase in phrases:
        runs = _runs(phrase, folded, figures)
        for run in _nearest(runs) if len(phrase.elements) > 1 else runs:
            if _conditions_hold(phrase, run, folded):
                candidates.setdefault(phrase.label, []).append((phrase, run))
    return {(label, run) for label, found in candidates.items() for phrase, run in _longest(found) if phrase.weight}


def _places(forms: frozenset[str], folded: str) -> list[Span]:
    spans = []
    for form in forms:
        at = folded.find(form)
        while at >= 0:
            end = at + len(form)
            if not _WORD.fullmatch(folded[max(0, at - 1) : at + 1]) and not _WORD.fullmatch(folded[end - 1 : end + 1]):
                spans.append((at, end))
            at = folded.find(form, at + 1)
    return sorted(spans)


def _runs(phrase: Phrase, folded: str, figures: Sequence[Number]) -> Iterator[Run]:
    """All ways to place the elements one after the other."""
    low = float("-inf") if phrase.at_least is None else phrase.at_least
    high = float("inf") if phrase.at_most is None else phrase.at_most
    numbers = [(number.start, number.end) for number in figures if low <= number.value <= high]
    places = [
        _places(element.forms, folded) if isinstance(element, Words) else numbers if isinstance(element, Figure) else []
        for element in phrase.elements
    ]
    if all(spans or isinstance(element, Gap) for element, spans in zip(phrase.elements, places, strict=True)):
        for span in places[0]:
            yield from _on(phrase, phrase.elements[1:], places[1:], (span,), folded)


def _on(
    phrase: Phrase, elements: tuple[Element, ...], places: list[list[Span]], run: Run, folded: str
) -> Iterator[Run]:
    if not elements:
        yield run
        return
    end = run[-1][1]
    loose = int(isinstance(elements[0], Gap))
    for start, stop in places[loose]:
        if loose:
            reach = DEFAULT_GAP if phrase.within is None else phrase.within
            follows = end <= start <= end + reach and _together(folded, end, start)
        else:
            follows = start == end or (start == end + 1 and folded[end] == " ")
        if follows:
            yield from _on(phrase, elements[loose + 1 :], places[loose + 1 :], (*run, (start, stop)), folded)


def _nearest(runs: Iterator[Run]) -> list[Run]:
    nearest: dict[int, Run] = {}
    for run in runs:
        known = nearest.get(run[0][0])
        if known is None or run[-1][1] < known[-1][1]:
            nearest[run[0][0]] = run
    return list(nearest.values())


def _together(folded: str, first: int, second: int) -> bool:
    return not any(first <= end.start() < second for end in _ENDS.finditer(folded))


def _conditions_hold(phrase: Phrase, run: Run, folded: str) -> bool:
    if phrase.in_question is not None:
        after = (end.start() for end in _ENDS.finditer(folded) if end.start() >= run[-1][1])
        stop = next(after, len(folded))
        tail = folded[max(run[-1][1], stop - 4) : stop + 1]
        if (_ASKS.search(tail) is not None) is not phrase.in_question:
            return False
    if phrase.unless_near and _near(phrase.unless_near, phrase, run, folded):
        return False
    return not phrase.only_near or _near(phrase.only_near, phrase, run, folded)


def _near(words: frozenset[str], phrase: Phrase, run: Run, folded: str) -> bool:
    first, last = run[0][0], run[-1][1]
    for start, end in _places(words, folded):
        inside = any(a <= start and end <= b for a, b in run)
        near = phrase.within is None or (start - last <= phrase.within and first - end <= phrase.within)
        if near and not inside and _together(folded, min(start, first), max(start, first)):
            return True
    return False


def _longest(found: list[tuple[Phrase, Run]]) -> list[tuple[Phrase, Run]]:
    kept: list[tuple[Phrase, Run]] = []
    for phrase, run in sorted(found, key=_rank):
        if not any(a < d and c < b for _, other in kept for a, b in run for c, d in other):
            kept.append((phrase, run))
    return kept


def _rank(one: tuple[Phrase, Run]) -> tuple[int, float, int, int, Run]:
    phrase, run = one
    return -sum(b - a for a, b in run), -phrase.weight, run[0][0], len(run), run
