"""What a customer of the demonstration should not have written: invented anew for each play, so that the script holds
none of it, and disguised as people disguise it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from zhidu.demo.clock import Chance

PLACE: Final = re.compile(r"\{(card|identity|password)(?::([a-z]+))?\}")
"""Where a value stands in a text of the script, and in which disguise: `{card:wide}`."""

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = "10X98765432"
_NUMERALS: Final = "零一二三四五六七八九"
_BANK: Final = "622202"
_BORN: Final = "11010119010101"
"""Whose holder would be the oldest person who ever lived: nobody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Private:
    """Card number, identity card number and password of nobody; the numbers pass their checks."""

    card: str = field(repr=False)
    identity: str = field(repr=False)
    password: str = field(repr=False)

    @classmethod
    def of(cls, chance: Chance) -> Self:
        """By chance alone: the same seed, the same values."""
        card = _BANK + _digits(chance, "card", 12)
        identity = _BORN + _digits(chance, "identity", 3)
        total = sum(int(digit) * weight for digit, weight in zip(identity, _WEIGHTS, strict=True))
        return cls(
            card=card + _luhn(card),
            identity=identity + _CHECK[total % 11],
            password=f"Yh{_digits(chance, 'password', 6)}x",
        )

    def filled(self, text: str) -> str:
        """The text as it is written and sent."""
        return PLACE.sub(lambda found: DISGUISES[found[2] or "plain"](getattr(self, found[1])), text)


def told(text: str, name: Callable[[str], str]) -> str:
    """The text as the story tells it: `name` of what stood there, never the value."""
    return PLACE.sub(lambda found: name(found[1]), text)


def _wide(value: str) -> str:
    return "".join(chr(ord(letter) + 0xFEE0) for letter in value)


def _tags(value: str) -> str:
    """Split by markup, as editors of mail programs leave it."""
    return f"<b>{value[:4]}</b>{value[4:7]}<span></span><i>{value[7:]}</i>"


def _numerals(value: str) -> str:
    return "".join(_NUMERALS[int(letter)] if letter.isdigit() else letter for letter in value)


DISGUISES: Final[Mapping[str, Callable[[str], str]]] = MappingProxyType(
    {
        "plain": str,
        "wide": _wide,
        "spaced": lambda value: " ".join(re.findall(".{1,4}", value)),
        "dashed": lambda value: "-".join(re.findall(".{1,4}", value)),
        "tags": _tags,
        "numerals": _numerals,
        "hidden": lambda value: "\u200b".join(value),
    }
)
"""Disguise → how a value looks in it. `tags` is for mails in HTML."""


def _digits(chance: Chance, name: str, count: int) -> str:
    return f"{int(chance.of(f'private {name}') * 10**count):0{count}d}"


def _luhn(digits: str) -> str:
    doubled = (int(digit) * (2 - index % 2) for index, digit in enumerate(reversed(digits)))
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)
