"""What corrections teach: a linear model over hashed runs, and how it does on corrections it has not seen.

LIBLINEAR trains it; proposing needs no library (policies/kernel/text/learnt.py).
"""

from __future__ import annotations

import io
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integrations.store.lessons import Correction, LearntRow
from policies.kernel.text.learnt import Learnt
from zhidu.measuring import Figures, measured

FEWEST: Final = 40
"""Corrections from which learning makes sense at all."""
FEWEST_OF_A_KIND: Final = 5
"""A kind that was corrected less often is left out: it could not be held out and learnt."""

_FOLDS: Final = 5
_COST: Final = 30.0
_PRECISION: Final = 1e-4
_ROUNDED: Final = 4


class CannotLearn(Exception):
    """There is too little to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A model, and what it got right of corrections held out in turn (five folds, each kind in each).

    before   the share of these corrections in which the kind had been right before: what there is to beat
    """

    model: Learnt
    corrections: int
    accuracy: float
    before: float
    figures: tuple[Figures, ...]


def learn(corrections: Sequence[Correction]) -> Lesson:
    """A model of all corrections, with its accuracy on held-out ones. Equal corrections make equal models.

    raises   CannotLearn – with what is missing
    """
    usable = _usable(corrections)
    held_out: dict[int, str | None] = {}
    for fold in _folds(usable):
        proposer = _trained([correction for place, correction in enumerate(usable) if place not in fold])
        for place in fold:
            proposal = proposer.propose(usable[place].runs)
            held_out[place] = None if proposal is None else proposal.label
    pairs = [(correction.label, held_out[place]) for place, correction in enumerate(usable)]
    return Lesson(
        model=_trained(usable),
        corrections=len(usable),
        accuracy=sum(want == got for want, got in pairs) / len(usable),
        before=sum(correction.was == correction.label for correction in usable) / len(usable),
        figures=measured(([want], [] if got is None else [got]) for want, got in pairs),
    )


def _usable(corrections: Sequence[Correction]) -> list[Correction]:
    counts = Counter(correction.label for correction in corrections if correction.runs)
    usable = [c for c in corrections if c.runs and counts[c.label] >= FEWEST_OF_A_KIND]
    kinds = {correction.label for correction in usable}
    if len(usable) < FEWEST or len(kinds) < 2:
        raise CannotLearn(
            f"{len(usable)} corrections of {len(kinds)} kinds can be learnt from; needed are {FEWEST} of two kinds or "
            f"more, each at least {FEWEST_OF_A_KIND} times"
        )
    return usable


def _folds(corrections: Sequence[Correction]) -> tuple[frozenset[int], ...]:
    """Places in five parts; of each label every fifth correction, in the order of time, is in the same part."""
    seen: Counter[str] = Counter()
    folds: dict[int, list[int]] = defaultdict(list)
    for place, correction in enumerate(corrections):
        folds[seen[correction.label] % _FOLDS].append(place)
        seen[correction.label] += 1
    return tuple(frozenset(places) for places in folds.values())


def _trained(corrections: Sequence[Correction]) -> Learnt:
    """Logistic regression, each label against all others; rare labels weigh as much as frequent ones."""
    # A C extension that only learning needs.
    from pyliblinear import FeatureMatrix, Model, Solver

    counts = Counter(correction.label for correction in corrections)
    labels = sorted(counts)
    number = {label: n for n, label in enumerate(labels)}
    weights = {number[label]: len(corrections) / (len(labels) * count) for label, count in counts.items()}
    matrix = FeatureMatrix.from_iterables(
        [number[correction.label] for correction in corrections], [_features(correction) for correction in corrections]
    )
    solver = Solver("L2R_LR", C=_COST, eps=_PRECISION, weights=weights, regularize_bias=False)
    kept = io.StringIO()
    Model.train(matrix, solver, bias=1.0).save(kept)
    return _read(kept.getvalue(), labels)


def _features(correction: Correction) -> dict[int, float]:
    """A message as a vector of unit length. LIBLINEAR counts features from 1."""
    return dict.fromkeys((run + 1 for run in correction.runs), 1 / math.sqrt(len(correction.runs)))


def _read(kept: str, labels: Sequence[str]) -> Learnt:
    """The model from LIBLINEAR's own format: a head with the order of the labels, then a line of weights a feature, and
    the intercepts last. A model of two labels has one column: for the first against the second.
    """
    head, _, body = kept.partition("\nw\n")
    order = next(line.split()[1:] for line in head.splitlines() if line.startswith("label "))
    rows = [tuple(round(float(weight), _ROUNDED) for weight in line.split()) for line in body.splitlines()]
    if len(labels) == 2:
        rows = [(row[0], -row[0]) for row in rows]
    *features, intercepts = rows
    return Learnt(
        labels=tuple(labels[int(number)] for number in order),
        intercepts=intercepts,
        weights={bucket: row for bucket, row in enumerate(features) if any(row)},
    )


def dump(model: Learnt) -> Mapping[str, object]:
    """The model as the store keeps it."""
    weights = {str(bucket): list(row) for bucket, row in model.weights.items()}
    return {"labels": list(model.labels), "intercepts": list(model.intercepts), "weights": weights}


def load(row: LearntRow | None) -> Learnt | None:
    """The model that the store kept; None without one."""
    if row is None:
        return None
    kept: Any = row.model
    weights = {int(bucket): tuple(weights) for bucket, weights in kept["weights"].items()}
    return Learnt(labels=tuple(kept["labels"]), intercepts=tuple(kept["intercepts"]), weights=weights)
