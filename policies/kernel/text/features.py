"""What the words of one article say, computed once; rules look labels up."""

import copy
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final, Literal, NamedTuple

from policies.kernel.quick import quick
from policies.kernel.text.amounts import Amount, Sum, in_cny, sums
from policies.kernel.text.html import plain_text
from policies.kernel.text.language import Language, language_of
from policies.kernel.text.leanings import Leaning, Leanings
from policies.kernel.text.learnt import Learnt, Proposal, grams
from policies.kernel.text.matcher import Hit, Matcher
from policies.kernel.text.negation import Negations
from policies.kernel.text.normalise import Folded, fold
from policies.kernel.text.numbers import Number, numbers
from policies.kernel.text.phrases import Addition, Lexicon, Phrase
from policies.kernel.text.places import Sentences
from policies.kernel.text.quotes import is_answer, own_words
from policies.kernel.text.ready import ReadyTexts
from policies.kernel.text.wording import REPLY, Wording, WordingReader

Field = Literal["subject", "body"]

_SUM: Final = "sum_"
_BETWEEN: Final = "\n\n"
_MOST_REPEATS: Final = 3
"""A phrase counts once, however often it stands there; more of them are no more ground."""
# How fast a phrase loses its say about a sum: half at this many characters, half again at each end of a sentence.
_HALF_AT: Final = 12


class Match(NamedTuple):
    """A phrase found. `start`, `end` count in `field`: the subject as given, or the plain text of the body.

    phrase   as configured; surface: the words as written, from the first part to the last
    weight   as configured; a negated match adds nothing to its label
    """

    label: str
    phrase: str
    surface: str
    field: Field
    start: int
    end: int
    weight: float
    negated: bool


_match: Final[Callable[[tuple[str, str, str, Field, int, int, float, bool]], Match]] = partial(tuple.__new__, Match)
"""Four times as quick as the constructor."""


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TextFeatures:
    """Immutable and hashable; equal texts have equal features.

    matches         in order of text, negated ones included; of one that stands un-negated the first few
    amounts         sums of money, in order of text
    question_marks  in what the writer wrote anew; length: characters of it, without blanks at the ends
    proposal        the kind that corrections have taught, where a model is enabled that knows anything of it
    leaning         where its plain words lean; None of what is too short to lean anywhere
    """

    language: Language | None
    matches: tuple[Match, ...]
    weights: tuple[tuple[str, float], ...]
    amounts: tuple[Amount, ...]
    question_marks: int
    length: int
    proposal: Proposal | None = None
    leaning: Leaning | None = None

    def weight(self, label: str) -> float:
        """The sum of the weights of the label's phrases that stand un-negated, each phrase once; 0 without any."""
        for name, weight in self.weights:
            if name == label:
                return weight
        return 0

    def has(self, label: str) -> bool:
        """Whether the label's weight is above 0."""
        return self.weight(label) > 0

    def of(self, label: str) -> tuple[Match, ...]:
        """The label's un-negated matches: the grounds to show."""
        return tuple(match for match in self.matches if match.label == label and not match.negated)

    def largest(self, *roles: str | None) -> Amount | None:
        """The largest sum of one of these roles (None: without any) whose value in CNY is known; None without one."""
        known = [(amount.cny, amount) for amount in self.amounts if amount.role in roles and amount.cny is not None]
        return max(known, key=lambda pair: pair[0])[1] if known else None


EMPTY: Final = TextFeatures(language=None, matches=(), weights=(), amounts=(), question_marks=0, length=0)


