"""Phrases as an administrator writes them, and the lexicon they make up.

A phrase is what the customer says, in either script or in English:

    银保监                    anywhere, also inside a longer run of Chinese
    "file a complaint"        on word boundaries; the first and the last word also inflected (filed, complaints)
    "要 … 投诉"               parts in this order within one sentence, at most `within` characters between them
    "(再|还)不(退|赔|)"        one of the alternatives; an empty one may be left out
    "第<n>次"                 a number in digits, Chinese numerals or English words, bounded by `at_least`, `at_most`

Its conditions are described at `Phrase`.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from policies.kernel.text.inflect import forms
from policies.kernel.text.normalise import fold

DEFAULT_GAP: Final = 12
_MOST_FORMS: Final = 4000
_KEYS: Final = frozenset(
    {"say", "weight", "within", "unless_near", "only_near", "negatable", "in_question", "at_least", "at_most", "exact"}
)
_KEYS_OF_NUMBERS: Final = frozenset({"at_least", "at_most"})
_PIECES: Final = re.compile(r"(\s*(?:…+|\.{3,})\s*|<n>)")
_INNERMOST: Final = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Anything of the same sentence, up to the phrase's `within`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number within the phrase's bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Any of `forms`, folded."""

    forms: frozenset[str]


Element = Gap | Figure | Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One phrase of a label.

    say          as configured
    weight       what it adds to its label; 0 only hides the shorter phrases inside it, below 0 speaks against
    within       characters between the parts of a gap phrase, and between the phrase and its context words; None: 12
                 between parts, anywhere in the same sentence for context words
    unless_near  the phrase does not count near one of these; only_near: it counts only near one of these
    negatable    a negation before it (不是投诉, "not a complaint") takes it away; False for phrases that are meant
                 whatever stands before them
    in_question  True: only in a sentence that asks; False: only in one that does not; None: either
    at_least     bounds of `<n>`, inclusive; at_most
    """

    label: str
    say: str
    elements: tuple[Element, ...]
    weight: float = 1
    within: int | None = None
    unless_near: frozenset[str] = frozenset()
    only_near: frozenset[str] = frozenset()
    negatable: bool = True
    in_question: bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    free: bool = False
    """Whether nothing around it matters: no context words, no question asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Where `label` is found, `other` weighs so much more; with `beside`, only where that label is found, too."""

    label: str
    other: str
    weight: float
    beside: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Labels and their phrases.

    Labels that begin with `sum_` say what a sum of money nearby is (see amounts).
    adds   what a label that is present adds to another one
    """

    phrases: tuple[Phrase, ...]
    adds: tuple["Addition", ...] = ()

    @property
    def labels(self) -> frozenset[str]:
        """All labels that have a phrase."""
        return frozenset(phrase.label for phrase in self.phrases)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, object]) -> "Lexicon":
        """A lexicon from configuration.

        mapping   label → phrases, or label → {phrases: …, adds: {other label: weight}, beside: label}; a phrase is a
                  text, a whole number, or a mapping of `say` (one text or several that share the rest) and the
                  conditions of `Phrase`, with `exact: true` to keep English words uninflected
        raises    ValueError – naming the label and the phrase: unknown key, wrong type, unbalanced brackets, a gap or
                  a number with nothing around it, a phrase set twice, too many alternatives
        """
        phrases: list[Phrase] = []
        adds: list[Addition] = []
        for label, settings in mapping.items():
            entries, others = _entries(label, settings)
            adds += others
            seen: set[tuple[str, int | None, int | None]] = set()
            for phrase in itertools.chain.from_iterable(_phrases(label, entry) for entry in entries):
                same = (phrase.say, phrase.at_least, phrase.at_most)
                if same in seen:
                    raise ValueError(f"{label}: {phrase.say!r}: set twice")
                seen.add(same)
                phrases.append(phrase)
        for add in adds:
            for key, other in (("adds", add.other), ("beside", add.beside)):
                if other is not None and other not in mapping:
                    raise ValueError(f"{add.label}: {key}: no label {other!r}")
        return cls(phrases=tuple(phrases), adds=tuple(adds))


def _entries(label: str, settings: object) -> tuple[list[object], list[Addition]]:
    """A label's entries, and what its presence adds to other labels."""
    entries: object = settings
    adds: object = {}
    beside: object = None
    if isinstance(settings, Mapping):
        unknown = sorted(str(key) for key in settings if key not in {"phrases", "adds", "beside"})
        if unknown:
            raise ValueError(f"{label}: unknown setting {', '.join(unknown)}")
        entries, adds, beside = settings.get("phrases"), settings.get("adds", {}), settings.get("beside")
    if not isinstance(entries, list | tuple):
        raise ValueError(f"{label}: a list of phrases is needed (got {entries!r})")
    if not isinstance(adds, Mapping):
        raise ValueError(f"{label}: adds: label and weight are needed (got {adds!r})")
    if beside is not None and (not isinstance(beside, str) or not adds):
        raise ValueError(f"{label}: beside: the label beside which it adds is needed (got {beside!r})")
    try:
        return list(entries), [
            Addition(label=label, other=str(other), weight=_weight(weight), beside=beside)
            for other, weight in adds.items()
        ]
    except ValueError as problem:
        raise ValueError(f"{label}: adds: {problem}") from None


