"""The promises in an agent's reply: phrases of time for which somebody of the company has given a word. 3.3.3.

A phrase of time counts unless the words around it say that it is something else: a question, a condition, a refusal,
what is past, what the customer is to do, a general rule, a third party's time, the date of something else.
"""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

from policies.kernel.text.normalise import Folded, fold
from policies.kernel.text.promise_english import ENGLISH
from policies.kernel.text.promise_words import CHINESE, Signs
from policies.kernel.text.times import At, Date, InDays, MonthDay, Phrase, Span, Weekday, When
from policies.kernel.text.times_chinese import chinese_phrases
from policies.kernel.text.times_english import english_phrases

_HAN: Final = re.compile("[一-鿿]")
_LATIN: Final = re.compile(
    r"\b(?:within|by|in|on|before|today|tomorrow|tonight|this|next|end|first|cob|eod|[0-9]|mon|tue|wed|thu|fri|sat|sun)"
)
_LETTERS: Final = re.compile("[a-z]")
_QUOTES: Final = re.compile('["「『《]')
_QUOTED: Final = re.compile(r'"[^"\n]{1,200}"|「[^」\n]{1,200}」|『[^』\n]{1,200}』|《[^》\n]{1,60}》')
# One leading class, so that the searches skip from mark to mark.
_SENTENCE_END: Final = re.compile(r"[。!?;；\n.](?:(?<!\.)|(?<![0-9ap]\.)(?=\s|$)|(?<=[a-z0-9]\.)(?=\s+[a-z\"]|\s*$))")
_COMMA: Final = re.compile("[,:—–](?:(?<=[,:])|[—–]?(?![0-9一二三四五六七八九十]))")
_ABBREVIATED: Final = re.compile(r"\b(?:a\.m|p\.m|mr|ms|mrs|dr|no)\.$")

# How far around a phrase its sentence is looked at: further than sentences of people go.
_REACH: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A promise found.

    surface     the bare phrase of time, as written
    start, end  where it stands in the text given
    when        what it means; `policies.kernel.instants` makes an instant of it
    """

    surface: str
    start: int
    end: int
    when: When


def promises(own: str, folded: Folded | None = None) -> tuple[Promise, ...]:
    """The promises in a reply, in order of text.

    own     what the agent wrote, without quoted mail (`own_words`)
    folded  the same, where it has been folded already
    """
    folded = folded or fold(own)
    text = folded.text
    if _QUOTES.search(text):
        text = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    found = []
    phrases = _phrases(text)
    if not phrases:
        return ()
    layout = _Layout.of(text)
    for phrase in phrases:
        if _promised(layout, phrase):
            start, end = folded.origin(phrase.start, phrase.end)
            found.append(Promise(surface=own[start:end], start=start, end=end, when=phrase.when))
    return tuple(found)


def _phrases(text: str) -> list[Phrase]:
    """The phrases of time, of those that overlap the one that begins first, then the longest."""
    every = list(chinese_phrases(text)) if _HAN.search(text) else []
    if _LETTERS.search(text) and _LATIN.search(text):
        every += english_phrases(text)
    every.sort(key=lambda phrase: (phrase.start, -phrase.end))
    kept: list[Phrase] = []
    for phrase in every:
        if not kept or phrase.start >= kept[-1].end:
            kept.append(phrase)
    return kept


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The words around a phrase: its clause before and after it, the clauses of its sentence before, the next ones.

    subject   the clause before the phrase, or where that is empty the one before it: who is spoken of
    asks      the sentence is a question
    """

    before: str
    subject: str
    after: str
    earlier: str
    later: str
    asks: bool

    @property
    def clause(self) -> str:
        return f"{self.before}§{self.after}"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Where sentences and clauses of a text end: the mark's position, and that of what follows, each list in order."""

    text: str
    ends: list[int]
    begins: list[int]
    commas: list[int]
    follows: list[int]

    @classmethod
    def of(cls, text: str) -> "_Layout":
        ends = [end.span() for end in _SENTENCE_END.finditer(text) if not _abbreviated(text, end)]
        commas = [comma.span() for comma in _COMMA.finditer(text)]
        return cls(text, [a for a, _ in ends], [b for _, b in ends], [a for a, _ in commas], [b for _, b in commas])

    def place(self, phrase: Phrase) -> _Place:
        text = self.text
        before = bisect_right(self.begins, phrase.start)
        start = max(self.begins[before - 1] if before else 0, phrase.start - _REACH)
        after = bisect_left(self.ends, phrase.end)
        stop = self.ends[after] if after < len(self.ends) else len(text)
        comma = bisect_right(self.follows, phrase.start)
        heads = [start, *(at for at in self.follows[max(0, comma - 2) : comma] if at >= start)]
        head = heads[-1]
        doer = head if text[head : phrase.start].strip() or len(heads) == 1 else heads[-2]
        comma = bisect_right(self.commas, phrase.end)
        tail = min(stop, self.commas[comma]) if comma < len(self.commas) else stop
        if tail < stop and not text[phrase.end : tail].strip():
            # 明天下午四点前，我们会…: of a phrase that stands alone the next clause tells what happens
            tail = min(stop, self.commas[comma + 1]) if comma + 1 < len(self.commas) else stop
        return _Place(
            before=text[head : phrase.start],
            subject=text[doer : phrase.start],
            after=text[phrase.end : min(tail, phrase.end + _REACH)],
            earlier=text[start:head],
            later=text[tail : min(stop, tail + _REACH)],
            asks=text[stop : stop + 1] == "?",
        )


