"""How messages lean by their single characters and words: learnt from labelled messages, beside the phrases.

Phrases decide what is said outright; a plain message says much in words of which none decides alone. A leaning is a
weight per label for each of some thousand runs (转账, 帮我, "could you"): it can be read, and shown.
"""

import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import add
from typing import Final

MOST: Final = 240
"""Characters of a message that are looked at: its beginning says what it is about."""
PRESENT: Final = 0.3
"""What a channel counts of its weight, as a run counts one part in the root of their number."""
ENOUGH: Final = 16
"""Runs from which a message leans fully: each counts one part in the root of their number, or of this one."""
_FEWEST: Final = 9
"""Runs from which a message leans at all; 您好 leans nowhere."""
_WORD: Final = re.compile("[a-z']+")
_RUN: Final = re.compile("[㐀-鿿]{1,2}|[a-z']{2,}|[a-z']+ [a-z']+")

_WHOLE: Final = 100
"""Weights are summed as whole hundredths: the sum is the same in whatever order they come."""
_ABOVE: Final = 1 << 15
"""What is added to a hundredth so that none is below 0, and a row is one number with 32 bits for each label."""

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """Where one message leans.

    scores    label → how much; the logarithm of the odds
    channels  channel → what having come by it adds to each score, in their order
    runs      those that were found, in no order, with their packed weights
    """

    scores: tuple[tuple[str, float], ...]
    channels: Mapping[str, Row] = field(compare=False, repr=False)
    runs: tuple[tuple[str, int], ...] = field(compare=False, repr=False)

    def of(self, label: str) -> float:
        return next((score for name, score in self.scores if name == label), 0.0)

    def by(self, channel: str) -> dict[str, float]:
        """Every score of a message that came by this channel."""
        more = self.channels.get(channel)
        if more is None:
            return dict(self.scores)
        return {label: score + extra for (label, score), extra in zip(self.scores, more, strict=True)}

    def grounds(self, label: str, most: int = 5) -> tuple[tuple[str, float], ...]:
        """The runs that spoke most for a label, and what each added to its score."""
        place = 32 * [name for name, _ in self.scores].index(label)
        scale = share_of(len(self.runs)) / _WHOLE
        told = sorted([(packed >> place & 0xFFFFFFFF, run) for run, packed in self.runs], reverse=True)[:most]
        return tuple((run, (weight - _ABOVE) * scale) for weight, run in told if weight > _ABOVE)


class Leanings:
    """Weights of runs, for use; immutable, shared by all threads."""

    __slots__ = ("_channels", "_intercepts", "_labels", "_packed", "_read", "_runs")

    def __init__(
        self,
        labels: tuple[str, ...],
        intercepts: Row,
        rows: Mapping[str, Sequence[float]],
        channels: Mapping[str, Sequence[float]] | None = None,
    ) -> None:
        """
        rows      run → one weight per label. ValueError: a row of another length, what is no run (see `runs`), a
                  weight beyond 300
        channels  channel → one weight per label
        """
        size = len(labels)
        for run, row in rows.items():
            if not is_run(run) or len(row) != size or not all(-300 <= weight <= 300 for weight in row):
                raise ValueError(f"{run!r}: one or two Chinese characters or words, with {size} weights of 300 at most")
        if len(intercepts) != size or any(len(row) != size for row in (channels or {}).values()):
            raise ValueError(f"intercepts and channels: one for each of {size} labels is needed")
        self._labels = labels
        self._intercepts = intercepts
        self._channels = {name: tuple(PRESENT * weight for weight in row) for name, row in (channels or {}).items()}
        self._packed = {run: _packed(row) for run, row in rows.items()}
        self._runs = frozenset(rows)
        self._read = struct.Struct(f"<{size}I")

    def of(self, folded: str) -> Leaning | None:
        """Where a folded text leans; None where it has too few of the runs to lean anywhere."""
        found = self._runs & runs(folded)
        count = len(found)
        if count < _FEWEST:
            return None
        packed = list(map(self._packed.__getitem__, found))
        sums = self._read.unpack(sum(packed).to_bytes(self._read.size, "little"))
        above, scale = count * _ABOVE, share_of(count) / _WHOLE
        scores = (base + scale * (total - above) for base, total in zip(self._intercepts, sums, strict=True))
        return Leaning(
            scores=tuple(zip(self._labels, scores, strict=True)),
            channels=self._channels,
            runs=tuple(zip(found, packed, strict=True)),
        )


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


def share_of(count: int) -> float:
    """What each of so many runs counts of its weight."""
    return 1 / math.sqrt(max(count, ENOUGH))


def is_run(text: str) -> bool:
    """Whether it can have a weight: Chinese characters alone, or whole English words."""
    return _RUN.fullmatch(text) is not None


def _packed(row: Sequence[float]) -> int:
    return sum(round(weight * _WHOLE) + _ABOVE << 32 * place for place, weight in enumerate(row))
