"""The golden tables: per kind, disguise and trap, what is found and what stays."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.kernel.masking import Kind, Masking, detect

TABLES = Path(__file__).parent / "golden"


def rows() -> Iterator[Any]:
    for path in sorted(TABLES.glob("*.yaml")):
        for row in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield pytest.param(row, id=f"{path.stem}: {row['row']}")


ROWS = list(rows())
NAMES = [row.id for row in ROWS]


def test_there_are_enough_rows_and_each_has_its_own_name() -> None:
    assert len(set(NAMES)) == len(NAMES) >= 400


def test_every_kind_has_rows() -> None:
    """A kind that no row finds could stop working unseen."""
    found = {kind for row in ROWS for entry in row.values[0]["finds"] for kind in entry}
    assert found == {kind.value for kind in Kind}


@pytest.mark.parametrize("row", ROWS)
def test_row(row: dict[str, Any], config: Masking) -> None:
    """6.1.1: exactly these characters are personal data, and the rest is not."""
    text = row["text"]

    spans = detect(text, html=row.get("html", False), config=config)

    wanted = [(kind, value) for entry in row["finds"] for kind, value in entry.items()]
    assert [(span.kind.value, text[span.start : span.end]) for span in spans] == wanted


@pytest.mark.parametrize("row", ROWS)
def test_masked_row(row: dict[str, Any], masked: Callable[..., str]) -> None:
    """What was found can no longer be read; what was not found is untouched; masking again changes nothing."""
    text, html = row["text"], row.get("html", False)

    after = masked(text, html=html)

    for entry in row["finds"]:
        for value in entry.values():
            assert letters(value) not in letters(after)
    assert (after == text) is (not row["finds"])
    assert masked(after, html=html) == after


def letters(text: str) -> str:
    """Letters and digits alone, without tags, in one spelling."""
    shown = unescape(re.sub(r"<!--.*?-->|<[^>]*>", "", text))
    return "".join(char for char in unicodedata.normalize("NFKC", shown).lower() if char.isalnum())
