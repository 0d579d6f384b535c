"""How an agent's reply is worded: what it promises, which labelled phrases it holds, who it says writes.

Looked at is what the agent wrote: quoted history, words in quotation marks and the signature are left out, except that
a signature may say who writes. Sentences of a text module or of a text of the policy (`ReadyTexts`) greet, apologise
and promise like any other, but hold no slip: nobody chose their words.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from policies.kernel.quick import quick
from policies.kernel.text.explained import Glossary
from policies.kernel.text.html import plain_text
from policies.kernel.text.language import Language, language_of
from policies.kernel.text.matcher import Matcher
from policies.kernel.text.negation import Negations
from policies.kernel.text.normalise import Folded, fold
from policies.kernel.text.phrases import Phrase
from policies.kernel.text.places import Sentences
from policies.kernel.text.promises import Promise, promises
from policies.kernel.text.quotes import own_words, with_signature
from policies.kernel.text.ready import ReadyTexts, Span

REPLY: Final = "reply_"
"""What labels of phrases begin with that are looked for in replies alone."""

_GREETING: Final = "reply_greeting"
_CURT: Final = "reply_curt"
_RUDE: Final = "reply_rude"
_AWAY: Final = "reply_away"
_SLIPS: Final = frozenset({_RUDE, _AWAY, "reply_vague"})
_LONG_HAN, _LONG_WORDS = 550, 350
"""Characters and words from which the length of what was inserted matters at all."""
_HAN: Final = re.compile("[㐀-鿿]+")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_QUOTES: Final = re.compile('[“「『《"‘]')
_QUOTED: Final = re.compile(
    r"“[^”\n]{1,300}”|「[^」\n]{1,300}」|『[^』\n]{1,300}』|《[^》\n]{1,80}》|\"[^\"\n]{1,300}\"|(?<!\w)‘[^’\n]{1,300}’(?!\w)"
)
_FILLING: Final = re.compile(r"[\s,，.。!！?？;；:：、~…—-]+|[呢啊哦哈吧的了哟呀嘛啦亲]|请|您|你|就")
_AROUND: Final = " ,，.。!！;；:：~～、\n"
_PARTICLES: Final = re.compile(r"[呢啊哦哈吧的了哟呀嘛啦亲]|请|您|你|就|一下")
_LONGEST_CURT: Final = 60
_PRESENTS: Final = re.compile(
    r"^\s*(?:hi|hey)(?: there)?\b|我是|这里是|這裡是|工号|工號|\bthis is\b|\bstaff (?:number|no\.)|\bno\. ?(?=\W|$)",
    re.IGNORECASE,
)
_NAME_IN_ENGLISH: Final = re.compile(r"[A-Z][a-z]+(?:[’']s)? [A-Z][a-z]")
_PLACE: Final = re.compile(r"[一-鿿]{0,2}?(?:镇|鎮|村|街道|[东西南北中]路|巷|胡同|湾|灣|屯|庄|莊|岭|嶺|乡(?![下巴]))")
_PARTS: Final = re.compile("[,。;] ?")
# Nothing but a refusal or a pointer, whatever the verb: 不开放, 恕不办理, 合同里有, "See the factsheet".
_REFUSES: Final = re.compile(
    r"(?:恕|恐|都|也|均|一律|概|暂|这个?|目前|现在|真|实在|我们?|本行|我行)*"
    r"(?:不能?|无法|没法|没有?|未|未能|拒绝?|谢绝|禁止|停止|难以?)(?!有|用|客气|谢|要紧|会的?$|必|需|收|影响|关系|问题|错$|是$|事$|发现|看到|到[账帐]|变|逾期|欠|限)[一-鿿]{1,6}",
)
_POINTS: Final = re.compile(
    r"(?![^\n]*(?:到|好|过|完|成功|清楚)$)(?:自己|自行|自个儿|去|上|见|看|查|翻|读|问|找|打|参见|详见|参考|参阅|登录?|睇返?|洽|搵返?|"
    r"联系|联络|致电|拨打?|参照|对照|查阅|翻阅)[一-鿿a-z0-9]{1,9}|以[一-鿿]{1,8}为准|"
    r"[一-鿿a-z]{1,6}(?:里|上|中|后面|附件)(?:都|已经?|早就?)?(?:有|写着?|写得很清楚|写了|说了|查|看|找)"
)
_REFUSES_IN_ENGLISH: Final = re.compile(
    r"(?!no (?:problem|worr|charge|fee|need|trouble|cost|limit|extra|thanks|rush|hurry)|not at all|never mind)"
    r"(?:sorry,? )?(?:no|nope|not|can't|cannot|can not|won't|will not|never|denied|declined|"
    r"refused|rejected|impossible|we can't|we don't|"
    r"we cannot|i can't)(?: [a-z']+){0,4}"
)
_POINTS_IN_ENGLISH: Final = re.compile(
    r"(?!see you|ask me|call me|try (?:it|again))(?:just |please |pls )?(?:see|read|check|look (?:at|in|on|up)|"
    r"refer to|consult|use|try|ask|call|ring|visit|go to|as per|per|log in to)"
    r"(?: [a-z0-9.'-]+){1,4}|(?:it's|it is|that's|all) (?:in|on) (?:the|your|our) [a-z'-]+"
)


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A labelled phrase found: `phrase` as configured, `surface` as written; of a bare refusal the words themselves."""

    label: str
    phrase: str
    surface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """Immutable and hashable; equal replies have equal wordings.

    marks        in order of text
    unexplained  terms of the glossary that the agent used and nowhere explained, as configured, each once
    names_staff  the writer's own number or department is named, the signature included
    bare         a refusal or a pointer is the whole reply, a greeting aside
    han, words   Chinese characters, and words in Latin letters; those of long texts without what was inserted
    """

    language: Language | None
    promises: tuple[Promise, ...] = ()
    marks: tuple[Mark, ...] = ()
    unexplained: tuple[str, ...] = ()
    names_staff: bool = False
    bare: bool = False
    han: int = 0
    words: int = 0

    def has(self, label: str) -> bool:
        return any(mark.label == label for mark in self.marks)

    def first(self, label: str) -> Mark | None:
        return next((mark for mark in self.marks if mark.label == label), None)


