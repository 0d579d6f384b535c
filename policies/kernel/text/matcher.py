"""All phrases of all lexicons in one automaton: one pass over the text, whatever their number."""

import bisect
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import ahocorasick

from policies.kernel.text.numbers import Number
from policies.kernel.text.phrases import DEFAULT_GAP, Figure, Gap, Phrase, Words
from policies.kernel.text.places import Numbered, Sentences, Span

MOST_OF_A_LABEL: Final = 200
_MOST_CONTINUATIONS: Final = 12
_MOST_RUNS: Final = 400
_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")
_LETTER, _DIGIT, _OTHER = 1, 2, 0


@dataclass(frozen=True, slots=True)
class Hit:
    """`phrase` was found; `parts` are its words' and numbers' spans in the folded text, in order."""

    phrase: Phrase
    start: int
    end: int
    parts: tuple[Span, ...]


@dataclass(slots=True, eq=False)
class _Use:
    """What one spelling means.

    left, right  the kind of character that must not adjoin it there
    whole        phrases that it is; starts: phrases of several parts of which it is the rarest
    part_bits    one bit for each part, of any phrase, that it is; with context words, its places are `listed`
    """

    form: str
    size: int
    left: int
    right: int
    whole: list[Phrase] = field(default_factory=list)
    starts: list["_Sequence"] = field(default_factory=list)
    part_bits: int = 0
    listed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Sequence:
    """A phrase of several parts; `bits` are those of its parts."""

    phrase: Phrase
    parts: tuple[frozenset[str], ...]
    bits: int


class Matcher:
    """The compiled phrases; immutable after construction.

    The automaton reads UTF-16 byte by byte: its nodes are searched one branch after the other, and no byte has as many
    successors as the first characters of all phrases would make.
    """

    __slots__ = ("_automaton", "_empty")

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        uses: dict[str, _Use] = {}
        bit = 1
        for phrase in phrases:
            words = tuple(element.forms for element in phrase.elements if isinstance(element, Words))
            if len(phrase.elements) == 1:
                for form in words[0]:
                    _use(uses, form).whole.append(phrase)
            else:
                sequence = _Sequence(phrase, words, bit * (2 ** len(words) - 1))
                for forms in words:
                    for form in forms:
                        _use(uses, form).part_bits |= bit
                    bit <<= 1
                for form in max(words, key=_rarity):
                    _use(uses, form).starts.append(sequence)
            for form in phrase.unless_near | phrase.only_near:
                _use(uses, form).listed = True
        self._empty = not uses
        self._automaton = ahocorasick.Automaton()
        for form, use in uses.items():
            use.listed = use.listed or use.part_bits > 0
            self._automaton.add_word(_bytes(form), use)
        self._automaton.make_automaton()

    def hits(self, folded: str, figures: tuple[Number, ...], sentences: Sentences) -> list[Hit]:
        """Every phrase whose conditions hold, in order; of overlapping ones of a label only the longest."""
        if self._empty or not folded:
            return []
        found: list[Hit] = []
        places: dict[str, list[Span]] = {}
        started: dict[_Sequence, None] = {}
        bits = 0
        numbered = Numbered(figures)
        for start, end, use in self._spans(folded):
            span = (start, end)
            for phrase in use.whole:
                found.append(Hit(phrase, start, end, (span,)))
            if use.listed:
                known = places.get(use.form)
                if known is None:
                    places[use.form] = [span]
                    bits |= use.part_bits
                    for sequence in use.starts:
                        started[sequence] = None
                else:
                    known.append(span)
        for sequence in started:
            if bits & sequence.bits == sequence.bits:
                spans = [_merged(forms, places) for forms in sequence.parts]
                found += _sequences(sequence.phrase, spans, numbered, sentences)
        return _longest([hit for hit in found if hit.phrase.free or _holds(hit, places, sentences)])

    def _spans(self, folded: str) -> list[tuple[int, int, _Use]]:
        """Where the spellings stand, on borders of their own."""
        size = len(folded)
        found = []
        for last, use in self._automaton.iter(_bytes(folded)):
            if last & 1:
                end = (last + 1) >> 1
                start = end - use.size
                if not (use.left and start and _kind(folded[start - 1]) == use.left) and not (
                    use.right and end < size and _kind(folded[end]) == use.right
                ):
                    found.append((start, end, use))
        return found


def _bytes(text: str) -> str:
    """Two characters, one per byte, for each character of the text; what needs four bytes becomes a blank square."""
    data = text.encode("utf-16-be", "surrogatepass")
    if len(data) != 2 * len(text):
        data = _ASTRAL.sub("□", text).encode("utf-16-be", "surrogatepass")
    return data.decode("latin-1")


def _rarity(forms: frozenset[str]) -> tuple[int, int]:
    """The longer the shortest spelling, the rarer it is in texts; then the fewer spellings."""
    return min(map(len, forms)), -len(forms)


