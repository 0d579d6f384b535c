"""The plain text of an article's body: HTML to lines, quotations marked with `>`."""

import re
from html.parser import HTMLParser
from typing import Final

_BLOCK_TAGS: Final = (
    "address article aside blockquote dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li "
    "main nav ol p pre section summary table tbody td tfoot th thead tr ul"
)
_VOID_TAGS: Final = "area base br col embed hr img input link meta param source track wbr"
_BLOCKS: Final = frozenset(_BLOCK_TAGS.split())
_PARAGRAPHS: Final = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6"})
_VOID: Final = frozenset(_VOID_TAGS.split())
_UNREAD: Final = frozenset({"script", "style", "head", "title", "template"})
_QUOTE_MARKS: Final = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "divRplyFwdMsg", "appendonsend", "ydp-quote")
_SIGNATURE_MARKS: Final = ("gmail_signature", "moz-signature")
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
# Most bodies: text, and tags without attributes that quote and hide nothing. Those need no parser. Nothing is matched
# twice (++, *+): else a body that fits but for its last character would be tried in every way of parting it.
_PLAIN_TAGS: Final = "p|div|b|i|u|em|strong|span|ul|ol|li"
_PLAIN: Final = re.compile(rf"(?:[^<>&]++|</?(?:{_PLAIN_TAGS})>|<br ?/?>)*+")
_TAG: Final = re.compile(r"</?([a-z]+) ?/?>")


class _Reader(HTMLParser):
    """Collects lines; knows at each moment how deep in quotations it is and whether the text is shown at all."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._open: list[tuple[str, int, int]] = []
        self._counts: dict[str, int] = {}
        self._depth = 0
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br" or tag in _BLOCKS:
            self.end_line(blank=tag in _PARAGRAPHS)
        if tag in _VOID:
            return
        named = {name: value or "" for name, value in attrs}
        marks = f"{named.get('class', '')} {named.get('id', '')}"
        hidden = tag in _UNREAD or named.get("data-signature") == "true" or any(m in marks for m in _SIGNATURE_MARKS)
        quoted = tag == "blockquote" or any(mark in marks for mark in _QUOTE_MARKS)
        if "js-signatureMarker" in marks and any(line for _, line in self.lines):
            self.end_line()
            self._line.append("--")
            self.end_line()
        self._open.append((tag, int(quoted), int(hidden)))
        self._counts[tag] = self._counts.get(tag, 0) + 1
        self._depth += quoted
        self._hidden += hidden

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_line(blank=tag in _PARAGRAPHS)
        if not self._counts.get(tag):
            return
        while True:
            name, quoted, hidden = self._open.pop()
            self._counts[name] -= 1
            self._depth -= quoted
            self._hidden -= hidden
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._line.append(data)

    def end_line(self, *, blank: bool = False) -> None:
        """Finish the line; with `blank`, at most one empty line follows."""
        text = _BLANKS.sub(" ", "".join(self._line)).strip()
        self._line.clear()
        if text:
            self.lines.append((self._depth, text))
        if blank and self.lines and self.lines[-1][1]:
            self.lines.append((self._depth, ""))


def plain_text(body: str, content_type: str) -> str:
    """The text a reader sees.

    body           as the helpdesk holds it
    content_type   `text/html` (parameters and case do not matter) is converted; anything else comes back as it is
    returns        lines; what stands in a quotation begins with `> `. Text in scripts, styles and marked signatures is
                   left out. Malformed HTML is read as far as it goes; nothing raises.
    """
    if not content_type.lower().startswith("text/html"):
        return body
    if _PLAIN.fullmatch(body) is not None:
        return _plain(body)
    reader = _Reader()
    reader.feed(body)
    reader.close()
    reader.end_line()
    return "\n".join(f"{'> ' * depth}{line}" for depth, line in reader.lines).strip()


def _plain(body: str) -> str:
    """What `_Reader` reads in a body of text and plain tags."""
    lines: list[str] = []
    pieces = _TAG.split(body)
    line = pieces[0]
    for place in range(1, len(pieces), 2):
        tag, text = pieces[place], pieces[place + 1]
        if tag == "br" or tag in _BLOCKS:
            if shown := _BLANKS.sub(" ", line).strip():
                lines.append(shown)
            line = text
            if tag in _PARAGRAPHS and lines and lines[-1]:
                lines.append("")
        else:
            line += text
    if shown := _BLANKS.sub(" ", line).strip():
        lines.append(shown)
    return "\n".join(lines).strip()
