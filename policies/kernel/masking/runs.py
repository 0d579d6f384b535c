"""Runs of digits in a view: where they are, which windows of them may be one number, what stands around a window."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

NUMERALS: Final = str.maketrans(
    "零〇○洞一幺壹弌两兩二贰貳弍三叁參叄弎四肆五伍六陆陸七柒拐八捌九玖勾", "0000111122222233333445566677788999"
)
CHECKS: Final = str.maketrans("×ⅹхχ叉", "xxxxx")
"""What people write for the check character x of an identity card."""
_HAN: Final = "".join(map(chr, NUMERALS))
_X: Final = "x" + "".join(map(chr, CHECKS))
_BETWEEN: Final = r"[ .\-/·•、—~]"
SHORTEST: Final = 7
"""Digits of the shortest number of a person."""
_SHORTEST_RUN: Final = 6
_LONGEST: Final = 19
_IDENTITY_CARD: Final = 18
_PREFIXES: Final = 4
# How long the number of a person may be among others, behind a sign and by its first digit: telephones with and
# without prefixes, identity cards, bank cards, accounts in one.
_SIZES: Final = frozenset(range(SHORTEST, _LONGEST + _PREFIXES + 1))
_SIGNS: Final = frozenset("+)）")
_SIZES_BEHIND: Final = {
    "0": frozenset(range(10, 18)) | {18, 19},
    "1": frozenset({11, 12, 13, 14, 15, 16, 17, 18, 19}),
    "8": frozenset(range(10, 20)),
} | dict.fromkeys("2345679", frozenset(range(12, 20)))
# A date is matched first, so that it is not taken for the beginning of the number behind it.
_DATE: Final = r"(?<=[12])(?<![0-9].)([09][0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9]|[-/.][0-9]))"
# A telephone may be written in one with a card's check character: 11010519491231002X13912345678.
_MORE: Final = rf"{{{_SHORTEST_RUN - 1},}}(?:{_BETWEEN}{{0,3}}[{_X}](?:(?![0-9a-z])|(?=1[3-9][0-9]{{9}}(?![0-9]))))?"
_PLAIN_RUN: Final = re.compile(rf"[0-9](?:{_DATE}|(?:{_BETWEEN}{{0,3}}[0-9]){_MORE})", re.DOTALL)
_HAN_RUN: Final = re.compile(rf"[0-9{_HAN}](?:{_DATE}|(?:{_BETWEEN}{{0,3}}[0-9{_HAN}]){_MORE})", re.DOTALL)
# Digits in a row, each a zero: one literal ahead is looked for many times quicker than one of ten digits.
_ZEROES: Final = bytes.maketrans(b"123456789", b"000000000")
_CHAINED: Final = re.compile(rb"0(?:[ .\-/~]{0,3}0){%d,}" % (_SHORTEST_RUN - 1))
# What may stand between such a row and a check character behind it, and how far a run then looks.
_MORE_OPENS: Final = frozenset(" .-/~x")
_REACH_OF_X: Final = 16
# A numeral beside digits may belong to a word: 张三13800138000.
_GROUP: Final = re.compile(rf"[0-9]+[{_X}]?|[{_HAN}]+[{_X}]?|[{_X}]")
_CURRENCIES: Final = (
    "¥",
    "$",
    "€",
    "£",
    "￥",
    "rmb",
    "cny",
    "usd",
    "hkd",
    "eur",
    "gbp",
    "jpy",
    "人民币",
    "美元",
    "港币",
    "美金",
    "欧元",
)
_AMOUNT_AFTER: Final = re.compile(
    r"\s?(?:元|块|万|亿|圆|角|美元|港币|港元|欧元|日元|人民币|英镑|%|‰|笔|次|份|股|克|公斤|公里|平方|件|吨|rmb|cny|usd|hkd|eur)(?!素|旦)"
    r"|\.[0-9]{1,3}(?![0-9]|[ .\-/][0-9])"
)
_CHAIN: Final = "0123456789abcdefghijklmnopqrstuvwxyz_-"
_LINKS: Final = frozenset(_CHAIN)
_CHAIN_AFTER: Final = re.compile(r"[0-9a-z_-]*")
_LETTER: Final = re.compile("[a-z_]")
_CARD_AHEAD: Final = re.compile("(?<![0-9a-z])[0-9]{17}x$")
_URL: Final = re.compile(r"(?:://|www\.)[!-~]*$")
_PERSONAL: Final = re.compile(
    r"[?&;#/](?:[a-z_]*(?:phone|mobile|tel|card|idno|idnum|idcard|cert|account|acct|sfz|sjh|name|mail|passport)[a-z_]*)=[!-%'-~]*$"
)
# A folder of an address that is named like a person's number, and what opens a talk with one.
_FOLDER: Final = re.compile(
    r"/(?:[a-z]+[_-])?(?:phones?|mobiles?|tel|cards?|idcards?|accounts?|acct|passports?|msisdn)/\+?$"
    r"|(?://|\.)(?:wa\.me|t\.me)/\+?$"
)
# A parameter of an address ends where its number does; some are named like what numbers of things are called.
_PARAMETER: Final = re.compile(r"[?&;#](?:(?P<name>[a-z0-9_.\[\]-]*)=)?[+ ]?$")
_OF_THINGS: Final = re.compile(
    r"(?!u|cust|member|login|client)(?:[a-z]+[_.-]?)?"
    r"(?:id|no|num|sn|seq|code|hash|sign|token|nonce|ts|time|timestamp|date|order|trade|ticket|ref|serial|rand|random|ver)"
)
_PARAMETER_ENDS: Final = frozenset("&;#\"'<>)]},|\\")
_LOOK_BACK: Final = 200


class Window(NamedTuple):
    """Whole groups of a run that may be one number: `text[start:end]`.

    digits   ASCII, without what separates them; an x may end them
    groups   how many digits the groups have
    whole    nothing of the run is left out
    """

    text: str
    start: int
    end: int
    digits: str
    groups: tuple[int, ...]
    whole: bool

    @property
    def regular(self) -> bool:
        """Whether it is all of the run or as people write one number, so that it was not two numbers side by side."""
        return self.whole or len(self.groups) == 1 or max(self.groups) <= 2 or self.shaped

    @property
    def shaped(self) -> bool:
        """Whether the groups are as people write one number: 4 4 4 4, 3 4 4, 6 8 4."""
        if len(self.groups) == 1:
            return False
        first, *rest, last = self.groups
        if all(size == 4 for size in rest):
            return (first in (3, 4, 6) and last <= 4) or (first, last) in ((3, 8), (7, 4), (6, 12), (6, 13))
        return self.groups in ((3, 3, 5), (4, 3, 4), (6, 8, 4))

    @property
    def trimmed(self) -> "Window":
        """Without an x at its end that belongs to no identity card: 13912345678x."""
        if self.digits[-1] != "x" or len(self.digits) == _IDENTITY_CARD:
            return self
        *groups, last = self.groups
        if last > 1:
            groups.append(last - 1)
        end = self.position(len(self.digits) - 2) + 1
        return self._replace(end=end, digits=self.digits[:-1], groups=tuple(groups))

    @property
    def one(self) -> bool:
        """Whether it is short enough for one number in groups, or has one group."""
        return len(self.groups) == 1 or len(self.digits) <= _LONGEST + _PREFIXES

    @property
    def is_amount(self) -> bool:
        """Whether it is money or a measure: 13800138000元, ¥…, 1,380,013.80."""
        text, start, end = self.text, self.start, self.end
        ahead = text[max(0, start - 6) : start]
        if ahead and (ahead.rstrip().endswith(_CURRENCIES) or _is_fraction(ahead, self.groups)):
            return True
        if ahead.endswith("第") and text.startswith(("号", "號"), end):
            return True
        return _AMOUNT_AFTER.match(text, end) is not None

    @property
    def in_identifier(self) -> bool:
        """Whether letters are written in one with it, as in a hash, a UUID or `DD13800138000`."""
        text, start = self.text, self.start
        if text[start - 1 : start] not in _LINKS and text[self.end : self.end + 1] not in _LINKS:
            return False
        ahead = text[max(0, start - 40) : start]
        behind = _CHAIN_AFTER.match(text, self.end)
        chain = ahead[len(ahead.rstrip(_CHAIN)) :]
        chain = ("" if _CARD_AHEAD.search(chain) else chain) + (behind[0] if behind else "")
        return chain != "" and _LETTER.search(chain) is not None

    @property
    def in_url(self) -> bool:
        """Whether it is part of a web address, and neither all of a parameter nor in one with a personal name."""
        if not "!" <= self.text[self.start - 1 : self.start] <= "~":
            return False
        ahead = self.text[max(0, self.start - _LOOK_BACK) : self.start]
        if "://" not in ahead and "www." not in ahead:
            return False
        if _URL.search(ahead) is None or _PERSONAL.search(ahead) is not None or _FOLDER.search(ahead) is not None:
            return False
        return not (
            self._ends_parameter and (named := _PARAMETER.search(ahead)) and not _is_of_things(named["name"] or "")
        )

    @property
    def _ends_parameter(self) -> bool:
        behind = self.text[self.end : self.end + 1]
        return behind in _PARAMETER_ENDS or not "!" <= behind <= "~"

    @property
    def beside_mask(self) -> bool:
        """Whether stars touch it: what is left of a number that is masked already."""
        around = self.text[max(0, self.start - 2) : self.start] + self.text[self.end : self.end + 2]
        return any(char in "*•●×█■" for char in around)

    def position(self, count: int) -> int:
        """Where the digit behind the first `count` digits stands in the text."""
        for group in _GROUP.finditer(self.text, self.start, self.end):
            if count < len(group[0]):
                return group.start() + count
            count -= len(group[0])
        return self.end


def _is_of_things(name: str) -> bool:
    """Whether a parameter is named as orders, sessions and moments are."""
    return _OF_THINGS.fullmatch(name) is not None


def _is_fraction(ahead: str, groups: tuple[int, ...]) -> bool:
    """Behind `0.`, or three digits behind a thousands comma."""
    return ahead.endswith("0.") or (groups[0] == 3 and len(ahead) > 1 and ahead[-1] == "," and ahead[-2].isdigit())


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Where every run of six digits and more is, with what may separate them; dates are none."""
    if not text.isascii():
        yield from (run.span() for run in _HAN_RUN.finditer(text) if run.lastindex is None)
        return
    for chain in _CHAINED.finditer(text.encode().translate(_ZEROES)):
        start, end = chain.span()
        if text[end : end + 1] not in _MORE_OPENS and text[start:end].isdigit():
            yield start, end
            continue
        for run in _PLAIN_RUN.finditer(text, start, end + _REACH_OF_X):
            if run.lastindex is None and run.start() < end:
                yield run.span()


