"""Sums of money in a text: what was written, how much that is, in which currency, in CNY, and what the sum is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from policies.kernel.quick import quick
from policies.kernel.text.numbers import Number

_NAMES: Final = {
    "CNY": "rmb cny ¥ 人民币 元 块 块钱 圆 块大洋 yuan renminbi 元钱 元人民币",
    "HKD": "hkd hk$ 港币 港元 港纸 港银 港 hong_kong_dollar hong_kong_dollars",
    "TWD": "twd ntd nt$ 新台币 台币 新臺币 taiwan_dollars 元新台币 元台币",
    "USD": "usd us$ $ 美元 美金 美刀 刀 dollar dollars bucks us_dollars",
    "EUR": "eur € 欧元 euro euros",
    "GBP": "gbp £ 英镑 镑 pound pounds quid sterling",
    "JPY": "jpy 日元 日币 円 yen",
    "SGD": "sgd s$ 新加坡元 新币 坡币 singapore_dollars",
    "AUD": "aud a$ 澳元 澳币",
    "CAD": "cad c$ 加元 加币",
    "CHF": "chf 瑞郎 瑞士法郎",
    "MOP": "mop 澳门元 澳门币 葡币",
}
_CODES: Final = {name.replace("_", " "): code for code, names in _NAMES.items() for name in names.split()}
_BY_LENGTH: Final = [re.escape(name) for name in sorted(_CODES, key=len, reverse=True)]
# A new line may come between a currency and its figure, a new paragraph not.
_BEFORE: Final = re.compile(rf"({'|'.join(_BY_LENGTH)}) ?:?\s?\Z")
_BEFORE_ENDS: Final = re.compile(rf"[{re.escape(''.join(sorted({name[-1] for name in _CODES})))}] ?:?\s?\Z")
"""What every name ends with: few figures have even that before them."""
_AFTER: Final = re.compile(rf"(?:多|余|来)?\s?({'|'.join(name for name in _BY_LENGTH if name[-1] != '$')})")
_LONGEST_NAME: Final = max(map(len, _CODES)) + 3
# 12万 without a unit is money unless a counted thing follows.
_COUNTED: Final = re.compile(r"(?:多|余|来)?\s?[人户次里公步字件个名位股份点年家张台倍亩页辆米桶积分条亿]")
_MYRIAD: Final = re.compile("[万亿]|[0-9]w")
_WATTS: Final = re.compile("[充电灯瓦功率]")
_CENT: Final = Decimal("0.01")


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A sum of money. `start`, `end` count in the field it stands in.

    cny    in CNY to the cent by the configured rates; None when the currency has no rate
    role   what the sum is: the label, without `sum_`, of the phrases around it that weigh most; None without any
    """

    surface: str
    field: str
    start: int
    end: int
    value: Decimal
    currency: str
    cny: Decimal | None
    role: str | None


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum in folded text, before anything is known about it."""

    start: int
    end: int
    value: Decimal
    currency: str


def sums(folded: str, figures: Iterable[Number], bare: str = "CNY") -> tuple[Sum, ...]:
    """The numbers that are money: with a currency before or after, or in 万 and nothing countable after (`bare`)."""
    found = []
    for number in figures:
        before = None
        if _BEFORE_ENDS.search(folded, max(0, number.start - 4), number.start):
            before = _BEFORE.search(folded, max(0, number.start - _LONGEST_NAME), number.start)
        after = _AFTER.match(folded, number.end)
        if before is not None and not _inside_word(folded, before.start()):
            name = before[1]
            end = after.end() if after is not None and _CODES[after[1]] in {"CNY", _CODES[name]} else number.end
            found.append(Sum(before.start(), end, number.value, _CODES[name]))
        elif after is not None and not (after[1][-1].isascii() and folded[after.end() : after.end() + 1].isalpha()):
            found.append(Sum(number.start, after.end(), number.value, _CODES[after[1]]))
        elif (
            (myriad := _MYRIAD.search(folded, number.start, number.end)) is not None
            and not _COUNTED.match(folded, number.end)
            and not (len(myriad[0]) == 2 and _WATTS.search(folded, max(0, number.start - 8), number.end + 3))
        ):
            found.append(Sum(number.start, number.end, number.value, bare))
    return tuple(found)


def _inside_word(folded: str, start: int) -> bool:
    """Whether the currency's name is the end of a longer word (`mop` in `Compmop`)."""
    return start > 0 and folded[start - 1 : start + 1].isascii() and folded[start - 1 : start + 1].isalpha()


def in_cny(value: Decimal, currency: str, rates: Mapping[str, Decimal]) -> Decimal | None:
    """The value in CNY to the cent; None when there is no rate (CNY for one unit) for the currency."""
    rate = Decimal(1) if currency == "CNY" else rates.get(currency)
    return None if rate is None else (value * rate).quantize(_CENT, ROUND_HALF_UP)
