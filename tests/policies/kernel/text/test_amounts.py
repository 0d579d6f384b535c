# ruff: noqa: E501 - tables of Chinese sentences, whose characters ruff counts twice
"""Sums of money: how much, in which currency, in CNY, and what they are."""

from decimal import Decimal

import pytest

from policies.kernel.text import Extractor, Lexicon

RATES = {"HKD": Decimal("0.92"), "TWD": Decimal("0.23"), "USD": Decimal("7.1"), "GBP": Decimal("9.5")}
LEXICON = Lexicon.from_mapping(
    {
        "sum_disputed": ["被骗", {"say": "亏", "weight": 2}, "refund"],
        "sum_other": ["存款", "额度", {"say": "存", "weight": 2}],
    }
)
EXTRACTOR = Extractor([LEXICON], RATES)

SUMS = {
    # row                  text                              surface, currency, in CNY
    "yuan":              ("付了86000元整",                  [("86000元", "CNY", "86000.00")]),
    "kuai":              ("三块钱",                         [("三块钱", "CNY", "3.00")]),
    "bare myriads":      ("亏了12.8万。",                    [("12.8万", "CNY", "128000.00")]),
    "typed myriads":     ("亏了6w，还我",                    [("6w", "CNY", "60000.00")]),
    "watts":             ("60w的快充, 功率100w", []),
    "chinese":           ("九万八千元",                     [("九万八千元", "CNY", "98000.00")]),
    "more than":         ("三万多块",                       [("三万多块", "CNY", "30000.00")]),
    "currency before":   ("人民币 30万元",                   [("人民币 30万元", "CNY", "300000.00")]),
    "hong kong":         ("HK$60,000",                     [("HK$60,000", "HKD", "55200.00")]),
    "hong kong after":   ("八万港币",                       [("八万港币", "HKD", "73600.00")]),
    "taiwan":            ("新台幣八十萬元",                  [("新台幣八十萬元", "TWD", "184000.00")]),
    "nt dollars":        ("NT$500",                        [("NT$500", "TWD", "115.00")]),
    "dollars":           ("USD 240,000 and 35 dollars",    [("USD 240,000", "USD", "1704000.00"), ("35 dollars", "USD", "248.50")]),
    "code after":        ("90,000 USD",                    [("90,000 USD", "USD", "639000.00")]),
    "pounds":            ("£45",                           [("£45", "GBP", "427.50")]),
    "no rate":           ("100 yen",                       [("100 yen", "JPY", None)]),
    "colon":             ("RMB: 200",                      [("RMB: 200", "CNY", "200.00")]),
    "currency, new line": ("余额\nRMB\n500",                [("RMB\n500", "CNY", "500.00")]),
    "colon, new line":   ("USD:\n240",                    [("USD:\n240", "USD", "1704.00")]),
    "new paragraph":     ("兑换USD\n\n5000块",             [("5000块", "CNY", "5000.00")]),
    "counted things":    ("12万人, 3万户, 5万公里",           []),
    "phone number":      ("13800000001",                   []),
    "reference":         ("错误码 202511030007741",          []),
    "ends a word":       ("shmop 500",                     []),
    "begins a word":     ("500 poundage",                  []),
    "other currencies":  ("CNY 5万港币",                     [("CNY 5万", "CNY", "50000.00")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "sums"), SUMS.values(), ids=SUMS)
def test_sums(text, sums):
    """The figure, its currency, and the sum in CNY to the cent."""
    amounts = EXTRACTOR.features("", text).amounts

    assert [(a.surface, a.currency, None if a.cny is None else str(a.cny)) for a in amounts] == sums
    assert all(text[a.start : a.end] == a.surface for a in amounts)


ROLES = {
    # row                        text                                  roles
    "nothing around":          ("5万元",                             [None]),
    "disputed before":         ("被骗5万元",                          ["disputed"]),
    "disputed after":          ("5万元被骗了",                        ["disputed"]),
    "other":                   ("额度5万元",                          ["other"]),
    "the nearer":              ("被骗了5万元，我还有几个月前就在你们这里的存款3万元", ["disputed", "other"]),
    "the sentence":            ("存了3万元。后来被骗5万元。",             ["other", "disputed"]),
    "around it":               ("存5万元存",                          ["other"]),
    "denied":                  ("没有被骗5万元，存款",                  ["other"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "roles"), ROLES.values(), ids=ROLES)
def test_roles(text, roles):
    """What a sum is, the phrases around it tell: near ones more, those of its sentence more."""
    assert [amount.role for amount in EXTRACTOR.features("", text).amounts] == roles


def test_largest():
    """The largest of a role, unknown values left out; None stands for sums without a role."""
    features = EXTRACTOR.features("", "被骗5万元，被骗9万元，被骗100万日元")
    unknown = EXTRACTOR.features("", "5万元")

    assert features.largest("disputed").cny == 90_000
    assert features.largest("other") is None
    assert unknown.largest("disputed") is None
    assert unknown.largest("disputed", None).cny == 50_000


def test_bare_currency():
    """A desk in Taiwan reads 八十萬 as its own currency."""
    assert Extractor([LEXICON], RATES, bare_currency="TWD").features("", "虧了八十萬").amounts[0].currency == "TWD"


def test_phrase_around_a_sum():
    """A phrase whose gap holds the sum is nearest of all."""
    extractor = Extractor(
        [Lexicon.from_mapping({"sum_lost": ["少 … 了"], "sum_other": [{"say": "存", "weight": 0.5}]})]
    )

    assert extractor.features("", "存少5万元了").amounts[0].role == "lost"
