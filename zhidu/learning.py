"""What corrections teach: a linear model over hashed runs, and how it does on corrections it has not seen.

Training needs scikit-learn (the extra `learn`); proposing does not (policies/kernel/text/learnt.py).
"""

from __future__ import annotations

import math
from collections import Counter
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
_ROUNDED: Final = 4


class CannotLearn(Exception):
    """There is too little to learn from, or scikit-learn is not installed."""


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
    try:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import StratifiedKFold, cross_val_predict
    except ImportError:
        raise CannotLearn("learning needs scikit-learn: pip install 'zhidu[learn]'") from None
    wanted = [correction.label for correction in usable]
    buckets = sorted({run for correction in usable for run in correction.runs})
    matrix = _matrix(usable, buckets, csr_matrix)
    machine = LogisticRegression(C=10.0, max_iter=1000, class_weight="balanced")
    folds = StratifiedKFold(n_splits=_FOLDS, shuffle=True, random_state=0)
    held_out = [str(label) for label in cross_val_predict(machine, matrix, wanted, cv=folds)]
    machine.fit(matrix, wanted)
    right = sum(want == got for want, got in zip(wanted, held_out, strict=True))
    return Lesson(
        model=_plain(machine, buckets),
        corrections=len(usable),
        accuracy=right / len(usable),
        before=sum(correction.was == correction.label for correction in usable) / len(usable),
        figures=measured(([want], [got]) for want, got in zip(wanted, held_out, strict=True)),
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


def _matrix(corrections: Sequence[Correction], buckets: Sequence[int], csr_matrix: Any) -> Any:
    """One row a message, of unit length; one column for each bucket that any of them has."""
    column = {bucket: place for place, bucket in enumerate(buckets)}
    data: list[float] = []
    places: list[int] = []
    starts = [0]
    for correction in corrections:
        places += [column[run] for run in correction.runs]
        data += [1 / math.sqrt(len(correction.runs))] * len(correction.runs)
        starts.append(len(places))
    return csr_matrix((data, places, starts), shape=(len(corrections), len(buckets)))


def _plain(machine: Any, buckets: Sequence[int]) -> Learnt:
    """The model as plain numbers. One with two labels has one row of weights: for the second against the first."""
    rows, bases = machine.coef_.tolist(), machine.intercept_.tolist()
    if len(machine.classes_) == 2:
        rows, bases = [[0.0] * len(buckets), rows[0]], [0.0, bases[0]]
    columns = zip(*rows, strict=True)
    weights = {
        bucket: tuple(round(float(weight), _ROUNDED) for weight in column)
        for bucket, column in zip(buckets, columns, strict=True)
        if any(abs(weight) >= 10**-_ROUNDED for weight in column)
    }
    return Learnt(
        labels=tuple(str(label) for label in machine.classes_),
        intercepts=tuple(round(float(base), _ROUNDED) for base in bases),
        weights=weights,
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