def _abbreviated(text: str, end: re.Match[str]) -> bool:
    return end[0] == "." and _ABBREVIATED.search(text, max(0, end.start() - 4), end.end()) is not None


def _promised(layout: _Layout, phrase: Phrase) -> bool:
    text = layout.text
    signs = CHINESE if _HAN.search(text, max(0, phrase.start - 12), phrase.end + 12) else ENGLISH
    place = layout.place(phrase)
    if place.asks and not (signs.tag_question.search(place.later) or signs.tag_question.search(place.after)):
        return False
    if _someone_elses(signs, place) or _conditional(signs, place, phrase) or _other(signs, place, phrase):
        return False
    if _customers(signs, place):
        return False
    return _spoken_for(signs, place, phrase)


def _someone_elses(signs: Signs, place: _Place) -> bool:
    """Denied, past, a rule, a third party's, or reported words."""
    clause = place.clause
    if signs.denied.search(clause) or signs.past.search(clause) or signs.rule.search(clause):
        return True
    if signs.decreed.search(place.earlier) and not (signs.ours.search(clause) or signs.gives.search(clause)):
        return True
    if signs.reported.search(place.before):
        return True
    third = list(signs.third.finditer(place.before))
    return bool(third) and not signs.ours.search(place.before, third[-1].end())


def _conditional(signs: Signs, place: _Place, phrase: Phrase) -> bool:
    """Under a condition, or a period that begins with something yet to come."""
    if (
        signs.condition.search(place.before)
        or signs.condition.match(place.after)
        or (signs.condition.search(place.earlier) and not signs.then.search(place.earlier))
    ):
        return True
    if not isinstance(phrase.when, Span):
        return False
    words = place.earlier + place.before
    event = signs.event.search(words)
    return (event is not None and not signs.own_step.search(words)) or bool(signs.event_after.search(place.after))


def _other(signs: Signs, place: _Place, phrase: Phrase) -> bool:
    """The date of something else."""
    if (
        isinstance(phrase.when, At)
        and isinstance(phrase.when.day, (Date, MonthDay, InDays))
        and (signs.attribute.match(place.after) or (not phrase.bound and signs.dated.match(place.after)))
    ):
        return not signs.booked.search(place.before)
    if isinstance(phrase.when, At) and not phrase.bound:
        told = isinstance(phrase.when.day, (Date, Weekday)) or phrase.when.day == InDays(0)
        if told and signs.done.match(place.after):
            return True
    return bool(signs.other.search(place.clause))


def _customers(signs: Signs, place: _Place) -> bool:
    """What the customer is to do."""
    if signs.ours.match(place.after.lstrip(", ")):
        return False
    if not place.before.strip() and (signs.idle.search(place.subject) or signs.gives.search(place.after)):
        return bool(signs.please.match(place.after))
    before, after = signs.harmless.sub("", place.subject), signs.harmless.sub("", place.after)
    if signs.receives.search(after) or (signs.receives.search(before) and not signs.please.search(before)):
        return False
    if signs.please.search(before) or signs.please.match(after):
        return True
    customer = list(signs.customer.finditer(before))
    if customer and not signs.ours.search(before, customer[-1].end()):
        return True
    return bool(signs.customer_after.match(after)) and not signs.ours.search(before)


def _spoken_for(signs: Signs, place: _Place, phrase: Phrase) -> bool:
    """Somebody of the company does it, or it is said as a deadline is."""
    if isinstance(phrase.when, Span) and not phrase.bound:
        return bool(signs.at_once.match(place.after))
    if signs.acts.search(place.clause) or signs.scheduled.search(place.before):
        return True
    stands_alone = not place.after.strip() or place.after.startswith(",")
    if phrase.bound and signs.predicate.search(f"{place.subject}§{place.after}"):
        return not signs.granted.search(place.clause)
    return isinstance(phrase.when, At) and stands_alone and bool(signs.acts.search(place.earlier))
