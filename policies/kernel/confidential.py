"""What a place of a ticket holds of personal data: kinds and counts, never a value (6.1.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from policies.kernel.masking import Action, Kind, Masking, Span, detect
from policies.kernel.masking.detect import canonical
from policies.kernel.masking.operators import shown_of

Mark: TypeAlias = tuple[Kind, bytes]
"""A value without the value: its kind and a keyed digest that only this process can compare."""

SUBJECT: Final = "subject"
BODY: Final = "body"
TITLE: Final = "title"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidential:
    """One kind of personal data at one place. It holds no value, so that it may be logged and kept.

    place       `subject`, `body`, `name:ID` and `file:ID` (an attachment's name and the text in it), `title`,
                `field:NAME`
    data_class  C1 to C3 of JR/T 0171-2020
    count       how often
    masked      whether the configuration masks the kind, or only flags it
    own         how many of them the writer wrote anew: what a mail quotes is not counted
    strange     how many of `own` nobody had given before: neither the customer in this ticket, nor the customer's
                contact data. Whose they are nobody can know; that they are not the customer's own is likely
    """

    place: str
    kind: Kind
    data_class: str
    count: int
    masked: bool = True
    own: int = 0
    strange: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What one text holds; `marks` of all of it, `own` of what its writer wrote anew."""

    found: tuple[Confidential, ...] = ()
    marks: frozenset[Mark] = frozenset()
    own: tuple[Mark, ...] = ()


def inspect(
    place: str, text: str, *, html: bool = False, own: str | None = None, config: Masking, seal: Callable[[str], bytes]
) -> Inspected:
    """The personal data in `text`, which stands at `place`.

    own    what of it the writer wrote anew, as plain text; None: all
    seal   a keyed digest, by which equal values are known again
    """
    spans = detect(text, html=html, config=config)
    if not spans:
        return Inspected()
    marks = tuple(_marks(text, spans, seal))
    fresh = marks if own is None else tuple(_marks(own, detect(own, config=config), seal))
    counts, mine = Counter(kind for kind, _ in marks), Counter(kind for kind, _ in fresh)
    found = tuple(
        Confidential(
            place=place,
            kind=kind,
            data_class=config.of(kind).data_class,
            count=count,
            masked=config.of(kind).action is Action.MASK,
            own=min(mine[kind], count),
        )
        for kind, count in counts.items()
    )
    return Inspected(found=found, marks=frozenset(marks), own=fresh)


def together(parts: Iterable[Inspected], known: frozenset[Mark] | None) -> tuple[Confidential, ...]:
    """What the parts of one article hold, in their order.

    known   of a reply to the customer, the values that were given before; None: it is no reply
    """
    return tuple(one if known is None else with_strange(one, part.own, known) for part in parts for one in part.found)


def with_strange(found: Confidential, own: tuple[Mark, ...], known: frozenset[Mark]) -> Confidential:
    """The same, with how many of the writer's own values nobody had given before."""
    strange = sum(mark[0] is found.kind and mark not in known for mark in own)
    return replace(found, strange=min(strange, found.own)) if strange else found


def _marks(text: str, spans: tuple[Span, ...], seal: Callable[[str], bytes]) -> Iterator[Mark]:
    for span in spans:
        yield span.kind, seal(canonical(span.kind, shown_of(text, span)))
