"""Sentences that nobody wrote just now: those of text modules and of texts that the policy has ready.

An agent who inserts one did not choose its words, so that its words are no slip of theirs.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from policies.kernel.text.normalise import fold

Span = tuple[int, int]

# What the helpdesk or the policy fills in (#{ticket.number}, {due}), and what an agent does (___).
_BLANK: Final = re.compile(r"#\{[^{}]*\}|\{[^{}]*\}|_{2,}")
_SENTENCE: Final = re.compile(r"(?:[^。!?…;.\n]|\.(?=\S))+")
_BESIDE_WORDS: Final = re.compile(r"[\W_]+")
_HEAD: Final = 3
_SHORTEST: Final = 6
"""Characters from which a sentence is known by its words: 您好 and "Thank you" are everybody's."""
_LONGEST_FILLED: Final = 80


class ReadyTexts:
    """Texts compiled for comparison, sentence by sentence: marks, blanks, case and script do not matter."""

    __slots__ = ("_filled", "_whole")

    def __init__(self, texts: Iterable[str] = ()) -> None:
        """
        texts   plain, with `#{…}`, `{…}` or `___` where something is filled in
        """
        whole: set[str] = set()
        filled: dict[str, dict[str, re.Pattern[str]]] = {}
        for text in texts:
            for sentence in _SENTENCE.findall(_BLANK.sub("\0", fold(text).text)):
                pieces = [_BESIDE_WORDS.sub("", piece) for piece in sentence.split("\0")]
                if sum(map(len, pieces)) < _SHORTEST:
                    continue
                if len(pieces) == 1:
                    whole.add(pieces[0])
                    continue
                pattern = f".{{0,{_LONGEST_FILLED}}}".join(map(re.escape, pieces))
                head = pieces[0][:_HEAD] if len(pieces[0]) >= _HEAD else ""
                filled.setdefault(head, {})[pattern] = re.compile(pattern)
        self._whole = frozenset(whole)
        self._filled = {head: tuple(patterns.values()) for head, patterns in filled.items()}

    def __bool__(self) -> bool:
        return bool(self._whole or self._filled)

    def spans(self, folded: str) -> tuple[Span, ...]:
        """Where the ready sentences stand in a folded text, in order."""
        return tuple(self._spans(folded)) if self else ()

    def _spans(self, folded: str) -> Iterator[Span]:
        for found in _SENTENCE.finditer(folded):
            words = _BESIDE_WORDS.sub("", found[0])
            if len(words) >= _SHORTEST and (words in self._whole or self._fills(words)):
                yield found.span()

    def _fills(self, words: str) -> bool:
        patterns = (*self._filled.get(words[:_HEAD], ()), *self._filled.get("", ()))
        return any(pattern.fullmatch(words) for pattern in patterns)
