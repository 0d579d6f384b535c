"""Whether a phrase is denied where it stands: 不是投诉, 我不会去银保监投诉, "not a complaint", 律师我就不找了.

A negation reaches forward to the end of its clause. One of intention (不会, 不想, 没打算) reaches over a dozen
characters; a bare 不 or 没 only over small words. 就, 但, 否则, "but", "I will" end its reach; 不得不, 不仅, 是不是,
"not only" are none; two negations cancel each other.
"""

import re
from bisect import bisect_left
from typing import Final

_CHINESE_REACH: Final = 18
_ENGLISH_REACH: Final = 64
_ENGLISH_WORDS: Final = 7
# A character of every negation, and no mark that would end its reach, up to where the phrase begins.
_CHINESE_RUN: Final = re.compile(
    r"[不没未无非别勿莫甭懒撤弃消免](?:(?<![撤弃消免])|(?<=撤)(?=[回销掉])|(?<=放弃)|(?<=取消)|(?<=避免)|(?<=免)(?=[得于]))"
    r"[^,，。;；!！?？:：\n]*"
)
_CHINESE_HINT: Final = re.compile(rf"{_CHINESE_RUN.pattern}\Z")
# One leading class, so that the search skips from letter to letter.
_ENGLISH_HINT: Final = re.compile(r"[nwcirh](?:(?<=n)(?:'t|(?<=\bn)[oe])|ithout|annot|nstead|ather|efus|ardly)")
_NO_NEGATION: Final = re.compile(
    r"[不没无]得不|不能不|不会不|无不|没有?不[想会]|不[仅但光止只单]是?|([是能会要可])不\1|有没有?|再不|还不|非[要得]|"
    r"要不(?:是|然)?|[不没]准|不[如免禁料然过]|别[人的家处]|非常|没收|未来|不[知懂]道?|特别|区别|分别|级别|个别|"
    r"(?:no|without) (?:doubt|choice|other|option)|not (?:only|just|merely)|no (?:other )?(?:choice|option|alternative)"
)
_WIDE: Final = (
    r"不会|不想|不愿意?|不打算|不准备|不至于|不必|不用|不需要?|不要|不去|不可能|没想|没打算|没兴趣|没有?要|没有?打算|没有?想|没有?必要|"
    r"无意|无须|无需|懒得|犯不着|用不着|并非|不[是系]|绝非|绝不|决不|从不|从没有?|从未|不考虑|不希望|不敢|不好意思|谈不上|算不上|称不上|不存在|"
    r"不再"
)
_NARROW: Final = r"不|没有?|未曾?|无|非|别|勿|莫|甭|撤[回销掉]|放弃|取消|免得|避免|免于"
_NEGATION: Final = re.compile(rf"(?P<wide>{_WIDE})|(?P<narrow>{_NARROW})")
_FILLING: Final = re.compile(
    r"(?:再|去|来|要|有|过|想|能|敢|得|被|向|到|跟|和|对|给|为|因|你们?|您|我们?|他们?|谁|人|任何|什么|一[个声句次]|半[句点]|丝毫|真正|很|"
    r"太|十分|多么?|怎么|那么|这么|是|在|曾|做出?|作出|需要|进行|提出|会|打算|感到?|觉得|收到|得到|听到|看到|见到|的|点|算|完全|本人|请|找|发|上|闹|之前|那[个件条份]?|上次|对|此|该)*"
)
_BREAK: Final = re.compile(
    r"[,，。;；!！?？:：\n]|就(?!是)|则|否则|但|可是|却|才|反而|而是|我要|我会|我将|我只|我去|只好|只能|所以|因[为此]|可以|[也又更](?=不|没|未|别)"
)
_AFTER: Final = re.compile(
    r"[的]?(?:什么的|的话|那里|那边|那儿)?(?:我|咱)?(?:就|也|倒|是)?(?:不必|不用|没必要|免|算)(?:了|麻烦)|"
    r"(?:什么的|那里|那边|那儿)?(?:我|咱)(?:就|也|倒|是)?(?:不|没)(?:会|想|打算|找|请|去|必|用|要)|"
    r"(?:那里|那边|那儿)?[就倒]不(?:找|请|去|必|用|要|想|麻烦)|倒不至于"
)
_AFTER_BEGINS: Final = frozenset("的什话那我咱就也倒是不没免算")
_ENGLISH_BREAK: Final = re.compile(
    r"[.!?;,:\n]|\b(?:but|otherwise|or else|(?:i|we)(?:'ll|'ve| will| shall| am| are| have| want| would)|i'm|we're|and|"
    r"so|then|because|unless|until|since|before)\b"
)
# "if this is not settled my solicitor writes": the condition is denied, not what follows from it.
_CONDITION: Final = re.compile(r"\b(?:if|should|when|once)\b")
_ENGLISH_NEGATION: Final = re.compile(
    r"n't\b|\b(?:not|never|no|none|without|nor|neither|cannot|rather than|instead of|hardly|refuse[sd]? to|nobody|"
    r"no one)\b"
)


