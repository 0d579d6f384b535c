"""What corrections of agents have taught: a linear model over hashed runs of characters, asked in plain Python.

It is trained elsewhere (zhidu/learning). Hashed runs are kept of a message, never its words: `grams`.
"""

import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from policies.kernel.text.normalise import fold

BUCKETS: Final = 1 << 14
"""Many runs share a bucket: from the numbers the words cannot be told."""

_MOST: Final = 600
_NUMBER: Final = re.compile(r"[0-9]+(?:[.,:/-][0-9]+)*")
_APART: Final = re.compile(r"[^\w]+")
_WORDS: Final = re.compile(r"[a-z']+|[^a-z'\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """The label that a model holds most likely, and its share of all labels' likelihoods (0 to 1)."""

    label: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """A trained model: logistic regression, each label against all others.

    labels      what it tells apart
    intercepts  one per label
    weights     bucket → one weight per label; buckets that weigh nothing are left out
    """

    labels: tuple[str, ...]
    intercepts: tuple[float, ...]
    weights: Mapping[int, tuple[float, ...]]

    def propose(self, runs: tuple[int, ...]) -> Proposal | None:
        """The likeliest label for `grams` of a message; None where it knows none of them."""
        known = [self.weights[run] for run in runs if run in self.weights]
        if not known or not self.labels:
            return None
        scale = 1 / math.sqrt(len(runs))
        scores = [base + scale * sum(row[n] for row in known) for n, base in enumerate(self.intercepts)]
        likelihoods = [_logistic(score) for score in scores]
        best = scores.index(max(scores))
        return Proposal(label=self.labels[best], share=likelihoods[best] / sum(likelihoods))


def grams(text: str) -> tuple[int, ...]:
    """The buckets of a message, each once, in order: pairs and threes of Chinese characters, English words and pairs.

    Numbers are all one, so that no account, telephone or amount leaves a trace; of a long message the beginning counts.
    """
    found: set[int] = set()
    for part in _APART.split(_NUMBER.sub("0", fold(text[:_MOST]).text)):
        before = ""
        for word in _WORDS.findall(part):
            if word.isascii():
                found.add(_bucket(word))
                found.add(_bucket(f"{before} {word}"))
                before = word
                continue
            for size in (2, 3):
                found.update(_bucket(word[at : at + size]) for at in range(len(word) - size + 1))
    return tuple(sorted(found))


def _logistic(score: float) -> float:
    # Of a large number below zero the exponential would not be a float any more.
    return 1 / (1 + math.exp(-score)) if score > 0 else math.exp(score) / (1 + math.exp(score))


def _bucket(run: str) -> int:
    return zlib.crc32(run.encode("utf-8", "surrogatepass")) % BUCKETS