class Extractor:
    """Lexicons compiled for use; immutable, shared by all threads. Build one per configuration."""

    __slots__ = ("_adds", "_bare", "_leanings", "_learnt", "_matcher", "_rates", "_replies")

    def __init__(
        self,
        lexicons: Sequence[Lexicon],
        rates: Mapping[str, Decimal] | None = None,
        *,
        bare_currency: str = "CNY",
        terms: Collection[str] = (),
        ready: Collection[str] = (),
        leanings: Leanings | None = None,
    ) -> None:
        """
        lexicons       their labels must not meet; ValueError names one that is in two
        rates          CNY for one unit, by ISO 4217 code; CNY itself needs none
        bare_currency  what a sum without a currency (12万) is in
        terms          jargon that a reply must explain
        ready          texts that agents insert into replies; see `ReadyTexts`
        leanings       what plain words say of a message's kind
        """
        phrases: list[Phrase] = []
        seen: set[str] = set()
        for lexicon in lexicons:
            twice = sorted(seen & lexicon.labels)
            if twice:
                raise ValueError(f"label {twice[0]!r} is in two lexicons")
            seen |= lexicon.labels
            phrases += lexicon.phrases
        self._matcher = Matcher(phrase for phrase in phrases if not phrase.label.startswith(REPLY))
        self._replies = WordingReader(
            (phrase for phrase in phrases if phrase.label.startswith(REPLY)), terms, ReadyTexts(ready)
        )
        self._adds = tuple(add for lexicon in lexicons for add in lexicon.adds)
        self._rates = dict(rates or {})
        self._bare = bare_currency
        self._leanings = leanings
        self._learnt: Learnt | None = None

    def features(self, subject: str, body: str, content_type: str = "text/plain") -> TextFeatures:
        """The features of one article: its subject (unless it is that of an answer) and what its writer wrote anew."""
        title = "" if is_answer(subject) else subject
        written = own_words(plain_text(body, content_type))
        whole = f"{title}{_BETWEEN}{written}" if title else written
        place = _Place(whole=whole, folded=fold(whole), body=len(title) + len(_BETWEEN) if title else 0)
        text = place.folded.text
        figures = numbers(text)
        sentences = Sentences(text)
        matched: list[Match] = []
        about: list[Hit] = []
        for hit, negated in _told(text, self._matcher.hits(text, figures, sentences)):
            if not hit.label.startswith(_SUM):
                matched.append(place.match(hit, negated))
            elif not negated:
                about.append(hit)
        matches = tuple(matched)
        return TextFeatures(
            language=language_of(whole),
            matches=matches,
            weights=_weights(matches, self._adds),
            amounts=self._amounts(place, figures, about, sentences),
            question_marks=text.count("?"),
            length=len(written.strip()),
            proposal=None if self._learnt is None else self._learnt.propose(grams(whole)),
            leaning=None if self._leanings is None else self._leanings.of(text),
        )

    def taught(self, learnt: Learnt | None) -> "Extractor":
        """The same, with what corrections have taught: proposals are made by it."""
        other = copy.copy(self)
        other._learnt = learnt
        return other

    def grams(self, subject: str, body: str, content_type: str = "text/plain") -> tuple[int, ...]:
        """The hashed runs of what a writer wrote anew, as far as corrections are learnt from; see `learnt`."""
        title = "" if is_answer(subject) else subject
        return grams(f"{title}{_BETWEEN}{own_words(plain_text(body, content_type))}")

    def wording(self, body: str, content_type: str = "text/plain", *, staff: Collection[str] = ()) -> Wording:
        """How a reply of an agent is worded; `staff`: what names its writer, the staff number and the department."""
        return self._replies.read(body, content_type, staff=staff)

    def _amounts(
        self, place: "_Place", figures: tuple[Number, ...], about: list[Hit], sentences: Sentences
    ) -> tuple[Amount, ...]:
        """The sums of money; `about`: the phrases that say what a sum is."""
        found = []
        for money in sums(place.folded.text, figures, self._bare):
            field, start, end = place.of(money.start, money.end)
            found.append(
                Amount(
                    surface=place.surface(money.start, money.end),
                    field=field,
                    start=start,
                    end=end,
                    value=money.value,
                    currency=money.currency,
                    cny=in_cny(money.value, money.currency, self._rates),
                    role=_role(money, about, sentences),
                )
            )
        return tuple(found)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """The text that was looked at, and where its parts came from. `body` is where the body begins in `whole`."""

    whole: str
    folded: Folded
    body: int

    def of(self, start: int, end: int) -> tuple[Field, int, int]:
        """Field and span of a span of the folded text."""
        first, last = self.folded.origin(start, end)
        if first < self.body:
            return "subject", first, last
        return "body", first - self.body, last - self.body

    def surface(self, start: int, end: int) -> str:
        first, last = self.folded.origin(start, end)
        return self.whole[first:last]

    def match(self, hit: Hit, negated: bool) -> Match:
        start, end, label, phrase, _ = hit
        first, last = (start, end) if self.folded.offsets is None else self.folded.origin(start, end)
        surface, body = self.whole[first:last], self.body
        if first < body:
            return _match((label, phrase.say, surface, "subject", first, last, phrase.weight, negated))
        return _match((label, phrase.say, surface, "body", first - body, last - body, phrase.weight, negated))


def _told(folded: str, hits: list[Hit]) -> Iterator[tuple[Hit, bool]]:
    """Each hit, and whether it is denied; of a phrase that stands un-denied, no more than the first few."""
    stands: dict[int, int] = {}
    deny = Negations(folded).deny
    for hit in hits:
        start, end, label, phrase, _ = hit
        which = id(phrase)
        told = stands.get(which, 0)
        if told < _MOST_REPEATS:
            negated = phrase.negatable and deny(start, end)
            if not negated and not label.startswith(_SUM):
                stands[which] = told + 1
            yield hit, negated


def _weights(matches: tuple[Match, ...], adds: tuple[Addition, ...]) -> tuple[tuple[str, float], ...]:
    """Per label the sum over its phrases, each once, and what the labels found add to others."""
    once = {(match.label, match.phrase): match.weight for match in matches if not match.negated}
    totals: dict[str, float] = {}
    for (label, _), weight in once.items():
        totals[label] = totals.get(label, 0) + weight
    found = {label for label, weight in totals.items() if weight > 0}
    for add in adds:
        if add.label in found and (add.beside is None or add.beside in found):
            totals[add.other] = totals.get(add.other, 0) + add.weight
    return tuple(sorted(totals.items()))


def _role(money: Sum, about: list[Hit], sentences: Sentences) -> str | None:
    """The label whose phrases around the sum weigh most: near ones more than far ones, those of its sentence more."""
    totals: dict[str, float] = {}
    for hit in about:
        if hit.start < money.end and money.start < hit.end:
            distance = ends = 0
        elif hit.end <= money.start:
            distance, ends = money.start - hit.end, sentences.between(hit.end, money.start)
        else:
            distance, ends = hit.start - money.end, sentences.between(money.end, hit.start)
        share = hit.phrase.weight / (1 + distance / _HALF_AT) / 2**ends
        totals[hit.phrase.label] = totals.get(hit.phrase.label, 0) + share
    if not totals:
        return None
    return max(sorted(totals), key=totals.__getitem__).removeprefix(_SUM)
