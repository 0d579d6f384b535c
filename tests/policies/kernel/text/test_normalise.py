"""One spelling for matching, with the way back to the original."""

import pytest

from policies.kernel.text.normalise import fold

FOLDED = {
    # row                      text                 folded
    "simplified stays":       ("我要投诉",           "我要投诉"),
    "traditional":            ("我要投訴銀行",        "我要投诉银行"),
    "hong kong and taiwan":   ("裏面臺灣為眾",        "里面台湾为众"),
    "written cantonese":      ("唔滿意你哋嘅處理",     "不满意你们的处理"),
    "full width":             ("ＡＢＣ１２３，！？",   "abc123,!?"),
    "case":                   ("FCA Ärger",          "fca ärger"),
    "blanks become one":      ("a \t b　 c",          "a b c"),
    "zero width":             ("投\u200b诉\ufeff",    "投诉"),
    "curly quotes":           ("don’t “go”",         "don't \"go\""),
    "beyond the basic plane": ("气死我了😭𠮷",        "气死我了😭𠮷"),
    "empty":                  ("",                   ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "folded"), FOLDED.values(), ids=FOLDED)
def test_fold(text, folded):
    """Simplified, half-width, lower case, nothing invisible."""
    assert fold(text).text == folded


ORIGINS = {
    # row                   text                  found     surface
    "nothing dropped":     ("我要投訴你們",          "投诉",   "投訴"),
    "zero width inside":   ("我要投\u200b诉。",      "投诉",   "投\u200b诉"),
    "blanks before":       ("a   b  complaint",    "complaint", "complaint"),
    "at the very end":     ("\u200b投诉",           "投诉",   "投诉"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "found", "surface"), ORIGINS.values(), ids=ORIGINS)
def test_origin(text, found, surface):
    """A span of the folded text is found again in the original."""
    folded = fold(text)
    start = folded.text.index(found)

    first, last = folded.origin(start, start + len(found))

    assert text[first:last] == surface
