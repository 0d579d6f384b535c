"""E-mail addresses in a view's text, `(at)` and blanks round the sign included."""

import re
from collections.abc import Iterator
from typing import Final

from policies.kernel.masking.kinds import Evidence, Found, Kind

_OPENS: Final = "([（【{<"
_AT: Final = re.compile(r"[(\[（【{<]\s?(?:at|艾特)\s?[)\]）】}>]")
# Spelled out, only before a domain whose dots are spelled out too: zhang at example dot com, zhang艾特qq点com.
_SPELLED: Final = re.compile(r"(?: at |艾特)(?=[a-z0-9-]{2,40}(?: dot |点)[a-z]{2,6}(?![a-z]))")
_LOCAL: Final = re.compile(
    r"(?:[零〇一幺二两三四五六七八九]+(?=[0-9]))?[a-z0-9_](?:[a-z0-9._%+'’-]*[a-z0-9_%+'’-])? ?$"
)
# A name in Chinese before the sign, where nothing of a sentence can stand before it.
_HAN_LOCAL: Final = re.compile(r"(?:^|(?<=[\s:：,，;；<（(\"“]))[\u4e00-\u9fff]{2,6}[a-z0-9._-]{0,20}$")
_DOT: Final = (
    r"(?:\.|\s\.\s?|\.\s(?=[a-z]{2,6}(?![a-z.]))|。(?=[a-z])"
    r"|\s?[(\[（【{]\s?(?:dot|点)\s?[)\]）】}]\s?| dot |点(?=[a-z]))"
)
_DOMAIN: Final = re.compile(
    rf" ?(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?{_DOT}){{1,8}}"
    r"(?P<top>[a-z]{2,24}|xn--[a-z0-9-]{2,40})(?![a-z0-9@-])"
)
_HAN_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9\u4e00-\u9fff-]{1,63}\.){1,4}(?P<top>中国|中國|公司|网络|網絡|香港|台湾|台灣|澳门|新加坡|集团|网址|[a-z]{2,24}(?![a-z0-9@-]))"
)
_FILES: Final = frozenset("png jpg jpeg gif svg webp bmp ico css js ts map json xml html htm php".split())  # noqa: SIM905 – a list of words
_LONGEST_LOCAL: Final = 66
_LONGEST_HAN: Final = 27
_IN_LOCAL: Final = "abcdefghijklmnopqrstuvwxyz0123456789._%+'’-零〇一幺二两三四五六七八九"


def emails(text: str) -> Iterator[Found]:
    """Every e-mail address; no `logo@2x.png`, no content id of a mail's pictures."""
    for start, end in _signs(text):
        stop = start - 1 if text[start - 1 : start] == " " else start
        ahead = text[max(0, start - _LONGEST_LOCAL) : stop]
        local = _LOCAL.search(text, stop - len(ahead) + len(ahead.rstrip(_IN_LOCAL)), start)
        if local is None:
            local = _HAN_LOCAL.search(text, max(0, stop - _LONGEST_HAN), stop)
        if local is None:
            continue
        domain = _DOMAIN.match(text, end) or _HAN_DOMAIN.match(text, end)
        if domain is None or domain["top"] in _FILES or text.endswith("cid:", 0, local.start()):
            continue
        yield Found(kind=Kind.EMAIL, start=local.start(), end=domain.end(), confidence=0.95, evidence=(Evidence.SHAPE,))


def _signs(text: str) -> Iterator[tuple[int, int]]:
    yield from ((at, at + 1) for at in _places(text, "@"))
    for opening in _OPENS:
        for at in _places(text, opening):
            spelled = _AT.match(text, at)
            if spelled is not None:
                yield spelled.span()
    if " dot " in text or "艾特" in text:
        yield from (spelled.span() for spelled in _SPELLED.finditer(text))


def _places(text: str, char: str) -> Iterator[int]:
    at = text.find(char)
    while at >= 0:
        yield at
        at = text.find(char, at + 1)
