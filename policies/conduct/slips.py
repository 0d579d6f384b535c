"""What is wrong with the wording of a reply, by code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from policies.conduct.config import Code, Config
from policies.kernel.text import Wording

Position: TypeAlias = Literal["first", "middle", "closing"]

_HELPLESS: Final = re.compile(
    r"请?(?:您|你)?(?:自己|自行|自个儿)(?:去|上网|上官网|网上)*(?:查|看|搜|找|读|翻|下载|百度)|规定"
    r"|.*(?:没有?办法|没法|没辙|帮不|爱莫能助|无能为力)"
    r"|(?:there(?:'s| is) )?nothing (?:we|i)\b|.*can(?:'t|not)\b|rules",
    re.IGNORECASE,
)
"""What is only curt where it is the whole reply: helplessness, the rule, a pointer to what anyone can look up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A departure. `quote`: the words it is about, empty where something is lacking. `term`: of the glossary."""

    code: Code
    quote: str = ""
    term: str = ""


def slips(said: Wording, kind: str | None, positions: frozenset[Position], config: Config) -> tuple[Slip, ...]:
    """The slips of one reply, in the order of the policy.

    positions   first, closing, both of them for a reply that does both, middle for any other
    """
    found = (*_missing(said, kind, positions), *_courtesy(said), *_clarity(said, config))
    return tuple(slip for slip in found if slip.code in config.check)


def _missing(said: Wording, kind: str | None, positions: frozenset[Position]) -> Iterator[Slip]:
    complaint = kind == "complaint"
    if "first" in positions:
        if not said.has("reply_greeting"):
            yield Slip(code="no_greeting")
        if not said.names_staff:
            yield Slip(code="no_staff_identity")
        if _leaves_open(said, kind):
            yield Slip(code="no_time")
    if complaint and positions & {"first", "closing"} and not said.has("reply_apology"):
        yield Slip(code="no_apology")
    if "closing" in positions:
        if not said.has("reply_more"):
            yield Slip(code="no_anything_else")
        if not said.has("reply_thanks"):
            yield Slip(code="no_thanks")


def _leaves_open(said: Wording, kind: str | None) -> bool:
    """Neither a solution nor a time. A complaint is open until something was done; an inquiry when it is put off."""
    if said.promises:
        return False
    if kind == "complaint":
        return said.bare or not said.has("reply_solved")
    put_off = said.has("reply_open") or said.has("reply_vague") or said.has("reply_away") or said.bare
    return kind == "inquiry" and put_off and not said.has("reply_solved")


def _courtesy(said: Wording) -> Iterator[Slip]:
    rude, away = said.first("reply_rude"), said.first("reply_away")
    if rude is not None:
        yield Slip(code="banned_word", quote=rude.surface)
    if said.bare:
        curt = said.first("reply_curt")
        yield Slip(code="curt", quote=curt.surface if curt else "")
    if away is not None and not said.promises and not (said.bare and _HELPLESS.match(away.surface)):
        yield Slip(code="brush_off", quote=away.surface)


def _clarity(said: Wording, config: Config) -> Iterator[Slip]:
    vague = said.first("reply_vague")
    if vague is not None and not said.promises:
        yield Slip(code="vague_time", quote=vague.surface)
    if said.unexplained:
        yield Slip(code="jargon", quote=said.unexplained[0], term=said.unexplained[0])
    if said.han > config.longest.han or said.words > config.longest.words:
        yield Slip(code="too_long")
