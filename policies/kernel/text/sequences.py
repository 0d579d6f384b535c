"""Phrases of several parts: words, gaps and numbers that follow one another."""

import bisect
from collections.abc import Sequence
from typing import Final

from policies.kernel.text.phrases import DEFAULT_GAP, Figure, Gap, Phrase, Words
from policies.kernel.text.places import Numbered, Sentences, Span

_MOST_CONTINUATIONS: Final = 12
_MOST_RUNS: Final = 400


def runs_of(
    phrase: Phrase, spans: Sequence[Sequence[Span]], numbered: Numbered, sentences: Sentences
) -> list[list[Span]]:
    """The places where all elements follow one another; for each beginning the nearest continuation.

    spans     the places of each of the phrase's words, in their order
    returns   for each place the spans of words and numbers
    """
    gap = DEFAULT_GAP if phrase.within is None else phrase.within
    elements = phrase.elements
    if len(elements) == 3 and len(spans) == 2 and isinstance(elements[1], Gap):
        return _pairs(spans[0], spans[1], gap, sentences)
    runs, first = _beginnings(phrase, spans[0], numbered, sentences)
    part = int(isinstance(elements[first - 1], Words))
    loose = False
    for element in elements[first:]:
        if not runs:
            return []
        match element:
            case Gap():
                loose = True
                continue
            case Figure() if not loose:
                number = [(run, numbered.after(run[-1][1], phrase, sentences)) for run in runs]
                runs = [[*run, span] for run, span in number if span is not None]
            case _:
                following = numbered.spans(phrase) if isinstance(element, Figure) else spans[part]
                part += isinstance(element, Words)
                reach = gap if loose else None
                runs = [[*run, span] for run in runs for span in _continued(run[-1][1], following, reach, sentences)]
                del runs[_MOST_RUNS:]
        loose = False
    if len(runs) < 2:
        return runs
    nearest: dict[int, list[Span]] = {}
    for run in sorted(runs, key=lambda run: run[-1][1]):
        nearest.setdefault(run[0][0], run)
    return list(nearest.values())


def _pairs(firsts: Sequence[Span], seconds: Sequence[Span], gap: int, sentences: Sentences) -> list[list[Span]]:
    """What most phrases of several parts are, two with a gap between, found without a list for every step."""
    nearest: dict[int, list[Span]] = {}
    last = seconds[-1][0] if seconds else -1
    for first in firsts:
        end = first[1]
        if end > last:
            continue
        index = bisect.bisect_left(seconds, (end,))
        for second in seconds[index : index + _MOST_CONTINUATIONS]:
            if second[0] > end + gap or not sentences.together(end, second[0]):
                break
            known = nearest.get(first[0])
            if known is None or second[1] < known[1][1]:
                nearest[first[0]] = [first, second]
    if len(nearest) < 2:
        return list(nearest.values())
    return sorted(nearest.values(), key=_end)


def _end(run: list[Span]) -> int:
    return run[-1][1]


def _beginnings(
    phrase: Phrase, words: Sequence[Span], numbered: Numbered, sentences: Sentences
) -> tuple[list[list[Span]], int]:
    """The runs of the first words, or of the number before them, and how many elements they are made of."""
    if isinstance(phrase.elements[0], Words):
        return [[span] for span in words], 1
    if isinstance(phrase.elements[1], Gap):
        return [[span] for span in numbered.spans(phrase)], 1
    if not numbered.adjoin(words):
        return [], 2
    return [[number, span] for number in numbered.spans(phrase) for span in _adjoining(number[1], words, sentences)], 2


def _adjoining(end: int, following: Sequence[Span], sentences: Sentences) -> list[Span]:
    """The spans at `end`, or one blank on."""
    index = bisect.bisect_left(following, (end,))
    furthest = end + int(sentences.is_blank(end))
    found = []
    while index < len(following) and following[index][0] <= furthest:
        found.append(following[index])
        index += 1
    return found


def _continued(end: int, following: Sequence[Span], reach: int | None, sentences: Sentences) -> list[Span]:
    """The spans within `reach` of `end` in its sentence, nearest first; without `reach`, at `end` or one blank on."""
    index = bisect.bisect_left(following, (end,))
    furthest = end + (int(sentences.is_blank(end)) if reach is None else reach)
    found = []
    for span in following[index : index + _MOST_CONTINUATIONS]:
        if span[0] > furthest or not (reach is None or sentences.together(end, span[0])):
            break
        found.append(span)
    return found