def _phrases(label: str, entry: object) -> Iterator[Phrase]:
    """The phrases of one entry."""
    settings = entry if isinstance(entry, Mapping) else {"say": entry}
    unknown = sorted(str(key) for key in settings if key not in _KEYS)
    if unknown:
        raise ValueError(f"{label}: {settings.get('say')!r}: unknown setting {', '.join(unknown)}")
    say = settings.get("say")
    says = say if isinstance(say, list | tuple) else [say]
    if not says or (_KEYS_OF_NUMBERS & settings.keys() and not any("<n>" in str(say) for say in says)):
        raise ValueError(f"{label}: {say!r}: {'at_least and at_most need <n> in a phrase' if says else 'no phrase'}")
    for say in says:
        if isinstance(say, bool) or not isinstance(say, str | int) or not str(say).strip():
            raise ValueError(f"{label}: {say!r}: a phrase is a text")
        try:
            yield _phrase(label, str(say), settings)
        except ValueError as problem:
            raise ValueError(f"{label}: {str(say)!r}: {problem}") from None


def _phrase(label: str, say: str, settings: Mapping[str, object]) -> Phrase:
    exact = _flag(settings, "exact") or False
    unless_near, only_near = _context(settings, "unless_near"), _context(settings, "only_near")
    in_question = _flag(settings, "in_question")
    negatable = _flag(settings, "negatable")
    return Phrase(
        label=label,
        say=say,
        elements=tuple(_elements(say, exact=exact)),
        weight=_weight(settings.get("weight", 1)),
        within=_count(settings, "within"),
        unless_near=unless_near,
        only_near=only_near,
        negatable=True if negatable is None else negatable,
        in_question=in_question,
        at_least=_count(settings, "at_least"),
        at_most=_count(settings, "at_most"),
        free=not unless_near and not only_near and in_question is None,
    )


def _elements(say: str, *, exact: bool) -> Iterator[Element]:
    """The phrase's parts; raises ValueError where they make no sense."""
    pieces = [piece for piece in _PIECES.split(say.strip()) if piece.strip()]
    kinds = ["n" if piece == "<n>" else "gap" if _PIECES.fullmatch(piece) else "words" for piece in pieces]
    if "words" not in kinds:
        raise ValueError("it has no words")
    if ")?(" in say:
        raise ValueError("a question mark stands for itself; what may be left out is written (a|)")
    if kinds[0] == "gap" or kinds[-1] == "gap":
        raise ValueError("a gap needs words or a number on both sides")
    if any(pair in {("n", "n"), ("gap", "gap")} for pair in itertools.pairwise(kinds)):
        raise ValueError("two gaps or two numbers in a row")
    for kind, piece in zip(kinds, pieces, strict=True):
        match kind:
            case "n":
                yield Figure()
            case "gap":
                yield Gap()
            case _:
                yield Words(forms=literals(piece, exact=exact))


@lru_cache(maxsize=10_000)  # the words around phrases recur, and spelling them out is most of reading a lexicon
def literals(text: str, *, exact: bool = False) -> frozenset[str]:
    """Every folded spelling of a text with alternatives; raises ValueError for brackets that do not pair."""
    found: set[str] = set()
    for spelling in _expanded(fold(text).text):
        plain = " ".join(spelling.split())
        if not plain:
            raise ValueError("all alternatives left out, nothing remains")
        found.update(forms(plain, exact=exact))
        if len(found) > _MOST_FORMS:
            raise ValueError(f"more than {_MOST_FORMS} spellings")
    return frozenset(found)


def _expanded(text: str) -> Iterator[str]:
    """The text with every choice of alternatives, the innermost brackets first."""
    match = _INNERMOST.search(text)
    if match is None:
        if any(char in text for char in "()|"):
            raise ValueError("brackets and bars must pair: (a|b), with no gap and no <n> between them")
        yield text
        return
    for choice in match[1].split("|"):
        yield from _expanded(text[: match.start()] + choice + text[match.end() :])


def _context(settings: Mapping[str, object], key: str) -> frozenset[str]:
    words = settings.get(key, ())
    listed = words if isinstance(words, list | tuple) else [words]
    if any(isinstance(word, bool) or not isinstance(word, str | int) for word in listed):
        raise ValueError(f"{key}: texts are needed")
    return frozenset().union(*(literals(str(word)) for word in listed))


def _flag(settings: Mapping[str, object], key: str) -> bool | None:
    value = settings.get(key)
    if value is not None and not isinstance(value, bool):
        raise ValueError(f"{key}: true or false is needed (got {value!r})")
    return value


def _count(settings: Mapping[str, object], key: str) -> int | None:
    value = settings.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{key}: a whole number from 0 is needed (got {value!r})")
    return value


def _weight(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1000 <= value <= 1000:
        raise ValueError(f"weight: a number from -1000 to 1000 is needed (got {value!r})")
    return value


_ALTERNATIVES: Final = re.compile(r"\(([^|()]*)\|[^()]*\)")


@lru_cache(maxsize=10_000)  # few phrases weigh in most messages, and each is told again and again
def readable(say: str) -> str:
    """A phrase as a person reads it: of alternatives the first, of a gap its dots, for a number an N."""
    return _ALTERNATIVES.sub(r"\1", say).replace("<n>", "N")
