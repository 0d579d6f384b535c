"""One spelling for matching: simplified, half-width, lower case, nothing invisible; with the way back."""

import re
from dataclasses import dataclass
from typing import Final

from policies.kernel.quick import quick
from policies.kernel.text.traditional import SIMPLIFIED, TRADITIONAL

# Written Cantonese has characters of its own for the commonest small words; each has one Mandarin counterpart.
_CANTONESE: Final = str.maketrans("嘅唔冇佢哋咗嚟喺畀俾咁嗰乜妳", "的不没他们了来在给给这那啥你")
_INVISIBLE: Final = (
    0x0D, 0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), *range(0xFE00, 0xFE10), 0xFEFF,
)  # fmt: skip
_SPACES: Final = (0x09, 0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)


def _table() -> dict[int, str | None]:
    """code point → its one character in the folded text, or None to drop it."""
    # Characters that stay are in the table too: a missing one costs an exception each time it is met.
    table: dict[int, str | None] = {code: chr(code) for code in (*range(0x20, 0x250), *range(0x3000, 0xA000))}
    for code in range(0x41, 0x530):
        lower = chr(code).lower()
        if len(lower) == 1 and lower != chr(code):
            table[code] = lower
    table.update({code: chr(code - 0xFEE0).lower() for code in range(0xFF01, 0xFF5F)})
    table.update({code: chr(simple) for code, simple in str.maketrans(TRADITIONAL, SIMPLIFIED).items()})
    table.update({code: chr(simple) for code, simple in _CANTONESE.items()})
    table.update({ord("‘"): "'", ord("’"): "'", ord("“"): '"', ord("”"): '"', ord("￥"): "¥", ord("∶"): ":"})
    table.update(dict.fromkeys(_SPACES, " "))
    table.update(dict.fromkeys(_INVISIBLE))
    return table


TABLE: Final = _table()
# Most Chinese texts have nothing else to fold than their marks; those are replaced at a tenth of a translation's cost.
_MARKS: Final = tuple((mark, chr(ord(mark) - 0xFEE0)) for mark in "，：？！（）；")
_FOLDS: Final = re.compile(
    "[" + "".join(re.escape(chr(code)) for code, after in TABLE.items() if after != chr(code)) + "]"
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """`text` for matching, and where each of its characters stood.

    offsets   None – every character stands where it stood; else one position in the original per character of `text`,
              and a last one for the end.
    """

    text: str
    offsets: tuple[int, ...] | None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span in the original text of `text[start:end]` (start < end)."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1


def _translated(text: str) -> str:
    if text.isascii():
        return text.translate(TABLE)
    marked = text
    for mark, narrow in _MARKS:
        marked = marked.replace(mark, narrow)
    return marked.translate(TABLE) if _FOLDS.search(marked) else marked


def fold(text: str) -> Folded:
    """Simplified, half-width, lower case, blanks single, invisible characters gone."""
    folded = _translated(text)
    if len(folded) == len(text) and "  " not in folded:
        return Folded(text=folded, offsets=None)
    chars: list[str] = []
    offsets: list[int] = []
    before = ""
    for position, char in enumerate(text):
        after = TABLE.get(ord(char), char)
        if after is None or (after == " " and before == " "):
            continue
        chars.append(after)
        offsets.append(position)
        before = after
    offsets.append(len(text))
    return Folded(text="".join(chars), offsets=tuple(offsets))
