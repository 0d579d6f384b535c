# ruff: noqa: E501 - tables of Chinese sentences, whose characters ruff counts twice
"""The features of one article."""

import dataclasses
import time

import pytest

from policies.kernel.text import EMPTY, Extractor, Lexicon

LEXICON = Lexicon.from_mapping(
    {
        "complaint": ["投诉", {"say": "complaint", "weight": 2}, {"say": "建议", "weight": -2}],
        "media": {"phrases": ["微博"], "adds": {"complaint": 3, "legal": 0.5}},
        "legal": ["律师"],
    }
)
EXTRACTOR = Extractor([LEXICON])


def test_weights_and_grounds():
    """Each phrase counts once, negated ones not at all; every match says where it stands."""
    features = EXTRACTOR.features("投訴", "我要投诉, complaint！不找律师。")

    assert features.weight("complaint") == 3
    assert features.has("complaint")
    assert not features.has("legal")
    assert features.weight("none such") == 0
    assert [(m.field, m.start, m.end, m.surface) for m in features.of("complaint")] == [
        ("subject", 0, 2, "投訴"), ("body", 2, 4, "投诉"), ("body", 6, 15, "complaint"),
    ]  # fmt: skip
    assert [(m.label, m.negated) for m in features.matches][-1] == ("legal", True)


def test_adds():
    """A label that is there adds to others, a negated one does not."""
    assert EXTRACTOR.features("", "发微博").weights == (("complaint", 3), ("legal", 0.5), ("media", 1))
    assert EXTRACTOR.features("", "不发微博").weights == ()
    assert not EXTRACTOR.features("", "建议").has("complaint")


ARTICLES = {
    # row                          subject         body                                     content type   labels
    "subject of an answer":      ("Re: 投诉",      "谢谢",                                   "text/plain", set()),
    "subject":                   ("投诉",          "",                                       "text/plain", {"complaint"}),
    "quoted":                    ("",              "谢谢\n> 我要投诉",                          "text/plain", set()),
    "quoted html":               ("",              "<p>谢谢</p><blockquote>投诉</blockquote>", "text/html",  set()),
    "html":                      ("",              "<p>我要<b>投</b>诉</p>",                   "text/html",  {"complaint"}),
    "empty":                     ("",              "",                                       "text/plain", set()),
}  # fmt: skip


@pytest.mark.parametrize(("subject", "body", "content_type", "labels"), ARTICLES.values(), ids=ARTICLES)
def test_articles(subject, body, content_type, labels):
    """What was written anew counts, in subject and body."""
    features = EXTRACTOR.features(subject, body, content_type)

    assert {match.label for match in features.matches} == labels


def test_the_rest():
    """Language, question marks and length of what was written anew."""
    features = EXTRACTOR.features("", "請問？ 可以嗎?\n> 旧?")

    assert (features.language, features.question_marks, features.length) == ("zh-TW", 2, 8)
    assert EXTRACTOR.features("", "") == EMPTY


def test_hashable_and_equal():
    """Equal texts have equal features; nobody changes them."""
    features = EXTRACTOR.features("", "投诉")

    assert hash(features) == hash(EXTRACTOR.features("", "投诉"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        features.length = 3


def test_labels_of_two_lexicons_do_not_meet():
    """A label belongs to one lexicon."""
    with pytest.raises(ValueError, match="label 'complaint' is in two lexicons"):
        Extractor([LEXICON, Lexicon.from_mapping({"complaint": ["x"]})])


def test_without_phrases():
    """No phrases, no matches."""
    assert Extractor([]).features("", "投诉5万元").matches == ()


HOSTILE = {
    "one phrase over and over": "投诉" * 5_000,
    "beginnings without an end": "我要" * 5_000,
    "parts over and over": "我要投" * 3_000 + "诉" * 3_000,
    "negations": "不没" * 5_000 + "投诉",
    "numbers": "一1" * 5_000,
    "marks of quotation": "\n-\n>\nOn 1\n" * 1_500,
    "tags": "<b>" * 3_000 + "</i>" * 1_000,
    "one line": "-" * 10_000 + " " * 10_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("content_type", ["text/plain", "text/html"])
def test_hostile_texts_cost_little(text, content_type):
    """No text makes the work grow faster than itself."""
    extractor = Extractor(
        [Lexicon.from_mapping({"x": ["投诉", "我要 … 投诉", {"say": "<n>次", "unless_near": ["要"]}]})]
    )
    start = time.perf_counter()

    features = extractor.features("", text, content_type)

    assert time.perf_counter() - start < 5
    assert len(features.matches) <= 200


def test_cost_does_not_grow_with_the_phrases():
    """Ten thousand phrases that do not occur cost little more than ten."""
    text = "您好，我想问一下这张卡的年费怎么收，另外想知道积分怎么换。" * 15
    few, many = (
        Extractor([Lexicon.from_mapping({"x": [f"词{number}条" for number in range(count)]})]) for count in (10, 10_000)
    )

    def cost(extractor: Extractor) -> float:
        def once() -> float:
            start = time.perf_counter()
            extractor.features("", text)
            return time.perf_counter() - start

        return min(once() for _ in range(30))

    assert cost(many) < 5 * cost(few)