class WordingReader:
    """Phrases and terms compiled for use; immutable, shared by all threads. Build one per configuration."""

    __slots__ = ("_glossary", "_matcher", "_ready")

    def __init__(
        self, phrases: Iterable[Phrase] = (), terms: Collection[str] = (), ready: ReadyTexts | None = None
    ) -> None:
        """
        phrases   those whose labels begin with `reply_`
        terms     jargon that a reply must explain
        ready     texts that agents insert
        """
        self._matcher = Matcher(phrases)
        self._glossary = Glossary(terms)
        self._ready = ready or ReadyTexts()

    def read(self, body: str, content_type: str = "text/plain", *, staff: Collection[str] = ()) -> Wording:
        """The wording of one reply.

        staff   what names its writer: staff number, department
        """
        plain = plain_text(body, content_type)
        own = own_words(plain)
        if _QUOTES.search(own):
            own = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), own)
        folded = fold(own)
        marks = list(self._marks(own, folded))
        rest = _unsigned(own, staff)
        terse = _terse(rest, [mark for mark, _ in marks])
        if terse:
            marks.insert(0, (Mark(label=_CURT, phrase=terse, surface=terse), 0))
        said = Wording(
            language=language_of(own),
            promises=promises(own, folded),
            marks=tuple(mark for mark, _ in marks),
            unexplained=self._glossary.unexplained(folded.text),
            names_staff=_named(folded.text, staff) or _named_below(plain, own, staff),
            bare=bool(terse) or _bare(rest, [mark for mark, _ in marks]),
            han=_han(own),
            words=len(_WORD.findall(own)),
        )
        return self._chosen(said, folded.text, [at for _, at in marks])

    def _marks(self, own: str, folded: Folded) -> Iterator[tuple[Mark, int]]:
        """The phrases that stand un-denied, and where in the folded text each begins."""
        text = folded.text
        deny = Negations(text).deny
        for hit in self._matcher.hits(text, (), Sentences(text)):
            if hit.phrase.weight > 0 and not (hit.phrase.negatable and deny(hit.start, hit.end)):
                start, end = folded.origin(hit.start, hit.end)
                if hit.label != _RUDE or not _in_name(own, start, end):
                    yield Mark(label=hit.label, phrase=hit.phrase.say, surface=own[start:end]), hit.start

    def _chosen(self, said: Wording, folded: str, starts: list[int]) -> Wording:
        """Without the slips that stand in inserted sentences, and without the length of these.

        starts   where each of the marks begins
        """
        slips = said.bare or said.unexplained or said.han > _LONG_HAN or said.words > _LONG_WORDS
        if not (slips or any(mark.label in _SLIPS for mark in said.marks)):
            return said
        ready = self._ready.spans(folded)
        if not ready:
            return said
        written = _without(folded, ready)
        marks = zip(said.marks, starts, strict=True)
        return replace(
            said,
            marks=tuple(mark for mark, at in marks if mark.label not in (*_SLIPS, _CURT) or not _within(at, ready)),
            unexplained=tuple(filter(self._glossary.unexplained(written).__contains__, said.unexplained)),
            bare=said.bare and bool(_FILLING.sub("", written)),
            han=_han(written),
            words=len(_WORD.findall(written)),
        )


