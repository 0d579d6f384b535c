# ruff: noqa: E501 - tables of Chinese sentences, whose characters ruff counts twice
"""The phrase syntax: what matches, what does not, and what is refused."""

import pytest

from policies.kernel.text import Extractor, Lexicon
from policies.kernel.text.phrases import readable

MATCHES = {
    # row                        phrase                                                text                              surfaces
    "chinese anywhere":         ("银保监",                                              "我去了银保监会",                   ["银保监"]),
    "traditional text":         ("银保监",                                              "我去銀保監會",                     ["銀保監"]),
    "traditional phrase":       ("銀保監",                                              "我去银保监会",                     ["银保监"]),
    "number as phrase":         (12378,                                                "打 12378 吧",                     ["12378"]),
    "inside a longer number":   (12378,                                                "1123789",                        []),
    "number beside letters":    (12378,                                                "tel12378x",                      ["12378"]),
    "word border":              ("sue",                                                "issue pursue suet",              []),
    "inflected":                ("complain",                                           "he complains, complained, complaining",
                                 ["complains", "complained", "complaining"]),
    "inflected y":              ("reply",                                              "replies replied replying",       ["replies", "replied", "replying"]),
    "inflected e":              ("apologise",                                          "apologised, apologizing, apologize",
                                 ["apologised", "apologizing", "apologize"]),
    "doubled":                  ("stop",                                               "stopped stopping stops",         ["stopped", "stopping", "stops"]),
    "hissing":                  ("cash",                                               "cashes cashed",                  ["cashes", "cashed"]),
    "irregular":                ("write",                                              "wrote written",                  ["wrote", "written"]),
    "first and last word":      ("file a complaint",                                   "filed a complaint, filing a complaint",
                                 ["filed a complaint", "filing a complaint"]),
    "exact":                    ({"say": "thank", "exact": True},                      "thanks thank",                   ["thank"]),
    "small words stay":         ("out",                                                "outs out",                       ["out"]),
    "no inflection twice":      ("charged",                                            "chargeds charged",               ["charged"]),
    "blank at figures":         ("拨打12378",                                           "拨打 12378",                      ["拨打 12378"]),
    "gap":                      ("要 … 投诉",                                            "我要向你们投诉",                   ["要向你们投诉"]),
    "gap with dots":            ("要 ... 投诉",                                          "我要向你们投诉",                   ["要向你们投诉"]),
    "gap too wide":             ({"say": "要 … 投诉", "within": 2},                       "我要向你们投诉",                   []),
    "gap over sentences":       ("要 … 投诉",                                            "我要。投诉",                       []),
    "gap over lines":           ("要 … 投诉",                                            "我要\n投诉",                       []),
    "gap over a wrapped line":  ("file … complaint",                                   "file\na complaint",              ["file\na complaint"]),
    "gap order":                ("要 … 投诉",                                            "投诉要紧",                         []),
    "gap, a part missing":      ("要 … 投诉",                                            "投诉",                             []),
    "gap, nearest":             ("要 … 退",                                             "要你退也要退",                     ["要你退", "要退"]),
    "alternatives":             ("(再|还|)不(退|赔)",                                     "再不退 还不赔 不退",                ["再不退", "还不赔", "不退"]),
    "nested alternatives":      ("(a(b|c)|d)e",                                        "abe ace de ae",                  ["abe", "ace", "de"]),
    "number before":            ("<n>岁",                                               "七十三岁 3 岁",                     ["七十三岁", "3 岁"]),
    "number after":             ("第<n>",                                               "第三 第 4 第五",                    ["第三", "第 4", "第五"]),
    "number between":           ("第<n>次",                                             "第三次 第x次 第3 次",               ["第三次", "第3 次"]),
    "number, bounds":           ({"say": "<n>岁", "at_least": 65, "at_most": 120},        "64岁 65岁 120岁 121岁",            ["65岁", "120岁"]),
    "number after, bounds":     ({"say": "第<n>", "at_least": 2},                         "第一 第二",                        ["第二"]),
    "number not beside":        ("<n>岁",                                               "3个岁",                            []),
    "number, gap, words":       ("<n> … 次",                                            "3大次",                            ["3大次"]),
    "words, gap, number":       ("打 … <n>次",                                           "打了3次",                          ["打了3次"]),
    "words, gap, bare number":  ("打 … <n>",                                            "打了3",                            ["打了3"]),
    "two numbers":              ("<n>月<n>日",                                           "3月5日",                           ["3月5日"]),
    "english number":           ("within <n> days",                                    "within five days",               ["within five days"]),
    "unless near, in sentence": ({"say": "媒体", "unless_near": ["广告"]},                "媒体 登了很多字的广告。媒体",        ["媒体"]),
    "unless near, within":      ({"say": "媒体", "unless_near": ["广告"], "within": 2},   "媒体好广告。媒体我们的广告",         ["媒体"]),
    "unless near, overlapping": ({"say": "投诉", "unless_near": ["投诉电话"]},             "投诉电话",                         []),
    "unless near, itself":      ({"say": "今年<n>", "unless_near": ["年"], "within": 0},  "今年17",                           ["今年17"]),
    "unless near, adjoining":   ({"say": "今年<n>", "unless_near": ["家"], "within": 0},  "今年17家",                         []),
    "only near":                ({"say": "漏水", "only_near": "投诉"},                     "漏水投诉。漏水",                    ["漏水"]),
    "in a question":            ({"say": "满意", "in_question": True},                     "满意吗？满意。满意不",               ["满意", "满意"]),
    "not in a question":        ({"say": "满意", "in_question": False},                    "满意吗？满意。",                     ["满意"]),
    "longest of a label":       ("客户",                                                "老客户",                           ["客户"]),
    "number, words too far":    ("第<n>次",                                             "第3个次",                          []),
    "several spellings there":  ("(要|想) … 投诉",                                       "想要，要投诉",                     ["想要，要投诉"]),
    "shorter spelling first":   ("差错 … (出|出现)<n>回",                                  "差错已出现三回",                    ["差错已出现三回"]),
    "nearest number fails":     ("打 … <n>次",                                           "打2天3次",                         ["打2天3次"]),
    "bytes out of step":        ("投",                                                 "\u4e62\u9500",                   []),
    "lone surrogate":           ("投诉",                                                "\ud83d投诉",                     ["投诉"]),
    "across emoji":             ("投诉",                                                "😭投诉😭",                          ["投诉"]),
}  # fmt: skip


