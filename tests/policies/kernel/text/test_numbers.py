"""Numbers in digits, Chinese numerals and English words."""

from decimal import Decimal

import pytest

from policies.kernel.text.normalise import fold
from policies.kernel.text.numbers import numbers

NUMBERS = {
    # row                       text                             values
    "digits":                  ("12378",                         ["12378"]),
    "thousands":               ("60,000 and 1,234.50",           ["60000", "1234.50"]),
    "list, not thousands":     ("3,14",                          ["3", "14"]),
    "myriads":                 ("12.8万, 3千万, 2亿",              ["128000", "30000000", "200000000"]),
    "typed myriads":           ("6w被骗, 12.8w, win 3d, 7wd",      ["60000", "128000.0", "3", "7"]),
    "bare hundred, thousand":  ("3千 5百",                        ["3000", "500"]),
    "full width":              ("５万",                           ["50000"]),
    "chinese":                 ("八十六, 二百零五, 一万零三十",       ["86", "205", "10030"]),
    "colloquial tail":         ("三万五, 两百五, 十二万八",          ["35000", "250", "128000"]),
    "old style":               ("八十有二",                       ["82"]),
    "year":                    ("二〇二五",                        ["2025"]),
    "blurred":                 ("十几万, 几十万, 三万多, 二十来万",    ["120000", "200000", "30000", "200000"]),
    "ten, hundred million":    ("十, 拾伍, 一亿两千万, 一万亿",       ["10", "15", "120000000", "1000000000000"]),
    "no numbers":              ("万一, 千万不要, 百货",             []),
    "english":                 ("three, eighty-six, twenty two", ["3", "86", "22"]),
    "english scales":          ("five hundred thousand, 50k, 1.2 million", ["500000", "50000", "1200000.0"]),
    "ordinals":                ("the third, the 4th",            ["3", "4"]),
    "inside a word":           ("someone often phoned",          []),
    "order of text":           ("two 3 four",                    ["2", "3", "4"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "values"), NUMBERS.values(), ids=NUMBERS)
def test_numbers(text, values):
    """A blurred number counts as the least it can mean."""
    assert [number.value for number in numbers(fold(text).text)] == [Decimal(value) for value in values]
