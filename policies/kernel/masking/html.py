"""HTML to a view: an own tokenizer, because detection must know where each shown character stands in the source.

Inline tags, comments and entities within a number do not split it; blocks, line breaks and table cells do. What does
not show but is read by people or programs (attributes, comments, scripts, styles) comes behind the text, each on a
line of its own. Malformed HTML is read as far as it goes: what is no tag is text. Linear in the length of the source.
"""

import re
from html import unescape
from typing import Final

from policies.kernel.masking.attributes import Aside, read_of
from policies.kernel.masking.grids import TABLE_TAGS, Grid
from policies.kernel.masking.views import Builder, View, has_invisible

_BLOCK_TAGS: Final = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li main menu nav noframes "
    "noscript ol optgroup option p pre search section select summary table tbody td textarea tfoot th thead title "
    "tr ul"
)
_BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
# A label in one cell speaks for the next cell, not for the next row: cells end with a mark of their own.
_CELLS: Final = frozenset({"td", "th"})
# What word processors call paragraphs, breaks, cells and rows ends lines and cells too.
_BREAKS: Final = {tag: "\v" if tag in _CELLS else "\n" for tag in _BLOCKS} | {
    "w:p": "\n", "w:br": "\n", "w:cr": "\n", "w:tab": "\t", "w:tc": "\v", "w:tr": "\n", "w:tbl": "\n",
}  # fmt: skip
_RAW: Final = frozenset({"script", "style"})
_KEEPS_LINES: Final = frozenset({"pre", "textarea"})
_ENTITY: Final = r"&(?:#[0-9]{1,9}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?"
_COMMENT: Final = r"!--(?:-?>|(?P<comment>.*?)(?:--!?>|\Z))"
_QUOTED: Final = r"""[^>"']*+(?:"[^"]*"[^>"']*+|'[^']*'[^>"']*+)*+>"""
_OTHER: Final = r"(?:[!?]|/(?![a-zA-Z]))[^<>]*+>"
_TAG: Final = r"/?(?P<tag>[a-zA-Z][^\s/<>]*+)(?P<attributes>"
_TOKEN: Final = re.compile(
    rf"<(?:{_TAG}{_QUOTED})|{_COMMENT}|{_OTHER})|(?P<entity>{_ENTITY})|(?P<broken></?[a-zA-Z])", re.S
)
# From the first tag on whose quotation never ends: a tag ends with the next `>`, as if there were no quotations.
_SIMPLE: Final = re.compile(rf"<(?:{_TAG}[^<>]*+>)|{_COMMENT}|{_OTHER})|(?P<entity>{_ENTITY})", re.S)
_RAW_END: Final = {tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE) for tag in _RAW}
_BLANKS: Final = re.compile(r"[ \t\r\n\f]*[\r\n\f][ \t\r\n\f]*|[ \t]{2,}")
# Between what does not show: what breaks a line of the text is none, so that no number reaches across.
_BESIDE: Final = "\n\f"
_APART: Final = "\n。\n\f"
_IN_ATTRIBUTE: Final = re.compile(_ENTITY)


class _Reader:
    """Reads one source; `builder` takes what shows, `aside` the places of what does not."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.builder = Builder(hides=has_invisible(source))
        self.aside: list[Aside] = []
        self.keeps_lines = 0
        self.worth: dict[str, tuple[Aside, ...]] = {}
        self.grid = Grid()

    def read(self) -> View:
        source, position, token = self.source, 0, _TOKEN
        while (found := token.search(source, position)) is not None:
            start, end = found.span()
            if start > position:
                self._text(position, start)
            what = found.lastgroup
            if what == "attributes":
                end = self._tag(found)
            elif what == "entity":
                self.builder.atom(unescape(found[0]), start, end)
            elif what == "comment":
                self.aside.append(Aside(start=found.start("comment"), end=found.end("comment")))
            elif what is None and source[start + 1] != "/":
                self.aside.append(Aside(start=start + 2, end=end - 1))
            elif what == "broken":
                token, end = _SIMPLE, start
            position = end
        self._text(position, len(source))
        tables = self.grid.tables(self.builder.size)
        for aside in self.aside:
            self.builder.mark(_APART if aside.apart else _BESIDE, aside.start)
            self._attribute(aside)
        return self.builder.view(tables)

    def _tag(self, found: re.Match[str]) -> int:
        """Takes a tag in; returns where reading goes on."""
        name = found["tag"].lower()
        start = found.start()
        closing = self.source[start + 1] == "/"
        shown = _BREAKS.get(name)
        if shown is not None:
            self.builder.mark(shown, start)
            if name in _KEEPS_LINES:
                self.keeps_lines = max(0, self.keeps_lines - 1) if closing else self.keeps_lines + 1
            elif name in TABLE_TAGS:
                self.grid.tag(TABLE_TAGS[name], self.builder.size, found["attributes"], closing=closing)
        if len(found["attributes"]) > 3:
            self._attributes(found)
        if name in _RAW and not closing:
            ends = _RAW_END[name].search(self.source, found.end())
            end = ends.start() if ends else len(self.source)
            self.aside.append(Aside(start=found.end(), end=end, is_url=name == "style"))
            return end
        return found.end()

    def _attributes(self, found: re.Match[str]) -> None:
        first, attributes = found.start("attributes"), found["attributes"]
        # Mails repeat the same styles a thousand times.
        if attributes not in self.worth:
            self.worth[attributes] = read_of(attributes)
        self.aside += (
            Aside(start=first + aside.start, end=first + aside.end, is_url=aside.is_url, apart=aside.apart)
            for aside in self.worth[attributes]
        )

    def _text(self, start: int, end: int) -> None:
        piece = self.source[start:end]
        builder = self.builder
        if self.keeps_lines or ("\n" not in piece and "  " not in piece and "\r" not in piece):
            builder.run(piece, start)
            return
        position = 0
        for blanks in _BLANKS.finditer(piece):
            builder.run(piece[position : blanks.start()], start + position)
            builder.atom(" ", start + blanks.start(), start + blanks.end())
            position = blanks.end()
        builder.run(piece[position:], start + position)

    def _attribute(self, aside: Aside) -> None:
        """Characters that do not show."""
        piece, position, builder = self.source[aside.start : aside.end], 0, self.builder
        put = builder.address if aside.is_url else builder.run
        for coded in _IN_ATTRIBUTE.finditer(piece):
            put(piece[position : coded.start()], aside.start + position)
            builder.atom(unescape(coded[0]), aside.start + coded.start(), aside.start + coded.end())
            position = coded.end()
        put(piece[position:], aside.start + position)


def html_view(source: str) -> View:
    """The view of an HTML text; total, never raises."""
    return _Reader(source).read()
