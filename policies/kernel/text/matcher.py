"""All phrases of all lexicons in one automaton: one pass over the text, whatever their number."""
import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import ahocorasick

from policies.kernel.text.numbers import Number
from policies.kernel.text.phrases import DEFAULT_GAP, Figure, Gap, Phrase, Words

Span = tuple[int, int]

_SENTENCE_END: Final = re.compile(r"[。!?…;]|\.(?=\s|$)|\n(?![a-z])")
_ASKS: Final = re.compile(r"\?|(?:吗|么|呢|没有|不|没)\s*$|$^")
_LETTER, _DIGIT, _OTHER = 1, 2, 0


@dataclass(frozen=True, slots=True)
class Hit:
    """`phrase` was found; `parts` are its words' spans in the folded text, in order."""

    phrase: Phrase
    start: int
    end: int
    parts: tuple[Span, ...]


@dataclass(slots=True)
class _Use:
    """What one spelling means: the borders it needs, whole phrases, parts of phrases, context words."""

    length: int
    left: int
    right: int
    whole: list[int] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    context: bool = False


class Sentences:
    """Where the sentences of one folded text end, and which of them ask."""

    __slots__ = ("_ends", "_text")

    def __init__(self, folded: str) -> None:
        self._text = folded
        self._ends = [match.start() for match in _SENTENCE_END.finditer(folded)]

    def together(self, first: int, second: int) -> bool:
        """Whether no sentence ends between the two positions (first <= second)."""
        return bisect.bisect_left(self._ends, first) == bisect.bisect_left(self._ends, second)

    def between(self, first: int, second: int) -> int:
        """How many sentences end between the two positions (first <= second)."""
        return bisect.bisect_left(self._ends, second) - bisect.bisect_left(self._ends, first)

    def is_blank(self, position: int) -> bool:
        """Whether a blank stands there; it may part a number from its words."""
        return self._text[position] == " "

    def asks(self, position: int) -> bool:
        """Whether the sentence around the position ends in a question mark or a question particle."""
        index = bisect.bisect_left(self._ends, position)
        end = self._ends[index] if index < len(self._ends) else len(self._text)
        return _ASKS.search(self._text[max(position, end - 4) : end + 1]) is not None


class Matcher:
    """The compiled phrases; immutable after construction."""

    __slots__ = ("_automaton", "_needed", "_phrases")

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = tuple(phrases)
        uses: dict[str, _Use] = {}
        self._needed: dict[int, int] = {}
        for index, phrase in enumerate(self._phrases):
            words = [element for element in phrase.elements if isinstance(element, Words)]
            for part, element in enumerate(words):
                for form in element.forms:
                    use = _use(uses, form)
                    if len(phrase.elements) == 1:
                        use.whole.append(index)
                    else:
                        use.parts.append((index, part))
            if len(phrase.elements) > 1:
                self._needed[index] = len(words)
            for form in phrase.unless_near | phrase.only_near:
                _use(uses, form).context = True
        self._automaton = ahocorasick.Automaton()
        for form, use in uses.items():
            self._automaton.add_word(form, (form, use))
        if uses:
            self._automaton.make_automaton()

    def hits(self, folded: str, figures: tuple[Number, ...], sentences: Sentences) -> list[Hit]:
        """Every phrase whose conditions hold, in order; of overlapping ones of a label only the longest."""
        if not self._phrases:
            return []
        found: list[Hit] = []
        parts: dict[int, dict[int, list[Span]]] = {}
        contexts: dict[str, list[Span]] = {}
        for last, (form, use) in self._automaton.iter(folded):
            end = last + 1
            start = end - use.length
            if (use.left and start and _kind(folded[start - 1]) == use.left) or (
                use.right and end < len(folded) and _kind(folded[end]) == use.right
            ):
                continue
            for index in use.whole:
                found.append(Hit(self._phrases[index], start, end, ((start, end),)))
            for index, part in use.parts:
                parts.setdefault(index, {}).setdefault(part, []).append((start, end))
            if use.context:
                contexts.setdefault(form, []).append((start, end))
        for index, spans in parts.items():
            if len(spans) == self._needed[index]:
                found += _sequences(self._phrases[index], spans, figures, sentences)
        return _longest([hit for hit in found if _holds(hit, contexts, sentences)])


