"""`format=flowed` (RFC 3676): a paragraph's lines, which end with a blank, are one line to whoever reads them."""

from __future__ import annotations

import re
from typing import Final

_WIDTH: Final = 72
_QUOTES: Final = re.compile(r"(>*)( ?)")
_SIGNATURE: Final = "-- "


def joined(text: str, *, delete_space: bool) -> list[tuple[str, str, str]]:
    """The lines as a reader sees them: what marks them as quoted, the words, and the very text they came from.

    delete_space   `DelSp=yes`: the blank at the end of a line is no blank of the text
    """
    found: list[tuple[str, str, str]] = []
    open_quotes: str | None = None
    for raw in text.splitlines(keepends=True) if text else []:
        line = raw.rstrip("\r\n")
        marks = _QUOTES.match(line)
        assert marks is not None  # noqa: S101 - it matches the empty text
        quotes, words = marks[1], line[marks.end() :]
        soft = line.endswith(" ") and words != _SIGNATURE
        if open_quotes == quotes:
            before = found.pop()
            found.append((quotes, before[1] + _flat(words, soft, delete_space), before[2] + raw))
        else:
            found.append((quotes, _flat(words, soft, delete_space), raw))
        open_quotes = quotes if soft else None
    return found


def _flat(words: str, soft: bool, delete_space: bool) -> str:
    return words[:-1] if soft and delete_space else words


def flowing(quotes: str, words: str, *, delete_space: bool, ending: str) -> str:
    """One line of a reader's as lines of a mail, with `ending`."""
    lead = f"{quotes} " if quotes else ""
    lines, rest = [], words
    while len(rest) > _WIDTH:
        cut = rest.rfind(" ", 0, _WIDTH) + 1
        if not delete_space and cut:
            lines.append(rest[:cut])
        elif delete_space:
            cut = cut or _WIDTH
            lines.append(f"{rest[:cut]} ")
        else:
            cut = rest.find(" ") + 1
            if not cut:
                break
            lines.append(rest[:cut])
        rest = rest[cut:]
    stuffed = [f" {line}" if not quotes and line.startswith((" ", ">", "From ")) else line for line in (*lines, rest)]
    return ending.join(f"{lead}{line}" for line in stuffed) + ending
