"""What only the words before it give away: passwords, one-time codes, security codes of cards, names of accounts."""

import re
from collections.abc import Iterator
from typing import Final

from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.openers import Opens

_HAN_DIGIT: Final = "零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖"
# Between label and value: marks, verbs, possessives; nothing that says anything.
_SAYS: Final = (
    r"(?:码|碼|[\s:：=,，\"“”'‘’（(【\[<>-]|是|为|為|改成|改为|改為|设为|設為|设置为|設定為|设成|設成|设的|叫|就是|还是|一直|用的|我的|的|您的|本次|收到|短信|填|输入|输的|"
    r"\bis\b|\bwas\b|\bto\b|\bset\b|\bnumber\b|\bno\b|\bcode\b|\bvalue\b|"
    r"\b(?:you|i|we)(?: have)? (?:sent|gave|got|received)(?: me)?\b)"
)
# Letters with digits or signs among them right behind the word: 密码Wei#1988; no names of methods and programs.
_MIXED: Final = (
    r"(?!(?:sha|md|aes|des|rsa|base|oauth|tls|ssl|ipv|win|ios|app|u)[-_]?[0-9])"
    r"(?=[!-~]{0,40}[a-z])(?=[!-~]{0,40}[0-9])[a-z0-9][!-~]{5}"
)
_PASSWORD: Final = re.compile(
    rf"(?P<gap>{_SAYS}{{1,12}}|(?=[0-9]{{6,12}}(?![0-9*元])|{_MIXED}))"
    rf"(?P<value>[!-~{_HAN_DIGIT}]{{4,40}}|[0-9{_HAN_DIGIT}](?:[ .-]?[0-9{_HAN_DIGIT}]){{3,15}})"
)
# Behind a label with a colon, or under one that heads a column: letters of other scripts than Latin, and Latin ones,
# digits or signs besides.
_SCRIPTS: Final = re.compile(
    r"(?:码|碼|是|为|為)?\s?[:：=\v][ \t“\"'‘「『（(\[【]{0,3}(?P<value>(?![a-z]*://)[^\s，。；、！？：;“”\"'‘’「」『』（）()\[\]【】<>《》*•●×]{4,40})"
)
_OTHER_SCRIPT: Final = re.compile(r"[^\W\d_a-z]")
_LATIN: Final = re.compile(r"[\da-z!-/:-@\[-`{-~]")
# What is said of a password and where one comes from; what follows a password in the same sentence.
_SAID: Final = re.compile(
    "[请請您]|已[经經被修重发發过過失锁鎖]|[未没沒]有?[收设設能]|忘[记記了]|[不无無][能对對会會知是正法効效]|[错錯][误誤了]|重[置设設新]|"
    "[修更][改换換]|[需须須]要?|必[须須]|[设設][置为為定]|[输輸][入错錯]|[默预預][认認设設]|初始|[长長]度|至少|最少|最多|[多几幾][少位]|"
    "[0-9一二三四五六七八九十][位个個次]|字母|[数數]字|字符|符[号號]|大小[写寫]|提示|失[效败敗]|[过過]期|登[录錄入陆陸]|[发發]送|[发發]到|[发發]至|"
    "收到|[联聯]系|[联聯]絡|[拨撥]打|找回|客服|[电電][话話]|[手][机機]|[银銀]行|[网網]点|身份[证證]|生日|后[几三四六]|[后後][0-9]|同上|[怎什][么麼]|[为為]何|"
    "[系係][统統]|[验驗][证證]|[规規][则則]|[强強]度|[安][全]|[保][密存]|[谢謝]|[帮幫]我|麻[烦煩]|是我|我[的忘想要]|[对對]吗|"
    "密[码碼]|口令|[了吗嗎呢吧]$|[0-9][年月日元万萬天号號]"
)
_TAIL: Final = 4
"""So many characters of another script behind a password of Latin ones belong to it; more are a sentence."""
_CODE: Final = re.compile(
    rf"(?P<gap>{_SAYS}{{0,12}})"
    rf"(?P<value>[0-9{_HAN_DIGIT}](?:[ .-]?[0-9{_HAN_DIGIT}]){{3,7}}(?![0-9])|[a-z]-?[0-9]{{4,8}}(?![0-9a-z]))"
    r"(?!\s?[年月日:：]|[0-9]|\s?分钟|-[0-9]|[ -]?\*)"
)
_CODE_AHEAD: Final = re.compile(
    r"(?<![0-9a-z.*-])(?P<value>[0-9](?:[ -]?[0-9]){3,7})\s?[（(，,]?\s?(?:是|为|is)?\s?"
    r"(?:您的|我的|你的|your|the|a)?\s?"
    r"(?:本次|短信|登录|支付|交易|手机)?(?:one-time |login |sms )?$"
)
# Codes of things and places.
_OTHER_CODE: Final = re.compile(
    r"(?:sort|bank|branch|swift|bic|post|postal|zip|area|country|city|error|status|product|promo|discount|coupon|"
    r"bar|qr|source|response|reason|result|tax|credit|currency|stock|fund|staff|dress|clearing|routing)[ -]$"
)
_CVV: Final = re.compile(
    rf"(?:数字|数|码|号)?(?P<gap>{_SAYS}{{0,8}})(?P<value>[0-9{_HAN_DIGIT}](?:[ .-]?[0-9{_HAN_DIGIT}]){{2,3}})"
    rf"(?![0-9*{_HAN_DIGIT}])"
)
_LOGIN: Final = re.compile(
    r"(?P<gap>\s?(?:[:：=]|是|为|為|叫|号|號|\sis)[\s:：“\"']{0,3}|(?<![a-z])\s?(?=[a-z][a-z0-9]*[0-9_][a-z0-9_]*))"
    r"(?P<value>[a-z0-9](?:[a-z0-9_-]|\.(?=[a-z0-9])){3,30}[a-z0-9])(?![a-z0-9@*_]|\s?@)"
)
# What cards and messages both have: three digits are the card's.
_EITHER: Final = frozenset({"安全码", "安全碼", "security code"})
# A secret is a secret even if it looks like an identity card: surer than any number.
_SURE: Final = 0.995
_ENDS: Final = ".,;:)]}>\"'，。；"
# Words that stand where a password could: "password: required", "密码 wrong".
_NO_SECRETS: Final = frozenset(
    [
        "incorrect",
        "wrong",
        "reset",
        "forgot",
        "forgotten",
        "change",
        "changed",
        "expired",
        "required",
        "invalid",
        "error",
        "failed",
        "protected",
        "please",
        "null",
        "none",
        "true",
        "false",
        "unknown",
        "hidden",
        "locked",
        "input",
        "type",
        "text",
        "field",
        "recovery",
        "policy",
    ]
)
_WORDS: Final = re.compile(r"[a-z]+(?:[-/'.,_()]+[a-z]*)*")
_ALREADY: Final = re.compile(r"[*•●×.]+$|\[[a-z_]+(?::[a-z]+)?$")
# What a token or a kind's name in brackets holds.
_REPLACED: Final = re.compile(rf"(?:{'|'.join(Kind)})(?::[a-z]+)?")
_HOTLINE: Final = re.compile(r"9[56][0-9]{3}|12[0-9]{3}|[48]00[0-9]{7}")


