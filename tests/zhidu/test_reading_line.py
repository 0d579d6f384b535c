"""The reading of a message on one line: each label with its weight and the phrases that weighed."""

import dataclasses
from typing import Any

import pytest

from policies.intake.reading import Ground, Reading
from zhidu.reading_line import reading_line


def ground(label: str, phrase: str, weight: float) -> Ground:
    return Ground(label=label, phrase=phrase, words="…", weight=weight, field="body")


def reading(*grounds: Ground, **fields: Any) -> Reading:
    """Of which nothing is known but these fields."""
    base = dict.fromkeys(field.name for field in dataclasses.fields(Reading))
    calm = {"weights": {}, "flags": frozenset(), "mood": "calm", "grounds": grounds}
    return Reading(**base | calm | fields)


WORDS = (
    ground("complaint", "投诉", 4),
    ground("complaint", "多扣", 3),
    ground("complaint", "没人管", 3),
    ground("complaint", "催", 1.5),
)
LINES = {
    # row: a reading, and its line
    "the three heaviest phrases": (
        reading(*WORDS, kind="complaint", weights={"complaint": 11.5}),
        "kind complaint 11.5 (投诉 +4, 多扣 +3, 没人管 +3); mood calm",
    ),
    "words and desk together": (
        reading(ground("inquiry", "?", 1), kind="inquiry", weights={"inquiry": 4}),
        "kind inquiry 4 (? +1); mood calm",
    ),
    "the desk alone": (reading(kind="business", weights={"business": 3.0}), "kind business 3 (the desk); mood calm"),
    "without any weight": (reading(kind="inquiry", language="en"), "kind inquiry; mood calm; language en"),
    "nothing": (reading(), "no kind; mood calm"),
    "flags, each with its words": (
        reading(
            ground("media", "记者", 3), ground("sum_disputed", "多扣", 1),
            flags=frozenset({"media", "amount", "repeat"}),
        ),
        "no kind; flags amount (多扣 +1), media (记者 +3), repeat; mood calm",
    ),
    "mood and category": (
        reading(
            ground("angry", "气人", 3), ground("cards", "年费", 2), mood="angry", category="cards", language="zh-CN",
            weights={"angry": 3, "cards": 2},
        ),
        "no kind; mood angry 3 (气人 +3); category cards 2 (年费 +2); language zh-CN",
    ),
    "what speaks against": (
        reading(ground("complaint", "撤诉", -6), kind="business", weights={"complaint": -6, "business": 0}),
        "kind business; mood calm",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("read", "line"), LINES.values(), ids=LINES)
def test_the_line(read: Reading, line: str) -> None:
    """2.1, 2.2.5, 3.1.3, 4.1.2."""
    assert reading_line(read) == line
