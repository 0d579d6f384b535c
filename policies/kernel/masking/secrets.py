"""What only the words before it give away: passwords, one-time codes, security codes of cards, names of accounts."""

import re
from collections.abc import Iterator
from typing import Final

from policies.kernel.masking.between import ASIDE, SAYS, THEN, UNIT
from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.openers import Opens

_HAN_DIGIT: Final = "零〇一幺二两三四五六七八九壹贰叁肆伍陆柒捌玖"
# Letters with digits or signs among them right behind the word: 密码Wei#1988; no names of methods and programs.
_MIXED: Final = (
    r"(?!(?:sha|md|aes|des|rsa|base|oauth|tls|ssl|ipv|win|ios|app|u)[-_]?[0-9])"
    r"(?=[!-~]{0,40}[a-z])(?=[!-~]{0,40}[0-9])[a-z0-9][!-~]{5}"
)
_PASSWORD: Final = re.compile(
    rf"{ASIDE}(?P<gap>{SAYS}{{1,12}}|(?=[0-9{_HAN_DIGIT}]{{6,12}}(?![0-9*元{_HAN_DIGIT}])|{_MIXED}))"
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
# In quotation marks a password may have blanks.
_QUOTED: Final = re.compile(
    r"[^\n\v\"“‘'「『]{0,10}(?:[:：=是为為]|\bis)\s?[\"“'‘「『](?P<value>(?=[!-~ ]*[0-9])[!-~ ]{4,40}?)[\"”'’」』]"
)
_PHRASE: Final = re.compile(
    r"\s?(?:[:：=]|is)\s?(?P<value>[a-z0-9]+(?:[ -][a-z0-9]+){2,9})(?=\s*(?:[.,;。，；\n\v]|$))"
)
# What stands in the place of a password, or is said of one, where only a word follows `my password is`.
_WORD: Final = re.compile(r" is (?P<value>[a-z]{6,20})(?=\s?(?:[.,;!\n\v]|$)|\s(?:and|but)\b)")
_ADJECTIVE: Final = re.compile(
    r"(?:ed|en|ing|ect|id|ive|able|ible|ure|ple|ent|ant|ful|less|ly|al|ar|ous|ong|eak|ish|ght|wn|ost|afe|ame|worse|fine|again|enough|there)$"
)
# A second password behind a first one: old and new, this or that.
_THEN: Final = re.compile(rf"{THEN}(?P<value>(?=[!-~]*[a-z])(?=[!-~]*[0-9])[a-z0-9][!-~]{{5,39}})")
_UNIT: Final = re.compile(UNIT)
_DAY: Final = re.compile(r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")
# What a password is for, between the word and what it is: the password for my account is …
_FOR: Final = re.compile(r" (?:for|of|to) (?:[a-z]+ ){0,3}[a-z]+(?=\s?[:=]|\sis\s)")
# Labels that are words of their own: only what is mixed, behind a mark, is a secret.
_WEAK: Final = frozenset({"pass", "pw", "mima"})
_MIX: Final = re.compile("(?=.*[a-z])(?=.*[0-9])")
_TAIL: Final = 4
"""So many characters of another script behind a password of Latin ones belong to it; more are a sentence."""
_CODE: Final = re.compile(
    rf"{ASIDE}(?P<gap>{SAYS}{{0,12}})"
    rf"(?P<value>[0-9{_HAN_DIGIT}](?:[ .-]?[0-9{_HAN_DIGIT}]){{3,7}}(?![0-9])|[a-z]-?[0-9]{{4,8}}(?![0-9a-z]))"
    r"(?!\s?[年月日:：]|[0-9]|\s?分钟|-[0-9]|[ -]?\*)"
)
_CODE_MIXED: Final = re.compile(
    r"(?:码|碼)?\s?(?:[:：=]|是|为|為|is)\s?(?P<value>(?=[a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{4,8})(?![a-z0-9@_-])"
)
_SENT: Final = re.compile(r"[^\n.]{0,30}\b(?:sent|texted|sms|text message|received|expires?d?)\b")
_CODE_AHEAD: Final = re.compile(
    r"(?<![0-9a-z.*-])(?:[a-z]-)?(?P<value>[0-9](?:[ -]?[0-9]){3,7})\s?[（(，,]?\s?(?:是|为|is|as|for)?\s?"
    r"(?:您的|我的|你的|your|the|a)?\s?"
    r"(?:本次|短信|登录|支付|交易|手机)?(?:one-time |login |sms )?$"
)
# Codes of things and places.
_OTHER_CODE: Final = re.compile(
    r"(?:sort|bank|branch|swift|bic|post|postal|zip|area|country|city|error|status|product|promo|discount|coupon|"
    r"bar|qr|source|response|reason|result|tax|credit|currency|stock|fund|staff|dress|clearing|routing)[ -]$"
)
_CVV: Final = re.compile(
    rf"{ASIDE}(?:数字|数|码|碼|號|号)?(?P<gap>{SAYS}{{0,8}})"
    rf"(?P<value>[0-9{_HAN_DIGIT}](?:[ .-]?[0-9{_HAN_DIGIT}]){{2,3}})"
    rf"(?![0-9*{_HAN_DIGIT}])"
)
_BACK: Final = re.compile("(?:上|面|的|那|这|這|最|后|後|末|有|印的?|签名栏|簽名欄){0,4}(?:[三3]\\s?[位个個码碼])")
_BACK_AHEAD: Final = re.compile(
    r"(?:3|three)[ -]?(?:digits?|numbers?)(?: (?:security )?(?:code|number))?"
    r"(?: printed)?(?: (?:on|at|from))?(?: the)? $"
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
_WORDS: Final = re.compile(r"[a-z]++(?:[-/'.,_()]++[a-z]*+)*+")
_ALREADY: Final = re.compile(r"[*•●×.]+$|\[[a-z_]+(?::[a-z]+)?$")
# What a token or a kind's name in brackets holds.
_REPLACED: Final = re.compile(rf"(?:{'|'.join(Kind)})(?::[a-z]+)?")
_HOTLINE: Final = re.compile(r"9[56][0-9]{3}|1[012][0-9]{3}|[48]00[0-9]{7}")


def secret(text: str, opens: Opens, start: int, end: int) -> Iterator[Found]:
    """What the word `text[start:end]` gives away, behind it or, for codes, before it."""
    label = text[start:end]
    match opens:
        case Opens.PASSWORD:
            yield from _passwords(text, label, start, end)
        case Opens.CODE:
            yield from _codes(text, label, start, end)
        case Opens.CVV:
            found = _CVV.match(text, end)
            if found:
                yield _of(Kind.CVV, label, *found.span("value"), _SURE)
            elif label in _EITHER:
                yield from _codes(text, label, start, end)
        case Opens.BACK:
            said = _BACK_AHEAD.search(text, max(0, start - 40), start) if label.isascii() else _BACK.match(text, end)
            if said and (found := _CVV.match(text, max(end, said.end()))):
                yield _of(Kind.CVV, label, *found.span("value"), _SURE)
        case Opens.LOGIN:
            found = _LOGIN.match(text, end)
            if found and (not label.isascii() or not found["value"].isalpha()):
                yield _of(Kind.ACCOUNT, label, *found.span("value"), 0.74)


def _passwords(text: str, label: str, start: int, end: int) -> Iterator[Found]:
    found = _phrase(text, label, start, end) or _of_scripts(text, end)
    until = found.end("value") if found else 0
    if found is None:
        about = _FOR.match(text, end)
        found = _PASSWORD.match(text, about.end() if about else end)
        until = _password_end(found) if found else 0
        if found and label in _WEAK and not (_MIX.match(found["value"]) and found["gap"].strip()):
            return
    while found and until:
        yield _of(Kind.PASSWORD, label, found.start("value"), until, _SURE)
        found = _THEN.match(text, until)
        until = found.start("value") + len(found["value"].rstrip(_ENDS)) if found else 0


def _phrase(text: str, label: str, start: int, end: int) -> re.Match[str] | None:
    """A password with blanks in it, or of nothing but letters: only where marks or `my … is` say that it is one."""
    if label == "passphrase":
        return _PHRASE.match(text, end)
    found = _QUOTED.match(text, end)
    if found is not None and " " in found["value"].strip():
        return found
    if text.endswith("my ", 0, start) and (found := _WORD.match(text, end)) is not None:
        value = found["value"]
        return None if value in _NO_SECRETS or _ADJECTIVE.search(value) else found
    return None


def _codes(text: str, label: str, start: int, end: int) -> Iterator[Found]:
    if label == "code" and _OTHER_CODE.search(text, max(0, start - 12), start):
        return
    found = _CODE.match(text, end)
    said = found is not None and (label != "code" or found["gap"].strip(" \"'“") or _SENT.match(text, found.end()))
    if found and not _HOTLINE.fullmatch(found["value"]) and said:
        yield _of(Kind.ONE_TIME_CODE, label, *found.span("value"), _SURE)
    elif label in _EITHER and (found := _CVV.match(text, end)):
        yield _of(Kind.CVV, label, *found.span("value"), _SURE)
    elif label != "code" and (found := _CODE_MIXED.match(text, end)):
        yield _of(Kind.ONE_TIME_CODE, label, *found.span("value"), _SURE)
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
    if _DAY.fullmatch(value) and not marked:
        return 0
    said = marked or (not value.isalpha() and " is" in found["gap"])
    if _WORDS.fullmatch(value) and (not said or value in _NO_SECRETS):
        return 0
    if "://" in value or "<" in value or (value.isdigit() and _UNIT.match(found.string, found.end("value"))):
        return 0
    return found.start("value") + len(value)


def _of(kind: Kind, label: str, start: int, end: int, confidence: float) -> Found:
    return Found(kind=kind, start=start, end=end, confidence=confidence, evidence=(Evidence.LABEL,), label=label)