def single(text: str, start: int, end: int) -> Window:
    """The run `text[start:end]` of nothing but ASCII digits."""
    return Window(text=text, start=start, end=end, digits=text[start:end], groups=(end - start,), whole=True)


def entire(text: str, start: int, end: int) -> Window | None:
    """The run `text[start:end]` as one number; None with fewer than seven digits."""
    groups = _GROUP.findall(text, start, end)
    digits = "".join(groups).translate(NUMERALS).translate(CHECKS)
    if len(digits) < SHORTEST:
        return None
    return Window(text=text, start=start, end=end, digits=digits, groups=tuple(map(len, groups)), whole=True)


def parts(run: Window) -> Iterator[Window]:
    """Some groups of an entire run, side by side, that are as long as a number of a person that begins like them."""
    text, sizes, digits = run.text, run.groups, run.digits
    groups = [found.span() for found in _GROUP.finditer(text, run.start, run.end)]
    last, upto = len(groups) - 1, 0
    for first, (begin, _) in enumerate(groups):
        size = 0
        fitting = _SIZES if text[begin - 1 : begin] in _SIGNS else _SIZES_BEHIND.get(digits[upto], _SIZES)
        for behind in range(first, last + (first > 0)):
            size += sizes[behind]
            if size > _LONGEST + _PREFIXES:
                break
            with_x = digits[upto + size - 1] == "x" and size != _IDENTITY_CARD
            if size - with_x in fitting:
                yield Window(
                    text=text,
                    start=begin,
                    end=groups[behind][1],
                    digits=digits[upto : upto + size],
                    groups=sizes[first : behind + 1],
                    whole=False,
                )
        upto += sizes[first]
