"""The text kernel: what the words of an article say. Pure; built once per configuration, called once per article."""

from policies.kernel.text.amounts import Amount
from policies.kernel.text.features import EMPTY, Extractor, Match, TextFeatures
from policies.kernel.text.html import plain_text
from policies.kernel.text.language import Language
from policies.kernel.text.leanings import Leaning, Leanings
from policies.kernel.text.phrases import Lexicon, Phrase
from policies.kernel.text.promises import Promise
from policies.kernel.text.quotes import new_text, own_words
from policies.kernel.text.wording import Mark, Wording, WordingReader

__all__ = [
    "EMPTY",
    "Amount",
    "Extractor",
    "Language",
    "Leaning",
    "Leanings",
    "Lexicon",
    "Mark",
    "Match",
    "Phrase",
    "Promise",
    "TextFeatures",
    "Wording",
    "WordingReader",
    "new_text",
    "own_words",
    "plain_text",
]
