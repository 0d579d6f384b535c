"""Replaces what was found: stars, the kind's name, or a keyed token. Everything else stays, byte for byte (6.1.1)."""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import Final, TypeAlias, assert_never
from urllib.parse import unquote

from policies.kernel.masking.config import Action, Display, Masking, Style
from policies.kernel.masking.detect import canonical
from policies.kernel.masking.kinds import Cell, Kind, Span

STAR: Final = "*"
_TOKEN_LETTERS: Final = 16
_SIGNS: Final = frozenset({"@", "＠"})
_TAGS: Final = re.compile(r"<!--.*?-->|<[^>]*>", re.DOTALL)
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stars:
    """Stars for all but the first and last characters; for all of a value too short to hide `least_hidden`.

    fixed   so many stars for the whole value, however long it was; 0: a star a character
    """

    first: int = 0
    last: int = 0
    least_hidden: int = 3
    fixed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalStars:
    """Stars for an e-mail address up to its @, but for the first characters; for all of one without an @."""

    first: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Redact:
    """`[mobile]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """`[mobile:kqzh…]`: HMAC-SHA-256 of the canonical value in sixteen letters, the same for every disguise and kind.

    key   secret, at least 16 bytes; given by the caller, never written anywhere by this package
    """

    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.key) < 16:
            raise ValueError(f"a token's key has at least 16 bytes (got {len(self.key)})")


Operator: TypeAlias = Stars | LocalStars | Redact | Token


def operators(config: Masking, key: bytes | None = None) -> Mapping[Kind, Operator]:
    """What the configuration does to each kind that it masks; a kind that is flagged or ignored has no operator.

    key      needed where a style is `token`
    raises   ValueError – it is needed and missing, or too short
    """
    return {
        kind: _operator(kind, display, display.style or config.styles[display.data_class], key)
        for kind, display in config.kinds.items()
        if display.action is Action.MASK
    }


def _operator(kind: Kind, display: Display, style: Style, key: bytes | None) -> Operator:
    match style:
        case Style.STARS:
            if kind is Kind.EMAIL:
                return LocalStars(first=display.first)
            return Stars(first=display.first, last=display.last, least_hidden=display.least_hidden, fixed=display.fixed)
        case Style.REDACT:
            return Redact()
        case Style.TOKEN:
            if key is None:
                raise ValueError(f"kinds.{kind}: the style token needs a key")
            return Token(key=key)
        case _:
            assert_never(style)


def transform(text: str, spans: Sequence[Span], operators: Mapping[Kind, Operator]) -> str:
    """`text` with each span's characters replaced by its kind's operator.

    spans       of this text, ascending and apart, as `detect` gives them
    operators   a kind without one stays as it is

    With stars, what stands between the characters of a value (tags, blanks, dashes) stays too. A token or a name takes
    the place of the whole value; tags and comments within it stay behind it.
    """
    pieces: list[str] = []
    position = 0
    for span in spans:
        operator = operators.get(span.kind)
        if operator is None:
            continue
        for start, end, replacement in _edits(text, span, operator):
            pieces += (text[position:start], replacement)
            position = end
    pieces.append(text[position:])
    return "".join(pieces)


def _edits(text: str, span: Span, operator: Operator) -> Iterator[tuple[int, int, str]]:
    match operator:
        case Stars(fixed=fixed) if fixed:
            yield from _whole(text, span, STAR * fixed)
        case Stars(first=first, last=last, least_hidden=least):
            size = len(span.cells)
            if size < first + last + least:
                first = last = 0
            yield from _starred(span.cells[first : size - last])
        case LocalStars(first=first):
            sign = next((at for at, cell in enumerate(span.cells) if _shown(text, cell) in _SIGNS), len(span.cells))
            yield from _starred(span.cells[min(first, sign - 1) : sign])
        case Redact():
            yield from _whole(text, span, f"[{span.kind}]")
        case Token(key=key):
            yield from _whole(text, span, f"[{span.kind}:{_token(text, span, key)}]")
        case _:
            assert_never(operator)


def _starred(cells: Sequence[Cell]) -> Iterator[tuple[int, int, str]]:
    """A character of several places in the source, such as two halves of an entity, gets one star."""
    if cells and cells[-1][1] - cells[0][0] == len(cells):
        yield cells[0][0], cells[-1][1], STAR * len(cells)
        return
    last = -1
    for start, end in cells:
        if start > last:
            yield start, end, STAR
        last = start


def _whole(text: str, span: Span, replacement: str) -> Iterator[tuple[int, int, str]]:
    """The replacement, then the tags that stood within the value."""
    tags = "".join(_TAGS.findall(text[span.start : span.end])) if len(span.cells) > 1 else ""
    yield span.start, span.end, replacement + tags


def shown_of(text: str, span: Span) -> str:
    """The value of `span` as a reader sees it, without what splits it: personal data, to be handled as such."""
    return "".join(_shown(text, cell) for cell in dict.fromkeys(span.cells))


def _shown(text: str, cell: tuple[int, int]) -> str:
    """An entity or, in an address, what percent signs spell, as the character that it shows."""
    shown = unescape(text[cell[0] : cell[1]])
    return unquote(shown) if len(shown) > 2 else shown


def _token(text: str, span: Span, key: bytes) -> str:
    value = canonical(span.kind, shown_of(text, span))
    number = int.from_bytes(hmac.digest(key, value.encode("utf-8", "surrogatepass"), hashlib.sha256))
    letters = []
    for _ in range(_TOKEN_LETTERS):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
