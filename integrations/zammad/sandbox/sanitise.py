"""What is left of an HTML article: the tags, attributes and styles that Zammad keeps, in Zammad's spelling."""

import base64
import binascii
import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

KEPT = frozenset({
    "a", "abbr", "acronym", "address", "b", "big", "blockquote", "br", "caption", "center", "cite", "code", "col",
    "colgroup", "dd", "del", "details", "dfn", "dir", "div", "dl", "dt", "em", "font", "h1", "h2", "h3", "h4",
    "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span",
    "strike", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u",
    "ul", "var",
})  # fmt: skip
DROPPED_WHOLE = frozenset({"script", "style", "iframe", "frame", "object", "embed", "progress", "meter", "title"})
VOID = frozenset({"br", "hr", "img", "col"})
FORMATTED = frozenset({
    "address", "blockquote", "caption", "center", "col", "colgroup", "dd", "dir", "div", "dl", "dt", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
})  # fmt: skip
"""Block tags of HTML 4: between several of their children line breaks are written."""
ATTRIBUTES = {
    "a": ("href", "title", "name", "data-mention-user-id", "style"),
    "img": ("src", "alt", "title", "width", "height", "align", "border", "style"),
    "table": ("align", "bgcolor", "border", "cellpadding", "cellspacing", "width", "style"),
    "blockquote": ("type", "cite", "style"),
    "ol": ("start", "type", "style"), "li": ("value", "style"), "font": ("color", "size", "face", "style"),
    "col": ("span", "width", "style"), "colgroup": ("span", "width", "style"),
}  # fmt: skip
CELL = ("align", "bgcolor", "colspan", "height", "rowspan", "valign", "width", "style")
STYLES = re.compile(
    r"^(color|background|background-color|border(-(top|right|bottom|left|collapse|spacing|color|style|width))?"
    r"|padding(-(top|right|bottom|left))?|margin(-(top|right|bottom|left))?|width|max-width|min-width|height|max-height"
    r"|text-align|text-decoration|vertical-align|font-size|list-style|display)$"
)
UNSAFE_VALUE = re.compile(r"url\(|expression|javascript|;|\{", re.IGNORECASE)
SAFE_LINK = re.compile(r"^(https?|mailto|tel|ftp):|^[/#]", re.IGNORECASE)
DATA_IMAGE = re.compile(r"^data:(image/(png|jpe?g|gif|webp));base64,(.+)$", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: "list[Element | str]" = field(default_factory=list)

    def text(self) -> str:
        return "".join(child if isinstance(child, str) else child.text() for child in self.children)


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineImage:
    """An image that came inside the body: `marker` stands for its address until the attachment has an id."""

    marker: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Clean:
    """The body as kept, the ids of people mentioned, the images to be attached."""

    body: str
    mentioned: tuple[int, ...]
    images: tuple[InlineImage, ...]


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("")
        self.stack = [self.root]
        self.muted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED_WHOLE:
            self.muted += 1
        if self.muted or tag not in KEPT:
            return
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.stack[-1].children.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in DROPPED_WHOLE:
            return
        self.handle_starttag(tag, attrs)
        if tag in KEPT and tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in DROPPED_WHOLE:
            self.muted = max(0, self.muted - 1)
            return
        for depth in range(len(self.stack) - 1, 0, -1):
            if self.stack[depth].name == tag:
                del self.stack[depth:]
                return

    def handle_data(self, data: str) -> None:
        if self.muted:
            return
        children = self.stack[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)


def clean(body: str, *, own_address: str) -> Clean:
    """Sanitise `body`; links to `own_address` open in place, all others in a new window."""
    tree = _Tree()
    tree.feed(body)
    tree.close()
    mentioned: list[int] = []
    images: list[InlineImage] = []
    _scrub(tree.root, own_address, mentioned, images)
    text = "".join(_write(child, None) for child in tree.root.children)
    return Clean(body=text, mentioned=tuple(mentioned), images=tuple(images))


def _style(value: str) -> str:
    kept = []
    for part in value.split(";"):
        name, _, setting = part.partition(":")
        name, setting = name.strip().lower(), setting.strip()
        if setting and STYLES.match(name) and not UNSAFE_VALUE.search(setting):
            kept.append(f"{name}:{setting};")
    return "".join(kept)


def _scrub(element: Element, own: str, mentioned: list[int], images: list[InlineImage]) -> None:
    for child in list(element.children):
        if isinstance(child, str):
            continue
        allowed = ATTRIBUTES.get(child.name, CELL if child.name in ("td", "th", "tr") else ("style",))
        child.attributes = {name: value for name, value in child.attributes.items() if name in allowed}
        if "style" in child.attributes:
            child.attributes["style"] = _style(child.attributes["style"])
            if not child.attributes["style"]:
                del child.attributes["style"]
        if child.name == "a":
            _link(child, own, mentioned)
        if child.name == "img" and not _image(child, images):
            element.children.remove(child)
            continue
        _scrub(child, own, mentioned, images)


def _link(link: Element, own: str, mentioned: list[int]) -> None:
    href = link.attributes.get("href", "")
    if href and not SAFE_LINK.match(href):
        del link.attributes["href"]
        return
    person = link.attributes.get("data-mention-user-id", "")
    if person.isdigit():
        mentioned.append(int(person))
    if not href:
        return
    link.attributes["rel"] = "nofollow noreferrer noopener"
    if not href.startswith(own):
        link.attributes["target"] = "_blank"
    if "title" not in link.attributes and link.text() != href:
        link.attributes["title"] = href


def _image(image: Element, images: list[InlineImage]) -> bool:
    source = image.attributes.get("src", "")
    found = DATA_IMAGE.match(source)
    if found is None:
        return bool(re.match(r"^(/|https?:|cid:)", source))
    try:
        content = base64.b64decode(found[3], validate=False)
    except binascii.Error:
        return False
    marker = f"sandbox-inline-{len(images) + 1}"
    images.append(InlineImage(marker=marker, mime_type=found[1].lower(), content=content))
    image.attributes["src"] = marker
    image.attributes["style"] = image.attributes.get("style", "") + "max-width:100%;"
    return True


def _write(node: Element | str, parent: Element | None) -> str:
    if isinstance(node, str):
        return html.escape(node, quote=False)
    attributes = "".join(f' {name}="{html.escape(value, quote=True)}"' for name, value in node.attributes.items())
    if node.name in VOID:
        return f"<{node.name}{attributes}>"
    spread = node.name in FORMATTED and len(node.children) > 1 and not node.name.startswith("p")
    parts = [f"<{node.name}{attributes}>"]
    if spread and not isinstance(node.children[0], str):
        parts.append("\n")
    for index, child in enumerate(node.children):
        parts.append(_write(child, node))
        following = node.children[index + 1] if index + 1 < len(node.children) else None
        if isinstance(child, Element) and isinstance(following, Element) and child.name in FORMATTED \
                and not node.name.startswith("p"):  # fmt: skip
            parts.append("\n")
    if spread and not isinstance(node.children[-1], str):
        parts.append("\n")
    return "".join(parts) + f"</{node.name}>"
