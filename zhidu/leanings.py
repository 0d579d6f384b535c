"""The leanings of plain words that a module ships: `leanings.json` beside its rules."""

from __future__ import annotations

import json
from typing import Final

from policies.kernel.modules import Module
from policies.kernel.text import Leanings

_FILE: Final = "leanings.json"


def leanings_text(module: Module) -> str:
    """What the module's file holds; empty without one."""
    path = module.folder / _FILE
    return path.read_text("utf-8") if path.is_file() else ""


def leanings(text: str) -> Leanings | None:
    """The leanings of a file's text; None of an empty one. The file is made by us, not written by an administrator."""
    if not text:
        return None
    held = json.loads(text)
    return Leanings(tuple(held["labels"]), tuple(held["intercepts"]), held["runs"], held.get("channels"))
