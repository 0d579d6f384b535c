"""HTML as Zammad may hand it back: its sanitiser writes the same thing in other letters."""

from __future__ import annotations

from html.parser import HTMLParser

_ADDED = frozenset({"rel", "target"})
"""Attributes that the sanitiser adds to links."""


def same_markup(text: str) -> object:
    """The same for texts that show the same: without letter case of tags, entities, added attributes, line breaks."""
    if "<" not in text and "&" not in text:
        return text
    parser = _Parts()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts)


class _Parts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = sorted(f" {name}={value!r}" for name, value in attrs if name not in _ADDED)
        self.parts.append(f"<{tag}{''.join(kept)}>")

    def handle_endtag(self, tag: str) -> None:
        self.parts.append(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if words:
            self.parts.append(words)
