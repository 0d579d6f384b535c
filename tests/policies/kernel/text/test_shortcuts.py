"""What makes reading quick changes nothing of what is read: the same is found the long way."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.kernel.text import Lexicon
from policies.kernel.text import times_chinese as zh
from policies.kernel.text import times_english as en
from policies.kernel.text.matcher import Matcher
from policies.kernel.text.normalise import TABLE, fold
from policies.kernel.text.numbers import numbers
from policies.kernel.text.places import Sentences
from policies.kernel.text.times import begun
from tests.policies.kernel.text.plainly import phrases_in

ROOT = Path(__file__).parents[4]
SHIPPED = [
    phrase
    for path in sorted(ROOT.glob("policies/*/phrases.yaml"))
    for phrase in Lexicon.from_mapping(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)).phrases
]
EXAMPLES = sorted(
    {
        json.loads(line)["text"]
        for path in sorted(ROOT.glob("tests/policies/**/*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    }
)
LEXICON = Lexicon.from_mapping(
    {
        "x": [
            "要",
            "不要",
            "要求",
            "app",
            "the app",
            "95533",
            "要 … 退",
            "(我|我们)要 … 退 … 钱",
            {"say": "钱", "unless_near": ["没", "不"]},
            {"say": "退", "only_near": ["钱", "app"], "within": 3},
            {"say": "求", "in_question": True},
            {"say": "不 … 求", "in_question": False, "weight": 0},
            {"say": "<n>次", "at_least": 2},
            {"say": "第<n>(次|回)", "weight": 3},
            "<n> … 次",
            "退 <n> 次",
        ],
        "y": ["我", {"say": "要", "unless_near": "求", "weight": -1}],
    }
)
WORDS = [*"要不求我们退钱没第三312次回。,?吗 x１😀\n", "12", "app", "apps", "the", "95533", "退錢", "要求"]


def found(lexicon: Lexicon, text: str) -> set[tuple[str, tuple[tuple[int, int], ...]]]:
    folded = fold(text).text
    hits = Matcher(lexicon.phrases).hits(folded, numbers(folded), Sentences(folded))
    return {(hit.label, hit.parts) for hit in hits}


def test_shipped_phrases_are_found_as_if_each_were_looked_for():
    """Of the labelled messages and replies, every tenth."""
    matcher = Matcher(SHIPPED)
    total = 0
    for text in EXAMPLES[::10]:
        folded = fold(text).text
        figures = numbers(folded)
        hits = {(hit.label, hit.parts) for hit in matcher.hits(folded, figures, Sentences(folded))}
        assert hits == phrases_in(folded, figures, SHIPPED), text
        total += len(hits)
    assert total > 100


@settings(max_examples=400)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
def test_phrases_are_found_as_if_each_were_looked_for(text):
    """In whatever text, with every kind of phrase and condition."""
    folded = fold(text).text

    assert found(LEXICON, text) == phrases_in(folded, numbers(folded), LEXICON.phrases)


@pytest.mark.parametrize("pattern", ["DAY", "SPAN", "BARE"])
def test_times_begin_where_they_are_looked_for(pattern):
    """No phrase of time begins with a character that is skipped."""
    begins, whole = getattr(zh, f"_{pattern}_BEGINS"), getattr(zh, f"_{pattern}")
    for text in EXAMPLES:
        folded = fold(text).text
        spans = [match.span() for match in whole.finditer(folded)]
        assert [match.span() for match in begun(begins, whole, folded)] == spans, text


@pytest.mark.parametrize("pattern", ["ON", "SPAN", "BARE"])
def test_english_times_begin_where_they_are_looked_for(pattern):
    """No phrase of time begins with a word that is skipped."""
    whole = getattr(en, f"_{pattern}")
    for text in (*EXAMPLES, "noon tomorrow", "no later than 5 May", "End of the day. Close of business, then."):
        folded = fold(text).text
        spans = [match.span() for match in whole.finditer(folded)]
        assert [match.span() for match in en._at(en._starts(folded), whole, folded)] == spans, text


@given(st.text(st.sampled_from("，：？！（）；ＡＢaB繁简簡體后後\u200b😀 .。"), max_size=20))
def test_folding_by_marks_is_folding_by_table(text):
    """Marks replaced first, or the whole table: one spelling."""
    assert "".join(fold(text).text.split(" ")) == "".join(text.translate(TABLE).split(" "))
