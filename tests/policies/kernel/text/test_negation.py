# ruff: noqa: E501 - tables of Chinese sentences, whose characters ruff counts twice
"""Denied phrases."""

import pytest

from policies.kernel.text import Extractor, Lexicon

EXTRACTOR = Extractor(
    [
        Lexicon.from_mapping(
            {
                "x": [
                    "投诉",
                    "银保监",
                    "律师",
                    "满意",
                    "道歉",
                    "complaint",
                    "complain",
                    "ombudsman",
                    "my solicitor",
                    "the press",
                ]
            }
        )
    ]
)
NEGATED = {
    "bushi": "不是投诉", "bu": "不投诉", "mei": "没投诉", "meiyou guo": "没有投诉过", "bing bushi": "这并不是一个投诉",
    "i am not here to": "我不是来投诉的", "i shall not": "我不会去银保监", "not thinking of": "我没打算找律师",
    "no interest": "没兴趣投诉", "no need": "没必要找律师", "traditional": "不會去投訴", "cantonese": "唔係投訴",
    "not satisfied": "不满意", "not really satisfied": "不太满意", "far from satisfied": "谈不上满意",
    "nobody apologised": "没人给我道歉", "no word": "连一句道歉都没有，没有一句道歉", "given up": "放弃投诉", "withdrawn": "撤回投诉",
    "lest": "免得投诉", "after it": "投诉就不必了", "i after it": "律师我就不找了", "there i after it": "银保监那边就不去了",
    "never mind": "投诉就算了", "english not": "this is not a complaint", "n't": "I don't want to complain",
    "never": "I never complained", "no": "no complaint here", "without": "I can do this without my solicitor",
    "rather than": "rather than go to the ombudsman", "curly": "I won’t go to the ombudsman",
    "in two clauses": "退不退都行, 我不投诉", "one after the other": "我不会去银保监也不会找律师", "nor": "不投诉也没找律师",
}  # fmt: skip
STANDING = {
    "plain": "我要投诉", "comma": "不给答复，我要投诉", "then": "不退款我就投诉", "or else": "不然我找律师", "but": "不想闹但要投诉",
    "i will": "不退款我会投诉", "cannot but": "我不得不投诉", "not only": "我不仅要投诉", "is it": "是不是投诉", "whether": "有没有满意",
    "double": "我不是不投诉", "other words between": "不退款投诉你们", "stranger far before": "不好的服务我们大家一起找律师",
    "very": "我非常满意", "once more": "再不处理投诉", "others": "别人投诉", "english plain": "I want to complain",
    "english comma": "Not today, but I will complain", "english i will": "you do not answer and I will go to the ombudsman",
    "english condition": "If this is not settled my solicitor will write", "english not only": "not only a complaint",
    "english double": "I never do not complain", "english far": "not a word from anybody in the whole of last year about my complaint",
    "no choice": "I have no choice but to complain", "sentence before": "No. My complaint is this",
}  # fmt: skip


@pytest.mark.parametrize("text", NEGATED.values(), ids=NEGATED)
def test_negated(text):
    """The last phrase of the text is denied."""
    assert EXTRACTOR.features("", text).matches[-1].negated


@pytest.mark.parametrize("text", STANDING.values(), ids=STANDING)
def test_standing(text):
    """No phrase of the text is denied."""
    assert [match.negated for match in EXTRACTOR.features("", text).matches] == [False]


def test_not_negatable():
    """A phrase meant whatever stands before it."""
    extractor = Extractor([Lexicon.from_mapping({"x": [{"say": "满意", "negatable": False}]})])

    assert extractor.features("", "不满意").has("x")
