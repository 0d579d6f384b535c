"""E-mail addresses in a view's text, `(at)` and blanks round the sign included."""

import re
from collections.abc import Iterator
from typing import Final

from policies.kernel.masking.kinds import Evidence, Found, Kind

_SPELLED: Final = ("(at", "( at", "[at", "（at", "【at", "{at", "<at", "艾特")
_AT: Final = re.compile(r"[(\[（【{<]\s?(?:at|艾特)\s?[)\]）】}>]")
_LOCAL: Final = re.compile(
    r"(?:[零〇一幺二两三四五六七八九]+(?=[0-9]))?[a-z0-9_](?:[a-z0-9._%+'-]*[a-z0-9_%+'-])?(?P<blank>\s?)$"
)
_DOT: Final = r"(?:\.|\s\.\s?|\.\s(?=[a-z]{2,6}(?![a-z.]))|。(?=[a-z])|[(\[（【{]\s?(?:dot|点)\s?[)\]）】}])"
_DOMAIN: Final = re.compile(
    rf"\s?(?:[a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?{_DOT}){{1,8}}(?P<top>[a-z]{{2,24}}|xn--[a-z0-9-]{{2,40}})(?![a-z0-9@-])"
)
_FILES: Final = frozenset("png jpg jpeg gif svg webp bmp ico css js ts map json xml html htm php".split())  # noqa: SIM905 – a list of words
_LONGEST_LOCAL: Final = 66


def emails(text: str) -> Iterator[Found]:
    """Every e-mail address; no `logo@2x.png`, no content id of a mail's pictures."""
    for start, end in _signs(text):
        begin = max(0, start - _LONGEST_LOCAL)
        local = _LOCAL.search(text, begin, start)
        if local is None:
            continue
        domain = _DOMAIN.match(text, end)
        if domain is None or domain["top"] in _FILES or text.endswith("cid:", 0, local.start()):
            continue
        yield Found(kind=Kind.EMAIL, start=local.start(), end=domain.end(), confidence=0.95, evidence=(Evidence.SHAPE,))


def _signs(text: str) -> Iterator[tuple[int, int]]:
    at = text.find("@")
    while at >= 0:
        yield at, at + 1
        at = text.find("@", at + 1)
    if any(spelled in text for spelled in _SPELLED):
        yield from (found.span() for found in _AT.finditer(text))
