"""HTML to a view: an own tokenizer, because detection must know where each shown character stands in the source.

Inline tags, comments and entities within a number do not split it; blocks, line breaks and table cells do. What does
not show but is read by people or programs (link targets, titles, comments, scripts) comes behind the text, each on a
line of its own. Malformed HTML is read as far as it goes: what is no tag is text. Linear in the length of the source.
"""

import re
from html import unescape
from typing import Final

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
_READ_ATTRIBUTES: Final = frozenset(
    {"href", "title", "alt", "value", "content", "placeholder", "aria-label", "summary", "cite", "action"}
)
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
_ATTRIBUTE: Final = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_WORTH: Final = re.compile(
    r"href|title|alt|value|content|placeholder|aria-label|summary|cite|action|data-", re.IGNORECASE
)
_RAW_END: Final = {tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE) for tag in _RAW}
_BLANKS: Final = re.compile(r"[ \t\r\n\f]*[\r\n\f][ \t\r\n\f]*|[ \t]{2,}")
_IN_ATTRIBUTE: Final = re.compile(rf"(?P<entity>{_ENTITY})|(?P<percent>(?:%[0-9a-fA-F]{{2}})+)")


class _Reader:
    """Reads one source; `builder` takes what shows, `aside` the places of what does not."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.builder = Builder(hides=has_invisible(source))
        self.aside: list[tuple[int, int, bool]] = []
        self.keeps_lines = 0
        self.worth: dict[str, bool] = {}
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
                self.aside.append((*found.span("comment"), False))
            elif what == "broken":
                token, end = _SIMPLE, start
            position = end
        self._text(position, len(source))
        tables = self.grid.tables(self.builder.size)
        for start, end, is_url in self.aside:
            self.builder.mark("\n", start)
            self._attribute(start, end, is_url)
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
        if not closing and len(found["attributes"]) > 3:
            self._attributes(found)
        if name in _RAW and not closing:
            ends = _RAW_END[name].search(self.source, found.end())
            end = ends.start() if ends else len(self.source)
            if name == "script":
                self.aside.append((found.end(), end, False))
            return end
        return found.end()

    def _attributes(self, found: re.Match[str]) -> None:
        first, attributes = found.start("attributes"), found["attributes"]
        # Mails repeat the same styles a thousand times.
        if attributes not in self.worth:
            self.worth[attributes] = _WORTH.search(attributes) is not None
        if not self.worth[attributes]:
            return
        for attribute in _ATTRIBUTE.finditer(attributes):
            name = attribute[1].lower()
            if (name in _READ_ATTRIBUTES or name.startswith("data-")) and attribute.lastindex is not None:
                start, end = attribute.span(attribute.lastindex)
                self.aside.append((first + start, first + end, name in ("href", "action", "cite")))

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

    def _attribute(self, start: int, end: int, is_url: bool) -> None:
        """Characters that do not show; in a URL `%40` is a character too."""
        piece, position, builder = self.source[start:end], 0, self.builder
        for coded in _IN_ATTRIBUTE.finditer(piece):
            shown = unescape(coded[0])
            if coded["percent"] is not None:
                if not is_url:
                    continue
                self.builder.run(piece[position : coded.start()], start + position)
                self._percents(coded[0], start + coded.start())
            else:
                builder.run(piece[position : coded.start()], start + position)
                builder.atom(shown, start + coded.start(), start + coded.end())
            position = coded.end()
        builder.run(piece[position:], start + position)

    def _percents(self, coded: str, start: int) -> None:
        """A UTF-8 character may take several of them; what is no UTF-8 stays as it is written."""
        octets, position = bytes.fromhex(coded.replace("%", "")), 0
        while position < len(octets):
            size = next((n for n in range(1, 5) if _decodes(octets[position : position + n])), 0)
            if not size:
                self.builder.run(coded[3 * position : 3 * position + 3], start + 3 * position)
            else:
                shown = octets[position : position + size].decode()
                self.builder.atom(shown, start + 3 * position, start + 3 * (position + size))
            position += size or 1


def _decodes(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


def html_view(source: str) -> View:
    """The view of an HTML text; total, never raises."""
    return _Reader(source).read()