def secret(text: str, opens: Opens, start: int, end: int) -> Iterator[Found]:
    """What the word `text[start:end]` gives away, behind it or, for codes, before it."""
    label = text[start:end]
    match opens:
        case Opens.PASSWORD:
            found = _of_scripts(text, end)
            until = found.end("value") if found else 0
            if found is None:
                found = _PASSWORD.match(text, end)
                until = _password_end(found) if found else 0
            if found and until:
                yield _of(Kind.PASSWORD, label, found.start("value"), until, _SURE)
        case Opens.CODE:
            yield from _codes(text, label, start, end)
        case Opens.CVV:
            found = _CVV.match(text, end)
            if found:
                yield _of(Kind.CVV, label, *found.span("value"), _SURE)
            elif label in _EITHER:
                yield from _codes(text, label, start, end)
        case Opens.LOGIN:
            found = _LOGIN.match(text, end)
            if found and (not label.isascii() or not found["value"].isalpha()):
                yield _of(Kind.ACCOUNT, label, *found.span("value"), 0.74)


def _codes(text: str, label: str, start: int, end: int) -> Iterator[Found]:
    if label == "code" and _OTHER_CODE.search(text, max(0, start - 12), start):
        return
    found = _CODE.match(text, end)
    if found and not _HOTLINE.fullmatch(found["value"]) and (label != "code" or found["gap"].strip(" \"'“")):
        yield _of(Kind.ONE_TIME_CODE, label, *found.span("value"), _SURE)
    elif label in _EITHER and (found := _CVV.match(text, end)):
        yield _of(Kind.CVV, label, *found.span("value"), _SURE)
    elif label != "code":
        ahead = _CODE_AHEAD.search(text, max(0, start - 40), start)
        if ahead:
            yield _of(Kind.ONE_TIME_CODE, label, *ahead.span("value"), _SURE)


def _of_scripts(text: str, at: int) -> re.Match[str] | None:
    """A password in several scripts right behind its label's colon: 张三abc; none where a sentence goes on."""
    if text.isascii():
        return None
    found = _SCRIPTS.match(text, at)
    if found is None:
        return None
    value = found["value"]
    other = _OTHER_SCRIPT.search(value)
    if other is None or _LATIN.search(value) is None or _SAID.search(value) is not None:
        return None
    ahead = other.start()
    goes_on = ahead >= 4 and _LATIN.search(value, ahead) is None and len(value) - ahead > _TAIL
    return None if goes_on else found


def _password_end(found: re.Match[str]) -> int:
    """Where the password ends, without the punctuation of the sentence; 0 if it is none."""
    value = found["value"]
    if not value.isascii():
        return found.end("value")
    stripped = value.rstrip(_ENDS)
    value = stripped if len(stripped) >= 4 else value
    marked = any(mark in found["gap"] for mark in ":：=是为成")
    if found["gap"].endswith("[") and _REPLACED.fullmatch(value):
        return 0
    if _ALREADY.match(value) or value.startswith("**") or _HOTLINE.fullmatch(value):
        return 0
    said = marked or (not value.isalpha() and " is" in found["gap"])
    if _WORDS.fullmatch(value) and (not said or value in _NO_SECRETS):
        return 0
    if "://" in value or "<" in value:
        return 0
    return found.start("value") + len(value)


def _of(kind: Kind, label: str, start: int, end: int, confidence: float) -> Found:
    return Found(kind=kind, start=start, end=end, confidence=confidence, evidence=(Evidence.LABEL,), label=label)
