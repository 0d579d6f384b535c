"""The conduct module's rules: findings that only their writer and the figures know, and one private mail a reply.

Nothing of it stands in the ticket: an internal note is read by the whole group.
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from policies.conduct.config import Code, Config
from policies.conduct.slips import Position, Slip, slips
from policies.kernel.decisions import Find, Tell, say
from policies.kernel.facts import Article, Facts
from policies.kernel.kept import kept
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.scrub import scrub_text
from policies.kernel.text import Wording
from policies.kernel.traits import ANSWERED, BARE_ANSWER, CLOSED, JARGON, OPEN, has, said, worded

_LONGEST_QUOTE: Final = 40
_TOLD_ELSEWHERE: Final = ("no_time", "no_apology")
"""Of the first reply the complaints and the promises module tell these."""
_JUDGED: Final = ANSWERED & has("kind", "inquiry", "business", "complaint", "suggestion", "support")


MODULE: Final = "conduct"
_Judged: TypeAlias = tuple[tuple[Article, tuple[Slip, ...]], ...]
_POSITIONS: Final[Mapping[tuple[bool, bool], frozenset[Position]]] = {
    (False, False): frozenset({"middle"}),
    (True, False): frozenset({"first"}),
    (False, True): frozenset({"closing"}),
    (True, True): frozenset({"first", "closing"}),
}
"""By whether it is the first reply, and whether it is the closing one."""


def _judged(facts: Facts, config: Config) -> _Judged:
    """Each reply that has slips, with these; found once for all rules."""
    known: _Judged | None = facts.__dict__.get("_conduct")
    if known is None:
        known = facts.__dict__["_conduct"] = tuple(_replies(facts, config))
    return known


def _replies(facts: Facts, config: Config) -> Iterator[tuple[Article, tuple[Slip, ...]]]:
    for index, reply in enumerate(facts.to_customer):
        if reply.wording is None:
            continue
        found = _slips(reply.wording, config, facts.ticket.kind, _positions(facts, index))
        if found:
            yield reply, found


@kept
def _slips(said: Wording, config: Config, kind: str | None, positions: frozenset[Position]) -> tuple[Slip, ...]:
    found = slips(said, kind, positions, config)
    return tuple(slip for slip in found if slip.code not in _TOLD_ELSEWHERE) if "first" in positions else found


def _positions(facts: Facts, index: int) -> frozenset[Position]:
    """First is the first reply, closing the last one before a person closed the ticket, unless we had the last word: a
    notice that a request is done, say."""
    last = index == len(facts.to_customer) - 1
    closes = last and facts.ticket.closed and not _closed_by_us(facts) and not _had_last_word(facts)
    return _POSITIONS[index == 0, closes]


def _closed_by_us(facts: Facts) -> bool:
    if facts.read is not None and not facts.read.closed:
        return True
    change = facts.last_set("state")
    return change is not None and change.by == facts.me


def _had_last_word(facts: Facts) -> bool:
    """Whether a text of ours came to the customer after the last reply and before the closing."""
    since, closed_at = facts.to_customer[-1].at, facts.ticket.closed_at
    ours = (a.at for a in facts.articles if a.key is not None and not a.internal)
    return closed_at is not None and any(since < at < closed_at for at in ours)


def _finds(facts: Facts, config: Config, *codes: Code) -> Wants:
    for reply, found in _judged(facts, config):
        for slip in found:
            if slip.code in codes:
                key = f"{slip.code}:{reply.id}"
                if is_done(facts.memory, MODULE, key):
                    continue
                why, grave = say(f"slip.{slip.code}"), slip.code in config.grave
                yield Find(key=key, code=slip.code, text=why, person=reply.by, grave=grave, private=True), why


@rule("3.1.1", when=_JUDGED & worded("reply_away"))
def does_not_brush_off(facts: Facts, config: Config) -> Wants:
    """A reply does not push the customer away to somebody else; a hand-over with a time is none."""
    return _finds(facts, config, "brush_off")


@rule("3.1.2", when=_JUDGED & (worded("reply_rude") | BARE_ANSWER))
def is_civil(facts: Facts, config: Config) -> Wants:
    """A reply holds no rude word, and more than a bare refusal."""
    return _finds(facts, config, "banned_word", "curt")


@rule("3.1.3", when=_JUDGED & has("kind", "complaint"))
def apologises(facts: Facts, config: Config) -> Wants:
    """A complaint ends with an apology, too."""
    return _finds(facts, config, "no_apology")


@rule("3.1.3", when=_JUDGED & said("heated"))
def soothes_first(facts: Facts, config: Config) -> Wants:
    """A heated message is answered with a word of understanding."""
    heated = False
    for article in facts.articles:
        if article.from_customer:
            heated = article.features.has("heated")
        elif article.to_customer and article.wording is not None:
            if heated and not article.wording.has("reply_soothe"):
                why = say("slip.no_soothing")
                key = f"no_soothing:{article.id}"
                yield Find(key=key, code="no_soothing", text=why, person=article.by, private=True), why
            heated = False


@rule("3.2.1", when=_JUDGED & (worded("reply_vague") | JARGON))
def is_clear(facts: Facts, config: Config) -> Wants:
    """No vague word stands for a time, no term of the trade without an explanation."""
    return _finds(facts, config, "vague_time", "jargon")


@rule("3.2.3", when=_JUDGED)
def is_concise(facts: Facts, config: Config) -> Wants:
    """A reply is no longer than people read."""
    return _finds(facts, config, "too_long")


@rule("4.1.1", when=_JUDGED)
def says_who_writes(facts: Facts, config: Config) -> Wants:
    """The first reply greets and names staff number or department."""
    return _finds(facts, config, "no_greeting", "no_staff_identity")


@rule("4.1.5", when=CLOSED & _JUDGED)
def asks_and_thanks(facts: Facts, config: Config) -> Wants:
    """The last reply asks whether more is wanted, and thanks."""
    return _finds(facts, config, "no_anything_else", "no_thanks")


@rule("3.1.2", when=_JUDGED)
def coach_the_writer(facts: Facts, config: Config) -> Wants:
    """The writer hears in private what was found, in which words, and a better wording: in one mail at the end of the
    working day, or in one for each reply, as the settings say. Of a grave slip at once."""
    for reply, found in _judged(facts, config):
        if facts.person(reply.by) is None:
            continue
        fresh = [slip for slip in found if not is_done(facts.memory, MODULE, f"{slip.code}:{reply.id}")]
        key = f"coaching:{reply.id}:{','.join(sorted(slip.code for slip in fresh))}"
        if not fresh or is_done(facts.memory, MODULE, key):
            continue
        what = tuple(f"@slip.{slip.code}" for slip in fresh)
        quotes = tuple(_quoted(slip) for slip in fresh if slip.quote)
        advice = (*(f"@advice.{slip.code}" for slip in fresh), *_explanations(facts, config, reply))
        waits = config.coaching == "daily" and not any(slip.code in config.grave for slip in fresh)
        part, number = "entry" if waits else "coaching", facts.ticket.number
        text = (
            say(f"{part}.quoted", number=number, what=what, quotes=quotes, advice=advice)
            if quotes
            else say(f"{part}.plain", number=number, what=what, advice=advice)
        )
        tell = Tell(key=key, person=reply.by, text=text, private=True, gathered=waits)
        yield tell, say("coaching.why", what=what)


def _quoted(slip: Slip) -> str:
    """The agent's own words, short and without figures and addresses of anybody."""
    words = scrub_text(slip.quote)
    return f"“{words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE] + '…'}”"