def _without(folded: str, spans: tuple[Span, ...]) -> str:
    """The text with blanks in the place of the spans."""
    for start, end in spans:
        folded = folded[:start] + " " * (end - start) + folded[end:]
    return folded


def _within(position: int, spans: tuple[Span, ...]) -> bool:
    return any(start <= position < end for start, end in spans)


def _han(text: str) -> int:
    return sum(map(len, _HAN.findall(text)))


def _in_name(own: str, start: int, end: int) -> bool:
    """Whether the words are a part of a place's name: 蠢河镇, the Idiot's Lane garage."""
    if own[start].isascii():
        before = own[:start].rstrip()
        return bool(before) and before[-1].isalnum() and bool(_NAME_IN_ENGLISH.match(own, start))
    return bool(_PLACE.match(own, end))


def _unsigned(own: str, staff: Collection[str]) -> str:
    """What a short reply says beside who writes it."""
    if len(own) > _LONGEST_CURT:
        return own
    for name in sorted(staff, key=len, reverse=True):
        if name.strip():
            own = own.replace(name.strip(), " ")
    return _PRESENTS.sub(" ", own)


def _bare(own: str, marks: list[Mark]) -> bool:
    """Whether nothing is left when greetings, curt phrases and insults are taken out."""
    if len(own) > _LONGEST_CURT or not any(mark.label == _CURT for mark in marks):
        return False
    rest = own
    for mark in sorted(marks, key=lambda mark: -len(mark.surface)):
        if mark.label in (_CURT, _GREETING, _RUDE):
            rest = rest.replace(mark.surface, " ")
    return not _FILLING.sub("", rest)


def _terse(own: str, marks: list[Mark]) -> str:
    """The refusal or the pointer, of whatever words, that is all beside the greetings; empty where it is not."""
    if len(own) > _LONGEST_CURT:
        return ""
    rest = own
    for mark in marks:
        if mark.label in (_GREETING, _RUDE):
            rest = rest.replace(mark.surface, " ")
    rest = rest.strip(_AROUND)
    folded = fold(rest).text
    if "?" in folded or "\n" in folded:
        return ""
    signs = (_REFUSES_IN_ENGLISH, _POINTS_IN_ENGLISH) if folded.isascii() else (_REFUSES, _POINTS)
    bare = folded if folded.isascii() else _PARTICLES.sub("", folded)
    parts = [part for part in _PARTS.split(bare) if part]
    if len(parts) > 1 and any(mark.label == _AWAY for mark in marks):
        return ""
    known = {mark.surface for mark in marks if mark.label == _CURT}
    curt = (part in known or any(sign.fullmatch(part) for sign in signs) for part in parts)
    return rest if parts and all(curt) else ""


def _named_below(plain: str, own: str, staff: Collection[str]) -> bool:
    """Whether the writer is named in the signature, or in words in quotation marks."""
    return plain != own and _named(fold(with_signature(plain)).text, staff)


def _named(folded: str, staff: Collection[str]) -> bool:
    """Whether one of the names stands in the text, not as a part of a longer number or word."""
    names = [fold(name).text.strip() for name in staff if name.strip()]
    return any(
        name in folded and re.search(rf"(?<![0-9a-z]){re.escape(name)}(?![0-9a-z])", folded) is not None
        for name in names
    )
