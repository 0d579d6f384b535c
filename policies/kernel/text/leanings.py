"""How messages lean by their single characters and words: learnt from labelled messages, beside the phrases.

Phrases decide what is said outright; a plain message says much in words of which none decides alone. A leaning is a
weight per label for each of some hundred runs (转账, 帮我, "could you"): it can be read, and shown.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from operator import add
from typing import Final

MOST: Final = 240
"""Characters of a message that are looked at: its beginning says what it is about."""
_FEWEST: Final = 8
"""Runs from which a message leans at all; 您好 leans nowhere."""
_WORD: Final = re.compile("[a-z']+")
_RUN: Final = re.compile("[㐀-鿿]{1,2}|[a-z']{2,}(?: [a-z']+)?")

_WHOLE: Final = 1000
"""Weights are summed as whole thousandths: the sum is the same in whatever order they come."""

Row = tuple[float, ...]
Whole = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """Where one message leans.

    scores   label → how much; the logarithm of the odds
    runs     those that were found, in no order, with their weights in thousandths
    """

    scores: tuple[tuple[str, float], ...]
    runs: tuple[tuple[str, Whole], ...] = field(compare=False, repr=False)

    def of(self, label: str) -> float:
        return next((score for name, score in self.scores if name == label), 0.0)

    def grounds(self, label: str, most: int = 5) -> tuple[tuple[str, float], ...]:
        """The runs that spoke most for a label, and what each added to its score."""
        place = [name for name, _ in self.scores].index(label)
        scale = 1 / math.sqrt(len(self.runs))
        told = sorted(((row[place] / _WHOLE * scale, run) for run, row in self.runs), reverse=True)
        return tuple((run, weight) for weight, run in told[:most] if weight > 0)


class Leanings:
    """Weights of runs, for use; immutable, shared by all threads."""

    __slots__ = ("_intercepts", "_labels", "_rows", "_runs")

    def __init__(self, labels: tuple[str, ...], intercepts: Row, rows: Mapping[str, Row]) -> None:
        """
        rows   run → one weight per label. ValueError: a row of another length, what is no run (see `runs`)
        """
        for run, row in rows.items():
            if not is_run(run) or len(row) != len(labels):
                raise ValueError(f"{run!r}: one or two Chinese characters or words, with {len(labels)} weights")
        if len(intercepts) != len(labels):
            raise ValueError(f"intercepts: one for each of {len(labels)} labels is needed")
        self._labels = labels
        self._intercepts = intercepts
        self._rows = {run: tuple(round(weight * _WHOLE) for weight in row) for run, row in rows.items()}
        self._runs = frozenset(rows)

    def of(self, folded: str) -> Leaning | None:
        """Where a folded text leans; None where it has too few of the runs to lean anywhere."""
        found = self._runs & runs(folded)
        if len(found) < _FEWEST:
            return None
        rows = list(map(self._rows.__getitem__, found))
        scale = 1 / math.sqrt(len(rows)) / _WHOLE
        sums = map(sum, zip(*rows, strict=True))
        scores = (base + scale * total for base, total in zip(self._intercepts, sums, strict=True))
        return Leaning(scores=tuple(zip(self._labels, scores, strict=True)), runs=tuple(zip(found, rows, strict=True)))


def runs(folded: str) -> set[str]:
    """What stands at the beginning of a folded text: one character, two together, and English words and pairs.

    Of the characters not only Chinese ones: what no leaning has is no matter, and to leave it out would cost more.
    """
    text = folded[:MOST]
    words = _WORD.findall(text)
    found = set(words)
    found.update(f"{one} {other}" for one, other in pairwise(words))
    if text.isascii():
        return found
    found.update(text)
    found.update(map(add, text, text[1:]))
    return found


def is_run(text: str) -> bool:
    """Whether it can have a weight: Chinese characters alone, or whole English words."""
    return _RUN.fullmatch(text) is not None