def _merged(forms: frozenset[str], places: dict[str, list[Span]]) -> list[Span]:
    """All places of the spellings, in order of text."""
    there = forms & places.keys()
    if len(there) == 1:
        return places[next(iter(there))]
    return sorted(span for form in there for span in places[form])


def _use(uses: dict[str, _Use], form: str) -> _Use:
    use = uses.get(form)
    if use is None:
        use = uses[form] = _Use(form, len(form), _kind(form[0]), _kind(form[-1]))
    return use


def _kind(char: str) -> int:
    if "0" <= char <= "9":
        return _DIGIT
    return _LETTER if "a" <= char <= "z" or "ß" <= char <= "ɏ" else _OTHER


def _sequences(phrase: Phrase, spans: list[list[Span]], numbered: Numbered, sentences: Sentences) -> list[Hit]:
    """The places where all elements follow one another; for each beginning the nearest continuation."""
    gap = DEFAULT_GAP if phrase.within is None else phrase.within
    elements = phrase.elements
    first = 1 if isinstance(elements[0], Words) else 2
    if first == 1:
        runs = [[span] for span in spans[0]]
    elif isinstance(elements[1], Gap):
        first = 1
        runs = [[span] for span in numbered.spans(phrase)]
    else:
        leading = [(numbered.before(span[0], phrase, sentences), span) for span in spans[0]]
        runs = [[number, span] for number, span in leading if number is not None]
    part = int(isinstance(elements[first - 1], Words))
    loose = False
    for element in elements[first:]:
        match element:
            case Gap():
                loose = True
                continue
            case Figure() if not loose:
                number = [(run, numbered.after(run[-1][1], phrase, sentences)) for run in runs]
                runs = [[*run, span] for run, span in number if span is not None]
            case _:
                following = numbered.spans(phrase) if isinstance(element, Figure) else spans[part]
                part += isinstance(element, Words)
                reach = gap if loose else None
                runs = [[*run, span] for run in runs for span in _continued(run[-1][1], following, reach, sentences)]
                del runs[_MOST_RUNS:]
        loose = False
    nearest: dict[int, list[Span]] = {}
    for run in sorted(runs, key=lambda run: run[-1][1]):
        nearest.setdefault(run[0][0], run)
    return [Hit(phrase, run[0][0], run[-1][1], tuple(run)) for run in nearest.values()]


def _continued(end: int, following: list[Span], reach: int | None, sentences: Sentences) -> list[Span]:
    """The spans within `reach` of `end` in its sentence, nearest first; without `reach`, at `end` or one blank on."""
    index = bisect.bisect_left(following, (end,))
    furthest = end + (int(sentences.is_blank(end)) if reach is None else reach)
    found = []
    for span in following[index : index + _MOST_CONTINUATIONS]:
        if span[0] > furthest or not (reach is None or sentences.together(end, span[0])):
            break
        found.append(span)
    return found


def _holds(hit: Hit, places: dict[str, list[Span]], sentences: Sentences) -> bool:
    """Whether the phrase's conditions allow the hit."""
    phrase = hit.phrase
    if phrase.unless_near and _near(hit, phrase.unless_near, places, sentences):
        return False
    if phrase.only_near and not _near(hit, phrase.only_near, places, sentences):
        return False
    return phrase.in_question is None or sentences.asks(hit.end) is phrase.in_question


def _near(hit: Hit, words: frozenset[str], places: dict[str, list[Span]], sentences: Sentences) -> bool:
    reach = hit.phrase.within
    for word in words.intersection(places):
        for start, end in places[word]:
            inside = any(first <= start and end <= last for first, last in hit.parts)
            near = reach is None or max(start - hit.end, hit.start - end) <= reach
            if near and not inside and sentences.together(min(start, hit.start), max(start, hit.start)):
                return True
    return False


def _longest(hits: list[Hit]) -> list[Hit]:
    """Per label the longest of overlapping hits, then the heaviest, in order of text; those of weight 0 drop out.

    A label has no more than `MOST_OF_A_LABEL`, so that a text of nothing but phrases costs no more than its length.
    """
    kept: dict[str, list[Hit]] = {}
    for hit in sorted(hits, key=_rank):
        others = kept.setdefault(hit.phrase.label, [])
        if len(others) == MOST_OF_A_LABEL:
            continue
        for other in others:
            if hit.start < other.end and other.start < hit.end and _overlap(hit, other):
                break
        else:
            others.append(hit)
    chosen = [hit for others in kept.values() for hit in others if hit.phrase.weight]
    return sorted(chosen, key=lambda hit: (hit.start, hit.end, hit.phrase.label))


def _rank(hit: Hit) -> tuple[int, float, int]:
    length = hit.end - hit.start if len(hit.parts) == 1 else sum(end - start for start, end in hit.parts)
    return -length, -hit.phrase.weight, hit.start


def _overlap(one: Hit, other: Hit) -> bool:
    return any(a < d and c < b for a, b in one.parts for c, d in other.parts)
