"""Terms of a trade in a reply, and whether it says in plain words what they mean."""

import re
from collections.abc import Collection
from typing import Final

from policies.kernel.text.normalise import fold

_SAYS: Final = (
    r"就是(?!说)|指的?是|是指|指(?!定|示|导|数|标|望|令|南|责|出)|即(?!日|将|可|使|时|刻|便|期|位)|也就是|意思是|意即|亦即|"
    r"是说|简单[说讲来]|通俗[说讲]|俗称|翻译过来|换句话说|"
    r"i\.e\.|that is\b|that means|meaning\b|means\b|which is\b(?! (?:why|how|when|where|what))|"
    r"in other words|refers to|"
    r"is (?:the|a|an|simply|just)\b|or\b"
)
_BRACKETS: Final = re.compile(
    r"\s?\((?!(?:依|按|根据)?(?:合同|保单|协议|条款)?第|(?:请|详|参|另|可)?[见参][见看阅照]?(?!证|到|面|效)|"
    r"(?:see|cf\.?|refer|per)\b|(?:clause|section|article|art\.|no\.|page)|[0-9.,%\s]+\))[^()]{2,}"
)
_CALLED: Final = re.compile(
    r"(?:也就是(?:说)?|即|叫做?|称为|称作|俗称|所谓的?|就是|专业上叫|known as|called|or|i\.e\.)[\s\"]*(?:the )?$"
)
_AFTER: Final = re.compile(rf"[^。!?;\n]{{0,40}}?(?:{_SAYS})")
_CLAUSE_ONLY: Final = re.compile(r"[^。!?;\n]*")


# Words in which the characters of a term meet by accident.
_ACCIDENTS: Final = re.compile("[发画会参布巡书车开]展期|展期间|净值得|干净值|现金价值得")


class Glossary:
    """The terms, compiled; immutable."""

    __slots__ = ("_pattern", "_terms")

    def __init__(self, terms: Collection[str]) -> None:
        self._terms = {fold(term).text: term for term in terms}
        longest = sorted(self._terms, key=len, reverse=True)
        spelled = (rf"(?<![a-z]){re.escape(term)}(?![a-z])" if term.isascii() else re.escape(term) for term in longest)
        self._pattern = re.compile("|".join(spelled)) if longest else None

    def unexplained(self, folded: str) -> tuple[str, ...]:
        """The terms, as configured and in order of text, that are used and at no place explained."""
        pattern = self._pattern
        if pattern is None or not any(term in folded for term in self._terms):
            return ()
        folded = _ACCIDENTS.sub(lambda word: " " * len(word[0]), folded)
        used: dict[str, bool] = {}
        for found in pattern.finditer(folded):
            used[found[0]] = used.get(found[0], False) or _explained(folded, found, pattern)
        return tuple(self._terms[term] for term, explained in used.items() if not explained)


def _explained(folded: str, found: re.Match[str], terms: re.Pattern[str]) -> bool:
    """By brackets, or by a word of explanation after it in its sentence and before another term, or just before it."""
    if _BRACKETS.match(folded, found.end()) or _CALLED.search(folded, max(0, found.start() - 16), found.start()):
        return True
    sentence = _CLAUSE_ONLY.match(folded, found.end())
    stop = len(folded) if sentence is None else sentence.end()
    following = terms.search(folded, found.end(), stop)
    return _AFTER.match(folded, found.end(), stop if following is None else following.start()) is not None
