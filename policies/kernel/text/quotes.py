"""What the writer wrote anew: without quoted mail, forwarded headers and signatures.

Only layout that no sentence has is believed: `>` lines, separator lines, blocks of mail headers, an attribution with a
date or an address, a dashed signature mark, a closing formula with a few short lines under it.
"""

import re
from collections.abc import Iterator
from typing import Final

_SEPARATOR: Final = re.compile(
    r"^[\s>]*[-—_=*]{2,}\s*(?:原始?(?:邮件|郵件|信件|讯息|訊息)|转发(?:的)?邮件|轉寄(?:的)?郵件|轉發郵件|回复邮件|"
    r"original (?:message|e-?mail)|forwarded (?:message|mail)|begin forwarded message|reply message)",
    re.IGNORECASE,
)
_HEADER_FROM: Final = re.compile(r"^[\s*]*(?:发件人|發件人|寄件者|寄件人|发信人|from)\s*\*?[:：]", re.IGNORECASE)
_HEADER_OTHER: Final = re.compile(
    r"^[\s*]*(?:发送时间|發送時間|寄件日期|傳送時間|发送日期|日期|时间|時間|收件人|收件者|抄送|副本|主题|主題|主旨|"
    r"sent|date|to|cc|subject)\s*\*?[:：]",
    re.IGNORECASE,
)
_ATTRIBUTION: Final = re.compile(r"(?:\bwrote|写道|寫道|写到|寫到|來信|来信)\s*[:：]\s*$", re.IGNORECASE)
_DATE_OR_ADDRESS: Final = re.compile(r"[0-9０-９]|@|<")
_ATTRIBUTION_HEAD: Final = re.compile(r"^\s*(?:on\b|在|于|於).*[0-9]", re.IGNORECASE)
_MARK: Final = re.compile(r"^\s*(?:[-—－]{2,3}|—|_{2,})\s*$")
_CLOSING: Final = re.compile(
    r"^\s*(?:顺颂|順頌|此致|敬礼|敬禮|祝好|祝商祺|敬祝|敬颂|敬頌|商祺|"
    r"(?:with )?(?:best|kind|warm|many)?\s?(?:regards|wishes|thanks)|"
    r"yours (?:faithfully|sincerely|truly)|sincerely|cheers)[^。!?！？]{0,16}$",
    re.IGNORECASE,
)
_DEVICE: Final = re.compile(
    r"^\s*(?:发自我的|發自我的|从我的.{2,12}发送|從我的.{2,12}傳送|sent from my )", re.IGNORECASE
)
_DISCLAIMER: Final = re.compile(
    r"^\s*(?:免责声明|免責聲明|保密声明|保密聲明|本(?:电子|電子)?(?:邮件|郵件).{0,16}(?:保密|机密|機密)|disclaimer\b|"
    r"confidentiality notice|this (?:e-?mail|message)(?: and any| is confidential| may contain))",
    re.IGNORECASE,
)
_QUOTED: Final = re.compile(r"^\s{0,3}[>＞]")
_SENTENCE: Final = re.compile(r"[。！？!?]|^\s*(?:p\.?\s?s\b|又及|附言)", re.IGNORECASE)
_SUSPECT: Final = re.compile(
    r"[>＞@]|[-—－_=*]{2}|(?m:^\s*—)|[发發寄]件|[写寫][道到]|wrote|from|来信|來信|regards|wishes|thanks|yours|sincerely|"
    r"cheers|[颂頌祺]|敬[祝礼禮]|此致|祝好|[发發]自我|[声聲]明|[机機保]密|confidential|disclaimer|"
    r"this (?:e-?mail|message)",
    re.IGNORECASE,
)
_ANSWER: Final = re.compile(
    r"^\s*(?:re|fw|fwd|aw|wg|答复|回复|回覆|答覆|转发|轉寄|轉發)\s*(?:\[[0-9]+\])?\s*[:：]", re.IGNORECASE
)
_LONGEST_SIGNATURE: Final = 8
_LONGEST_SIGNATURE_LINE: Final = 60


def own_words(text: str) -> str:
    """`text` with line feeds in the place of every character that is not the writer's own; the tail is cut off.

    Positions are those of `text`, so what is found here is found there.
    """
    if "\n" not in text or not _SUSPECT.search(text):
        return "\n" * len(text) if _QUOTED.match(text) else text
    lines = text.split("\n")
    keep = list(_kept(lines))
    while keep and not keep[-1]:
        keep.pop()
    return "\n".join(line if kept else "\n" * len(line) for line, kept in zip(lines, keep, strict=False))


def with_signature(text: str) -> str:
    """`text` without quoted and forwarded mail, its signature left in."""
    lines = text.split("\n")
    own = []
    for index, line in enumerate(lines):
        if _cuts(lines, index) or (_is_attribution(line) and not _quoted_follows(lines, index)):
            break
        if not (_QUOTED.match(line) or _is_attribution(line) or _wrapped_attribution(lines, index)):
            own.append(line)
    return "\n".join(own)


def is_answer(subject: str) -> bool:
    """Whether the subject is carried over from an earlier mail (Re:, 答复：, 转发：)."""
    return _ANSWER.match(subject) is not None


def new_text(text: str) -> str:
    """The writer's own words alone, as lines; blank lines where something was left out are closed up."""
    return re.sub(r"\n{3,}", "\n\n", own_words(text)).strip()


def _kept(lines: list[str]) -> Iterator[bool]:
    """For each line from the first: is it the writer's own? Ends where all the rest is not."""
    written = False
    for index, line in enumerate(lines):
        if _QUOTED.match(line) or _DEVICE.match(line) or _wrapped_attribution(lines, index):
            yield False
            continue
        if _is_attribution(line):
            if not _quoted_follows(lines, index):
                return
            yield False
            continue
        if _cuts(lines, index) or (written and (_MARK.match(line) or _DISCLAIMER.match(line))):
            return
        yield True
        written = written or bool(line.strip())
        if _CLOSING.match(line) and _is_signature(lines[index + 1 :]):
            return


def _cuts(lines: list[str], index: int) -> bool:
    """Whether a forwarded or answered mail begins at this line."""
    if _SEPARATOR.match(lines[index]):
        return True
    if not _HEADER_FROM.match(lines[index]):
        return False
    return "@" in lines[index] or any(_HEADER_OTHER.match(line) for line in lines[index + 1 : index + 4])


def _is_attribution(line: str) -> bool:
    return bool(_ATTRIBUTION.search(line) and _DATE_OR_ADDRESS.search(line))


def _wrapped_attribution(lines: list[str], index: int) -> bool:
    """The first line of an attribution broken over two lines (`On … at 09:12, Customer Care` / `<…> wrote:`)."""
    if not _ATTRIBUTION_HEAD.match(lines[index]) or _is_attribution(lines[index]):
        return False
    return index + 1 < len(lines) and _is_attribution(lines[index + 1])


def _quoted_follows(lines: list[str], index: int) -> bool:
    following = next((line for line in lines[index + 1 :] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _is_signature(rest: list[str]) -> bool:
    """Whether a few short lines without a sentence follow."""
    written = [line for line in rest if line.strip()]
    return len(written) <= _LONGEST_SIGNATURE and all(
        len(line) <= _LONGEST_SIGNATURE_LINE and not _SENTENCE.search(line) for line in written
    )
