"""Numbers written so that they are no run of digits: underlines, a line break within, letters that look like digits.

Only a label right at them and a check digit that holds make such a thing a number (6.1.1).
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from policies.kernel.masking import checks
from policies.kernel.masking.grounds import grounded
from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.labels import Means, deciding

LETTERS: Final = str.maketrans("oli", "011")
"""Small letters that stand for the digits they look like."""
_LOOK_ALIKE: Final = frozenset("oli")
_REACH: Final = 48
_MOST_LETTERS: Final = 5
# A mail program breaks lines at blanks and dashes, and quotes what it answers.
_BREAK: Final = r"[ \t-]?\r?\n[> ]{0,4}"
_CHAIN: Final = re.compile(
    rf"(?<![0-9a-z_-])[0-9oli](?:(?:[ _.-]|{_BREAK})?[0-9oli]){{13,18}}(?:(?:[ _.-]|{_BREAK})?x)?(?![0-9a-z_]|-[0-9])"
)
_UNDERLINED: Final = re.compile("(?<=[0-9])_(?=[0-9oli])")
_GROUP: Final = re.compile("[0-9olix]+")
_FOURS: Final = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3)})
# A literal ahead is what is looked for quickly.
_MARKED: Final = {
    mark: re.compile(
        rf"{re.escape(mark)}(?<=[0-9]{{4}}.)[0-9]{{4}}(?:{re.escape(mark)}[0-9]{{4}}){{2}}[0-9]{{0,3}}(?![0-9])"
    )
    for mark in ",，*+|"
}
_SEPARATORS: Final = frozenset(" _.-")
_BREAKS: Final = frozenset("\r\n>")
_MONEY: Final = frozenset({Means.CARD, Means.ACCOUNT})


def underlined(text: str) -> Iterator[Found]:
    """Every number with underlines between its groups: 4111_1111_1111_1111."""
    until = 0
    for line in _UNDERLINED.finditer(text):
        if line.start() >= until:
            until = line.start()
            for found in _around(text, line.start(), line.end()):
                until = max(until, found.end)
                yield found


def marked(text: str) -> Iterator[Found]:
    """Every card whose groups of four have a sign between that no number has: 4111,2222,3333,4448."""
    for fours in chain.from_iterable(_MARKED[mark].finditer(text) for mark in _MARKED if mark in text):
        start, end = fours.start() - 4, fours.end()
        digits = "".join(_GROUP.findall(text, start, end))
        if text[start - 1 : start].isdigit() or not (checks.card_range(digits) and checks.luhn(digits)):
            continue
        label = deciding(text, start, end)
        if label is not None and label.tight and label.means in _MONEY:
            evidence = (Evidence.CHECKSUM, Evidence.RANGE)
            yield grounded(Kind.BANK_CARD, start, end, 0.97, evidence, label, valid=True)


def lookalike(text: str, start: int, end: int) -> Iterable[Found]:
    """The number that the run `text[start:end]` of digits is a part of, if it is part of a longer one in disguise."""
    if _goes_on(text, end, 1) or _goes_on(text, start - 1, -1):
        return _around(text, start, end)
    return ()


def _goes_on(text: str, at: int, way: int) -> bool:
    """Quick: whether a digit in disguise or a line break is next to a run, `at` being the place beside it."""
    char = text[at : at + 1] if at >= 0 else ""
    if char in _SEPARATORS:
        at += way
        char = text[at : at + 1] if at >= 0 else ""
    if char in _LOOK_ALIKE:
        beside = text[at + way : at + way + 1] if at + way >= 0 else ""
        return beside in _LOOK_ALIKE or not "a" <= beside <= "z"
    return char in _BREAKS


def _around(text: str, start: int, end: int) -> Iterator[Found]:
    for linked in _CHAIN.finditer(text, max(0, start - _REACH), end + _REACH):
        if linked.start() < end and linked.end() > start:
            found = _judged(text, *linked.span())
            if found is not None:
                yield found


def _judged(text: str, start: int, end: int) -> Found | None:
    chain = text[start:end]
    groups = _GROUP.findall(chain)
    value = "".join(groups)
    letters = sum(map(value.count, "oli"))
    if letters > _MOST_LETTERS or chain.count("\n") > 1:
        return None
    fours = tuple(map(len, groups)) in _FOURS
    if ("_" in chain or "\n" in chain) and not fours:
        return None
    if not letters and "_" not in chain and "\n" not in chain:
        return None
    digits = value.translate(LETTERS)
    evidence: tuple[Evidence, ...]
    if digits.isdigit() and len(digits) >= 15 and checks.card_range(digits) and checks.luhn(digits):
        kind, fits, evidence = Kind.BANK_CARD, _MONEY, (Evidence.CHECKSUM, Evidence.RANGE)
    elif len(digits) == 18 and checks.identity_card(digits):
        kind, fits, evidence = Kind.IDENTITY_CARD, frozenset({Means.IDENTITY}), (Evidence.CHECKSUM, Evidence.DATE)
    else:
        return None
    label = deciding(text, start, end)
    if label is None or not label.tight or label.means not in fits:
        return None
    return grounded(kind, start, end, 0.97, evidence, label, valid=True)