def _explanations(facts: Facts, config: Config, reply: Article) -> Iterator[str]:
    if reply.wording is None or "jargon" not in config.check:
        return
    for term in reply.wording.unexplained:
        plain = config.explain(term, reply.wording.language or facts.desk.language)
        if plain:
            yield f"{term}: {plain}"


@rule("3.1.1", "3.1.2", when=_JUDGED)
def tell_supervisor_of_grave_slips(facts: Facts, config: Config) -> Wants:
    """Of a grave slip the supervisor hears at once, by mail; of the others there are figures."""
    for reply, found in _judged(facts, config):
        grave = [slip for slip in found if slip.code in config.grave]
        supervisor = facts.supervisor if grave else None
        if supervisor is not None and supervisor.id != reply.by:
            what = tuple(f"@slip.{slip.code}" for slip in grave)
            quotes = tuple(_quoted(slip) for slip in grave if slip.quote)
            text = say(
                "grave.supervisor", number=facts.ticket.number, person=f"person:{reply.by}", what=what, quotes=quotes
            )
            yield (
                Tell(key=f"grave_slip:{reply.id}", person=supervisor.id, text=text, private=True),
                say("grave.why", what=what),
            )


@rule("3.3.4", when=OPEN & said("heated"))
def tell_supervisor_of_quarrel(facts: Facts, config: Config) -> Wants:
    """Heated messages in a row are a quarrel that the supervisor calms."""
    row: list[Article] = []
    for article in facts.from_customer:
        row = [*row, article] if article.features.has("heated") else []
    supervisor = facts.supervisor
    if len(row) < config.quarrel_from or supervisor is None:
        return
    why = say("quarrel.found", count=len(row))
    key = f"quarrel:{row[0].id}"
    yield Find(key=key, code="quarrel", text=why, person=facts.ticket.owner, private=True), why
    text = say("quarrel.supervisor", number=facts.ticket.number, count=len(row))
    yield Tell(key=f"{key}:told", person=supervisor.id, text=text), why


RULES = (
    does_not_brush_off,
    is_civil,
    apologises,
    soothes_first,
    is_clear,
    is_concise,
    says_who_writes,
    asks_and_thanks,
    coach_the_writer,
    tell_supervisor_of_grave_slips,
    tell_supervisor_of_quarrel,
)
