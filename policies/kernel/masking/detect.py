"""Finds personal data in a text and says where and why; changes nothing (6.1.1).

Four families look at one folded view: runs of digits, numbers with letters, e-mail addresses, what labels give away.
Where two claim the same characters the better grounds win.
"""

import re
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import Final

from policies.kernel.masking.config import Action, Masking
from policies.kernel.masking.documents import documents
from policies.kernel.masking.emails import emails
from policies.kernel.masking.html import html_view
from policies.kernel.masking.kinds import Found, Kind, Span
from policies.kernel.masking.lookalikes import LETTERS, lookalike, marked, underlined
from policies.kernel.masking.numbers import numbers
from policies.kernel.masking.openers import Opens, openers
from policies.kernel.masking.persons import person
from policies.kernel.masking.runs import CHECKS, NUMERALS, runs
from policies.kernel.masking.secrets import secret
from policies.kernel.masking.tables import headed, written
from policies.kernel.masking.views import View, plain_view

_WORDS: Final = frozenset({Kind.NAME, Kind.ADDRESS, Kind.EMAIL, Kind.PASSWORD})
_BETWEEN: Final = frozenset(" .-/·•、—~()（）[]【】\n\v\t")
_OF_DIGITS: Final = frozenset({Kind.BANK_CARD, Kind.IDENTITY_CARD})
_KEPT: Final = re.compile(r"[\s()（）.-]+")
_SHORTEST_REST: Final = 4
_start: Final = attrgetter("start")


def detect(text: str, *, html: bool = False, config: Masking) -> tuple[Span, ...]:
    """The personal data in `text`, in order, apart from one another.

    html     the text is HTML: tags, comments and entities may split a value; attributes and comments are read too
    config   kinds with the action `ignore` and findings below the least confidence are left out
    returns  offsets into `text` as it is given, characters not bytes

    Total: whatever the text is, nothing raises. Linear in its length but for what stands round a finding.
    """
    view = html_view(text) if html else plain_view(text)
    view = headed(view, view.tables if html else written(view.text))
    kept = frozenset(map(_plain, config.keep))
    spans: list[Span] = []
    for found in _resolved(view.text):
        if found.confidence < config.least_confidence or config.kinds[found.kind].action is Action.IGNORE:
            continue
        if kept and _plain(view.text[found.start : found.end]) in kept:
            continue
        span = _span(view, found)
        if span.cells:
            spans.append(span)
    if html:
        spans.sort(key=_start)
    return tuple(spans)


def _plain(value: str) -> str:
    return _KEPT.sub("", value.lower())


_SECRETS: Final = frozenset({Opens.PASSWORD, Opens.CODE, Opens.CVV, Opens.BACK, Opens.LOGIN})


def _resolved(text: str) -> list[Found]:
    """By place, apart from one another: the surest of those that overlap. Words give way to numbers within them."""
    claims: list[Found] = list(emails(text))
    if "_" in text:
        claims += underlined(text)
    claims += marked(text)
    for start, end in runs(text):
        claims += numbers(text, start, end)
        claims += documents(text, start, end)
        claims += lookalike(text, start, end)
    words: list[Found] = []
    for opens, start, end in openers(text):
        if opens in _SECRETS:
            claims.extend(secret(text, opens, start, end))
        else:
            words.extend(person(text, opens, start, end))
    together = sorted(claims + words, key=_start)
    if all(one.end <= other.start for one, other in pairwise(together)):
        return together
    spaces: list[tuple[int, int]] = []
    chosen: list[Found] = []
    for found in (*sorted(claims, key=_surest), *sorted(words, key=_surest)):
        for piece in _cut(spaces, found):
            insort(spaces, (piece.start, piece.end))
            chosen.append(piece)
    return sorted(chosen, key=_start)


def _surest(found: Found) -> tuple[float, int, int]:
    return -found.confidence, found.start - found.end, found.start


def _free(spaces: list[tuple[int, int]], start: int, end: int) -> bool:
    at = bisect_right(spaces, (start, end))
    before = at == 0 or spaces[at - 1][1] <= start
    return before and (at == len(spaces) or spaces[at][0] >= end)


def _cut(spaces: list[tuple[int, int]], found: Found) -> Iterable[Found]:
    """What is left of a claim before the first surer one in it, so that no rest stays readable; names stay whole."""
    if _free(spaces, found.start, found.end):
        return (found,)
    at = bisect_right(spaces, (found.start, found.start))
    end = spaces[at][0] if at < len(spaces) else found.end
    if (at and spaces[at - 1][1] > found.start) or end - found.start < _SHORTEST_REST or found.kind is not Kind.ADDRESS:
        return ()
    return (
        Found(
            kind=found.kind,
            start=found.start,
            end=end,
            confidence=found.confidence,
            evidence=found.evidence,
            label=found.label,
            valid=found.valid,
        ),
    )


def _span(view: View, found: Found) -> Span:
    begin, until = found.start, found.end
    value = view.text[begin:until]
    places: Sequence[int] = range(begin, until)
    if not value.isalnum():
        if found.kind in _WORDS:
            if value.split() != [value]:
                places = [at for at, char in enumerate(value, begin) if not char.isspace()]
        elif found.kind is Kind.BANK_CARD:
            places = [at for at, char in enumerate(value, begin) if char.isalnum()]
        else:
            places = [at for at, char in enumerate(value, begin) if char not in _BETWEEN]
    shift = view.shift(begin, until)
    if shift is not None:
        begin, until = begin + shift, until + shift
        if len(places) == until - begin:
            cells = tuple(zip(range(begin, until), range(begin + 1, until + 1), strict=True))
        else:
            cells = tuple([(at + shift, at + shift + 1) for at in places])
    else:
        cells = tuple([cell for at in places if (cell := view.cell(at))[0] < cell[1]])
        begin, until = view.cell(begin)[0], view.cell(until - 1)[1]
    return Span(
        kind=found.kind,
        start=begin,
        end=until,
        cells=cells,
        confidence=found.confidence,
        evidence=found.evidence,
        label=found.label,
        valid=found.valid,
    )


def canonical(kind: Kind, shown: str) -> str:
    """The value that `shown` (decoded, without what splits it) spells: the same for every disguise of one number."""
    if kind is Kind.PASSWORD:
        return shown
    folded = plain_view(shown).text
    if kind in _WORDS:
        return folded
    folded = folded.translate(NUMERALS).translate(CHECKS)
    return folded.translate(LETTERS) if kind in _OF_DIGITS else folded
