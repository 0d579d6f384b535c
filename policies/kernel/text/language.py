"""The language that prevails in a text: simplified Chinese, traditional Chinese (Taiwan, Hong Kong) or English."""

import re
from typing import Final, Literal

from policies.kernel.text.traditional import SIMPLIFIED, TRADITIONAL

Language = Literal["zh-CN", "zh-TW", "en"]

# What the other side's classical character set lacks belongs to one script alone; 台, 里, 后, 只 belong to both.
_ONLY_TRADITIONAL: Final = re.compile(
    "[" + "".join(char for char in TRADITIONAL + "嘅唔冇佢哋咗嚟喺畀咁嗰" if not char.encode("gb2312", "ignore")) + "]"
)
_ONLY_SIMPLIFIED: Final = re.compile(
    "[" + "".join(char for char in SIMPLIFIED if not char.encode("big5", "ignore")) + "]"
)
_HAN: Final = re.compile(r"[㐀-鿿]+")
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_HAN_PER_WORD: Final = 1.5


def language_of(text: str) -> Language | None:
    """The prevailing language; None without any word.

    Two English words weigh as much as three Chinese characters. The script is decided by the characters that only one
    of the scripts has; where there are none, or as many of both, it is simplified.
    """
    han = sum(map(len, _HAN.findall(text)))
    words = len(_WORD.findall(text))
    if not han and not words:
        return None
    if words * _HAN_PER_WORD > han:
        return "en"
    traditional = len(_ONLY_TRADITIONAL.findall(text))
    return "zh-TW" if traditional and traditional > len(_ONLY_SIMPLIFIED.findall(text)) else "zh-CN"