def _use(uses: dict[str, _Use], form: str) -> _Use:
    return uses.setdefault(form, _Use(len(form), _kind(form[0]), _kind(form[-1])))


def _kind(char: str) -> int:
    if "0" <= char <= "9":
        return _DIGIT
    return _LETTER if "a" <= char <= "z" or "ß" <= char <= "ɏ" else _OTHER


def _sequences(
    phrase: Phrase, spans: dict[int, list[Span]], figures: tuple[Number, ...], sentences: Sentences
) -> list[Hit]:
    """The places where all elements follow one another; for each beginning the nearest continuation."""
    gap = DEFAULT_GAP if phrase.within is None else phrase.within
    fitting = [
        number
        for number in figures
        if (phrase.at_least is None or number.value >= phrase.at_least)
        and (phrase.at_most is None or number.value <= phrase.at_most)
    ]
    runs: list[list[Span]] | None = None
    loose = False
    part = 0
    for element in phrase.elements:
        match element:
            case Gap():
                loose = True
                continue
            case Figure():
                following = [(number.start, number.end) for number in fitting]
            case _:
                following = spans[part]
                part += 1
        if runs is None:
            runs = [[span] for span in following]
        else:
            nexts = [(run, _next(run[-1][1], following, gap if loose else None, sentences)) for run in runs]
            runs = [[*run, span] for run, span in nexts if span is not None]
        loose = False
    return [Hit(phrase, run[0][0], run[-1][1], tuple(run)) for run in runs or ()]


def _next(end: int, following: list[Span], reach: int | None, sentences: Sentences) -> Span | None:
    """The first span within `reach` of `end` in the same sentence; without `reach`, at `end` or after one blank."""
    for span in following:
        distance = span[0] - end
        if reach is None:
            if distance == 0 or (distance == 1 and sentences.is_blank(end)):
                return span
        elif 0 <= distance <= reach and sentences.together(end, span[0]):
            return span
    return None


def _holds(hit: Hit, contexts: dict[str, list[Span]], sentences: Sentences) -> bool:
    """Whether the phrase's conditions allow the hit."""
    phrase = hit.phrase
    if phrase.unless_near and _near(hit, phrase.unless_near, contexts, sentences):
        return False
    if phrase.only_near and not _near(hit, phrase.only_near, contexts, sentences):
        return False
    return phrase.in_question is None or sentences.asks(hit.end) is phrase.in_question


def _near(hit: Hit, words: frozenset[str], contexts: dict[str, list[Span]], sentences: Sentences) -> bool:
    reach = hit.phrase.within
    for word in words.intersection(contexts):
        for start, end in contexts[word]:
            inside = any(first <= start and end <= last for first, last in hit.parts)
            near = reach is None or max(start - hit.end, hit.start - end) <= reach
            if near and not inside and sentences.together(min(start, hit.start), max(start, hit.start)):
                return True
    return False


def _longest(hits: list[Hit]) -> list[Hit]:
    """Per label the longest of overlapping hits, then the heaviest, in order of text; those of weight 0 drop out."""
    kept: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=_rank):
        others = kept.setdefault(hit.phrase.label, [])
        if not any(_overlap(hit, other) for other in others):
            others.append(hit)
    chosen = [hit for others in kept.values() for hit in others if hit.phrase.weight]
    return sorted(chosen, key=lambda hit: (hit.start, hit.end, hit.phrase.label))


def _rank(hit: Hit) -> tuple[int, float, int]:
    return -sum(end - start for start, end in hit.parts), -hit.phrase.weight, hit.start


def _overlap(one: Hit, other: Hit) -> bool:
    if one.end <= other.start or other.end <= one.start:
        return False
    return any(a < d and c < b for a, b in one.parts for c, d in other.parts)