class Negations:
    """Where one folded text may deny (see normalise): most phrases stand where it does not, which is seen at once."""

    __slots__ = ("_english", "_folded", "_from", "_to")

    def __init__(self, folded: str) -> None:
        self._folded = folded
        runs = [found.span() for found in _CHINESE_RUN.finditer(folded)]
        self._from = [start for start, _ in runs]
        self._to = [end for _, end in runs]
        self._english: list[int] | None = None

    def deny(self, start: int, end: int) -> bool:
        """Whether the phrase at `folded[start:end]` is denied by the words around it."""
        folded = self._folded
        run = bisect_left(self._from, start) - 1
        if run >= 0 and start <= self._to[run] and _CHINESE_HINT.search(folded, max(0, start - _CHINESE_REACH), start):
            before = folded[max(0, start - _CHINESE_REACH - 2) : start]
            if _NEGATION.search(before) and _chinese(_masked(before)[-_CHINESE_REACH:]):
                return True
        if folded[start : start + 1].isascii() and self._hinted(start):
            return _english(_masked(folded[max(0, start - _ENGLISH_REACH) : start]))
        return folded[end : end + 1] in _AFTER_BEGINS and _AFTER.match(folded, end) is not None

    def _hinted(self, start: int) -> bool:
        """Whether an English negation may stand within reach before the position."""
        hints = self._english
        if hints is None:
            hints = self._english = [found.start() for found in _ENGLISH_HINT.finditer(self._folded)]
        reach = max(0, start - _ENGLISH_REACH)
        at = bisect_left(hints, reach)
        return at < len(hints) and hints[at] < start and _ENGLISH_HINT.search(self._folded, reach, start) is not None


def is_negated(folded: str, start: int, end: int) -> bool:
    """Whether the phrase at `folded[start:end]` is denied by the words around it (folded text, see normalise)."""
    return Negations(folded).deny(start, end)


def _masked(before: str) -> str:
    """The words before, without what only looks like a negation."""
    return _NO_NEGATION.sub(lambda match: "·" * len(match[0]), before)


def _chinese(before: str) -> bool:
    stops = list(_BREAK.finditer(before))
    clause = before[stops[-1].end() :] if stops else before
    count = 0
    for match in _NEGATION.finditer(clause):
        if match["wide"] or _FILLING.fullmatch(clause, match.end()):
            count += 1
    return count % 2 == 1


def _english(before: str) -> bool:
    stops = list(_ENGLISH_BREAK.finditer(before))
    clause = before[stops[-1].end() :] if stops else before
    found = [match.end() for match in _ENGLISH_NEGATION.finditer(clause)]
    if _CONDITION.search(clause):
        return False
    return sum(len(clause[end:].split()) <= _ENGLISH_WORDS for end in found) % 2 == 1
