"""How well a reading of texts agrees with labelled examples: precision, recall and F1 of each label."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one label: how often it was right, wrongly given (`wrong`) and not given (`missed`)."""

    label: str
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of those given, the share that is right; 1 where none was given."""
        given = self.right + self.wrong
        return self.right / given if given else 1.0

    @property
    def recall(self) -> float:
        """Of those wanted, the share that was given; 1 where none is wanted."""
        wanted = self.right + self.missed
        return self.right / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both; 1 where there is nothing to find and nothing was found."""
        all_of_them = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / all_of_them if all_of_them else 1.0


def measured(
    rows: Iterable[tuple[Iterable[str], Iterable[str]]], label: Callable[[str], str] = str
) -> tuple[Figures, ...]:
    """The figures of every label that is wanted or given anywhere, by label.

    rows    what is wanted and what is given, example by example
    label   under which label something is counted; by itself, unless told otherwise
    """
    counts: Counter[tuple[str, str]] = Counter()
    labels: set[str] = set()
    for wanted, given in rows:
        want, got = set(wanted), set(given)
        labels |= {label(one) for one in want | got}
        for one in want | got:
            counts[label(one), "right" if one in want & got else "missed" if one in want else "wrong"] += 1
    return tuple(
        Figures(label=label, **{what: counts[label, what] for what in ("right", "wrong", "missed")})
        for label in sorted(labels)
    )


def table(figures: Iterable[Figures]) -> Iterator[str]:
    """One line per label, with a line of headings."""
    yield f"{'label':<22}{'precision':>10}{'recall':>8}{'F1':>8}{'right':>7}{'wrong':>7}{'missed':>8}"
    for of in figures:
        yield (
            f"{of.label:<22}{of.precision:>10.3f}{of.recall:>8.3f}{of.f1:>8.3f}{of.right:>7}{of.wrong:>7}{of.missed:>8}"
        )


def as_json(figures: Iterable[Figures]) -> dict[str, dict[str, float]]:
    """Label → its figures, rounded to four places."""
    return {
        of.label: {
            "precision": round(of.precision, 4),
            "recall": round(of.recall, 4),
            "f1": round(of.f1, 4),
            "right": of.right,
            "wrong": of.wrong,
            "missed": of.missed,
        }
        for of in figures
    }


def examples(lines: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    """Labelled examples, one JSON object with `expect` a line. Raises ValueError with the line's number."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError):
            raise ValueError(f"line {number}: it is not JSON") from None
        if not isinstance(given, dict) or "expect" not in given:
            raise ValueError(f"line {number}: `expect` is needed, what the answer should be")
        yield given


def departures(
    given: Iterable[Mapping[str, Any]], labels: Callable[[Mapping[str, Any]], tuple[set[str], set[str]]]
) -> Iterator[tuple[Mapping[str, Any], set[str], set[str]]]:
    """Each example with the labels wanted and those given."""
    for example in given:
        wanted, got = labels(example)
        yield example, wanted, got
