"""Whole and decimal numbers in digits, Chinese numerals and English words."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

_DIGITS: Final = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    **{char: value for value, char in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    **{"两": 2, "俩": 2, "仨": 3, "几": 2},
}  # fmt: skip
_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS: Final = {"万": 10_000, "亿": 100_000_000}
_ONES: Final = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS: Final = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
_ENGLISH: Final = {
    **{word: value for value, word in enumerate(_ONES.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), 2)},
    **{word: value for value, word in enumerate(_ORDINALS.split(), 1)},
}
_SCALES: Final = {
    "k": 1000, "m": 1_000_000, "mn": 1_000_000, "hundred": 100, "thousand": 1000, "million": 1_000_000,
}  # fmt: skip
_WORD: Final = "|".join(sorted(_ENGLISH, key=len, reverse=True))
_SCALE: Final = "|".join(sorted(_SCALES, key=len, reverse=True))
_HAN: Final = "零〇一二两俩仨三四五六七八九壹贰叁肆伍陆柒捌玖几十拾百佰千仟万亿"
# 有 stands between tens and ones in an old style (八十有二); 几, 来, 多, 余 blur a figure without ending it (十几万).
# 6w is how 6万 is typed. One leading class, so that the search skips from figure to figure.
_FIGURE: Final = re.compile(
    rf"[0-9{_HAN}](?:(?<=[0-9])(?P<more>[0-9]*(?:,[0-9]{{3}})*(?:\.[0-9]+)?)"
    rf"(?:\s?(?P<myriad>[十百千]?(?:[来多余]?[万亿])+|[千百](?![{_HAN}]))|\s?(?P<scale>{_SCALE})\b|(?P<wan>w)(?=[多块元钱被没不了的,.;!?\s]|$)|(?:st|nd|rd|th)\b)?"
    rf"|(?<=[{_HAN}])(?:[来多余]?[{_HAN}]|(?<=十)有(?=[一二三四五六七八九]))*)"
)
_ENGLISH_NUMBER: Final = re.compile(
    rf"\b(?P<word>{_WORD})(?:[- ](?P<ones>{_WORD}))?(?:[- ](?P<words>(?:{_SCALE})(?:[- ](?:{_SCALE}))*))?\b"
)
_LATIN: Final = re.compile("[a-z]{3}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number in folded text: `text[start:end]` means `value`."""

    start: int
    end: int
    value: Decimal


def numbers(folded: str) -> tuple[Number, ...]:
    """Every number of the folded text, in order. A blurred one (几十万, 三万多) counts as the least it can mean."""
    found = []
    for match in _FIGURE.finditer(folded):
        value = _value(match)
        if value is not None:
            found.append(Number(match.start(), match.end(), value))
    if _LATIN.search(folded):
        found += [Number(match.start(), match.end(), _english(match)) for match in _ENGLISH_NUMBER.finditer(folded)]
        found.sort(key=lambda number: number.start)
    return tuple(found)


def _value(match: re.Match[str]) -> Decimal | None:
    if match["more"] is None:
        return chinese(match[0])
    value = Decimal(match.string[match.start() : match.end("more")].replace(",", ""))
    for char in match["myriad"] or "":
        value *= _UNITS.get(char, _MYRIADS.get(char, 1))
    return value * (10_000 if match["wan"] else _SCALES.get(match["scale"] or "", 1))


def _english(match: re.Match[str]) -> Decimal:
    value = Decimal(_ENGLISH[match["word"]] + _ENGLISH.get(match["ones"] or "", 0))
    for scale in re.split("[- ]", match["words"] or ""):
        value *= _SCALES.get(scale, 1)
    return value


def chinese(numeral: str) -> Decimal | None:
    """三万五 is 35,000, 八十有二 is 82, 二〇二五 is 2025; None for what is no number (万一, 千万)."""
    if numeral[0] in _MYRIADS or (numeral[0] in _UNITS and numeral[0] not in "十拾"):
        return None
    if len(numeral) > 1 and all(char in _DIGITS for char in numeral):
        return Decimal("".join(str(_DIGITS[char]) for char in numeral))
    total = section = digit = 0
    last = 1
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
            last = 1 if char in "零〇" else last
        elif char in _UNITS:
            last = _UNITS[char]
            section += (digit or 1) * last
            digit = 0
        elif char in _MYRIADS:
            last = _MYRIADS[char]
            total = (total + section + digit) * last if last > 10_000 else total + (section + digit) * last
            section = digit = 0
    if digit and last >= 100:
        digit *= last // 10
    return Decimal(total + section + digit)
