"""What of a tag's attributes is read: every value that may hold confidential data, and names made of digits."""

import re
from dataclasses import dataclass
from typing import Final

# What people read, or fill in.
_READ: Final = frozenset(
    {"href", "title", "alt", "value", "content", "placeholder", "aria-label", "summary", "cite", "action", "label"}
)
_ADDRESSES: Final = frozenset(
    {"href", "action", "cite", "src", "srcset", "imagesrcset", "background", "poster", "formaction", "longdesc", "data",
     "ping", "xlink:href", "codebase", "archive", "classid", "profile", "manifest", "usemap", "dynsrc", "lowsrc",
     "icon", "style"}
)  # fmt: skip
# What a mail says a thousand times about its looks; names of fonts are words, and say nothing.
_LOOKS: Final = frozenset({"style", "class", "face", "lang", "xml:lang", "w:ascii", "w:hansi", "w:eastasia", "w:cs"})
_ATTRIBUTE: Final = re.compile(
    r"""(?P<name>[^\s"'<>/=]++)(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s"'>]++)))?"""
)
# Six digits that may belong together, a sign of an e-mail address, a character written in another way.
_HAN: Final = "零〇○一幺二三四五六七八九壹贰叁肆伍陆柒捌玖"
_TELLING: Final = re.compile(
    rf"[\d{_HAN}⓪①-⑨](?:[^\d{_HAN}]{{0,3}}[\d{_HAN}⓪①-⑨]){{5}}|[@＠]|[(\[{{<]\s?at\s?[)\]}}>]|%[0-9a-f]{{2}}"
    r"|&(?!(?:quot|amp|apos|lt|gt)\b)#?[a-z0-9]|密码|密碼|password|passwd|pwd",
    re.IGNORECASE,
)
_DIGITS: Final = re.compile(r"[0-9](?:[._:-]?[0-9]){6}")
# What names a part of the same mail, and what is a picture in letters: changed, neither would be one any more.
_OPAQUE: Final = re.compile(r"\s*+(?:cid:|data:[^,]{0,200};base64,)", re.IGNORECASE)
_HAS_ADDRESS: Final = re.compile(r"://|url\(", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """What does not show and is read: `[start, end)`.

    is_url   percent signs spell characters in it
    apart    what was read before it says nothing about it
    """

    start: int
    end: int
    is_url: bool = False
    apart: bool = True


def read_of(attributes: str) -> tuple[Aside, ...]:
    """Places in `attributes`, what stands in a tag behind its name: first what people read, then the rest."""
    read: list[Aside] = []
    rest: list[Aside] = []
    for attribute in _ATTRIBUTE.finditer(attributes):
        if _DIGITS.search(attribute["name"]):
            rest.append(Aside(start=attribute.start("name"), end=attribute.end("name")))
        way = attribute.lastgroup
        if way is None or way == "name":
            continue
        name, value = attribute["name"].lower(), attribute[way]
        is_read = name in _READ or name.startswith("data-")
        if _OPAQUE.match(value) or not (is_read or _may_tell(name, value)):
            continue
        start, end = attribute.span(way)
        is_url = name in _ADDRESSES or _HAS_ADDRESS.search(value) is not None
        if is_read:
            read.append(Aside(start=start, end=end, is_url=is_url, apart=not read))
        else:
            rest.append(Aside(start=start, end=end, is_url=is_url))
    return (*read, *rest)


def _may_tell(name: str, value: str) -> bool:
    """Whether a value that nobody reads may hold something all the same."""
    if not value.isascii() and name not in _LOOKS:
        return True
    return _TELLING.search(value) is not None
