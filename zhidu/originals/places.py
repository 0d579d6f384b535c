"""Where originals may still exist by mode, outside the tickets that are known to hold some: said in three languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from policies.kernel.texts import Language, Texts
from policies.masking.config import Mode
from zhidu.own_texts import own_texts

_FOLDER: Final = Path(__file__).parent / "i18n"
_OUTSIDE: Final = ("backups", "notices", "mails", "webhook", "search", "web")
PLACES: Final[Mapping[Mode, tuple[str, ...]]] = {
    "find": ("changed_nothing", *_OUTSIDE),
    "flag": ("staff", "fields", "raw", *_OUTSIDE),
    "twin": ("unread", "older", "user", *_OUTSIDE),
    "gate": ("other_ways", "unread", "closed", "addresses", "before_gate", "before"),
}
"""Mode → the keys of the places."""


def words() -> Texts:
    """The texts of the report."""
    return own_texts(_FOLDER)


def places(mode: Mode, tongue: Language = "en") -> tuple[str, ...]:
    """The places in words."""
    return tuple(words().get(f"mode_places.{key}", tongue) for key in PLACES[mode])