@pytest.mark.parametrize(("phrase", "text", "surfaces"), MATCHES.values(), ids=MATCHES)
def test_match(phrase, text, surfaces):
    """Each match tells the words as written."""
    extractor = Extractor([Lexicon.from_mapping({"x": [phrase]})])

    assert [match.surface for match in extractor.features("", text).matches] == surfaces


OVERLAPS = {
    # row                       phrases                                                              found
    "longest wins":            (["投诉", "投诉电话"],                                                  ["投诉电话"]),
    "weight 0 hides":          (["老", {"say": "老客户", "weight": 0}],                                []),
    "heavier of one length":   (["投诉电", {"say": "诉电话", "weight": 2}],                             ["诉电话"]),
    "between the parts":       (["投 … 话", "诉电"],                                                   ["投 … 话", "诉电"]),
    "several share the rest":  ([{"say": ["投诉", "电话"], "weight": 2}],                               ["投诉", "电话"]),
}  # fmt: skip


@pytest.mark.parametrize(("phrases", "found"), OVERLAPS.values(), ids=OVERLAPS)
def test_overlap(phrases, found):
    """Of overlapping phrases of one label the longest stands."""
    features = Extractor([Lexicon.from_mapping({"x": phrases})]).features("", "老客户的投诉电话")

    assert [match.phrase for match in features.matches] == found


