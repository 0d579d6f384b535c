"""What commands say in the language of their reader: texts of the program's own, in a folder beside what says them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from policies.kernel.config import read
from policies.kernel.texts import LANGUAGES, Texts, load_texts


@cache
def own_texts(folder: Path) -> Texts:
    """The texts of `folder`, a file for each language; read once. Raises ConfigErrors."""
    return load_texts({tongue: (read(folder / f"{tongue}.yaml"),) for tongue in LANGUAGES})
