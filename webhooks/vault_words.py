"""The words of the page that shows an original, and of the mail that leads to it, in three languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from werkzeug.datastructures import LanguageAccept

from integrations.store.vault.records import Origin
from policies.kernel.config import read
from policies.kernel.texts import LANGUAGES, Language, Texts, load_texts
from policies.kernel.voice import language

_FOLDER = Path(__file__).parent / "i18n"


@cache
def texts() -> Texts:
    """All of them. Raises ConfigErrors."""
    return load_texts({tongue: (read(_FOLDER / f"{tongue}.yaml"),) for tongue in LANGUAGES})


def accepted(header: LanguageAccept, otherwise: Language) -> Language:
    """The first language of the browser's that is one of ours."""
    for name, _ in header:
        if name.lower().startswith(("zh", "en")):
            return language(name)
    return otherwise


def kind_of(origin: Origin, tongue: Language) -> str:
    """The kinds of personal data; its own name of each for which there is no word."""
    names = ((kind, f"kind.{kind}") for kind in origin.kind.split(","))
    words = [texts().get(key, tongue) if key in texts().keys else kind for kind, key in names]
    return texts().get("between", tongue).join(words)


def place_of(origin: Origin, tongue: Language) -> str:
    """Where in the ticket it stood."""
    place, _, name = origin.place.partition(":")
    key = f"place.{place}"
    return texts().get(key, tongue, name=name) if key in texts().keys else origin.place