REFUSED = {
    # row                     mapping                                                                message
    "no list":               ({"x": "投诉"},                                                          r"^x: a list of phrases is needed \(got '投诉'\)"),
    "unknown key":           ({"x": [{"say": "投诉", "wieght": 2}]},                                  r"^x: '投诉': unknown setting wieght"),
    "no text":               ({"x": [None]},                                                         r"^x: None: a phrase is a text"),
    "a truth value":         ({"x": [False]},                                                        r"^x: False: a phrase is a text"),
    "blank":                 ({"x": [" "]},                                                          r"^x: ' ': a phrase is a text"),
    "empty list":            ({"x": [{"say": []}]},                                                  r"^x: \[\]: no phrase"),
    "twice":                 ({"x": ["投诉", "投诉"]},                                                 r"^x: '投诉': set twice"),
    "open bracket":          ({"x": ["(a|b"]},                                                       r"^x: '\(a\|b': brackets and bars must pair"),
    "bare bar":              ({"x": ["a|b"]},                                                        r"^x: 'a\|b': brackets and bars must pair"),
    "gap in alternatives":   ({"x": ["(a … b|c)"]},                                                  r"brackets and bars must pair"),
    "gap first":             ({"x": ["… 投诉"]},                                                       r"^x: '… 投诉': a gap needs words or a number on both sides"),
    "gap last":              ({"x": ["投诉 …"]},                                                       r"a gap needs words"),
    "only a number":         ({"x": ["<n>"]},                                                        r"it has no words"),
    "two numbers in a row":  ({"x": ["第<n><n>"]},                                                    r"two gaps or two numbers in a row"),
    "a sign of patterns":    ({"x": ["(我|们)?(管|理)"]},                                                    r"a question mark stands for itself; what may be left out is written \(a\|\)"),
    "nothing remains":       ({"x": ["(a|)"]},                                                       r"all alternatives left out"),
    "too many":              ({"x": ["(a|b|c|d|e|f|g|h)" * 5]},                                      r"more than 4000 spellings"),
    "weight no number":      ({"x": [{"say": "a", "weight": "3"}]},                                  r"^x: 'a': weight: a number .* \(got '3'\)"),
    "weight not a number":   ({"x": [{"say": "a", "weight": float("nan")}]},                         r"weight: a number"),
    "within negative":       ({"x": [{"say": "a", "within": -1}]},                                   r"within: a whole number from 0"),
    "flag":                  ({"x": [{"say": "a", "negatable": "no"}]},                              r"negatable: true or false is needed \(got 'no'\)"),
    "context":               ({"x": [{"say": "a", "only_near": [1.5]}]},                             r"only_near: texts are needed"),
    "context brackets":      ({"x": [{"say": "a", "unless_near": ["(b"]}]},                          r"brackets and bars must pair"),
    "bounds without number": ({"x": [{"say": "a", "at_most": 3}]},                                   r"at_least and at_most need <n>"),
    "label, unknown key":    ({"x": {"phrase": ["a"]}},                                              r"^x: unknown setting phrase"),
    "label, no phrases":     ({"x": {"adds": {}}},                                                   r"^x: a list of phrases is needed"),
    "adds, no mapping":      ({"x": {"phrases": ["a"], "adds": ["y"]}},                              r"^x: adds: label and weight"),
    "adds, no number":       ({"x": {"phrases": ["a"], "adds": {"x": "2"}}},                         r"^x: adds: weight: a number"),
    "adds, no label":        ({"x": {"phrases": ["a"], "adds": {"y": 2}}},                           r"^x: adds: no label 'y'"),
}  # fmt: skip


@pytest.mark.parametrize(("mapping", "message"), REFUSED.values(), ids=REFUSED)
def test_refused(mapping, message):
    """A refusal names the label and the phrase."""
    with pytest.raises(ValueError, match=message):
        Lexicon.from_mapping(mapping)


def test_one_phrase_with_two_bounds():
    """The same words may be set once for minors and once for the old."""
    lexicon = Lexicon.from_mapping({"x": [{"say": "<n>岁", "at_least": 65}, {"say": "<n>岁", "at_most": 17}]})

    matches = Extractor([lexicon]).features("", "70岁 30岁 7岁").matches

    assert [match.surface for match in matches] == ["70岁", "7岁"]


READABLE = {
    "plain": ("投诉", "投诉"),
    "alternatives": ("(再|还)不(退|赔)", "再不退"),
    "number and gap": ("打 … <n>次", "打 … N次"),
}


@pytest.mark.parametrize(("say", "read"), READABLE.values(), ids=READABLE)
def test_readable(say, read):
    """A phrase as it is shown to a person."""
    assert readable(say) == read
