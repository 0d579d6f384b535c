"""Numbers with letters: passports, permits, identity numbers of Hong Kong, Macao and Taiwan, credit codes, IBANs."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from policies.kernel.masking import checks
from policies.kernel.masking.grounds import grounded
from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.labels import Label, Means, deciding

# What stands at the first digit of a run: six to ten digits, and a check character in brackets.
_BODY: Final = re.compile(r"(?:[ -]?[0-9]){6,10}(?![0-9]|[ -][0-9])(?:\s?[(（[]\s?(?P<check>[0-9a])\s?[])）])?")
# How forms write the check character of a Hong Kong card: A123456/3.
_SLASHED_CHECK: Final = re.compile(r"\s?/\s?(?P<check>[0-9a])(?![0-9a-z]|\s?/)")
_SMALL: Final = "is no to at of on id my in or by as me we he it do so up us be".split()  # noqa: SIM905 – a list of words
_SMALL_WORDS: Final = frozenset(_SMALL)
_LETTERS: Final = re.compile(
    r"(?<![0-9a-z_])([a-z]{1,2}[.-]?|[a-z] |"
    rf"(?!{'|'.join(_SMALL)})[a-z]{{2}} )$"
)
_SLASHED: Final = re.compile(r"[157]/[0-9]{6}/[0-9](?![0-9/])")
_CODE: Final = re.compile(r"[0-9a-z](?:[ -]?[0-9]){7}(?:[ -]?[0-9a-hj-npqrtuwxy]){10}(?![0-9a-z])")
# The beginning of an IBAN whose bank is written in letters (GB29NWBK…), up to a run of digits.
_IBAN_HEAD: Final = re.compile(r"(?<![0-9a-z])[a-z]{2}(?:[0-9]{2}(?:[ -]?[0-9a-z]){0,9}[ -]?)?$")
_IBAN: Final = re.compile(r"[a-z]{2}[0-9]{2}(?:[ -]?[0-9a-z]){11,38}")
_HONG_KONG: Final = (Means.HONG_KONG, Means.IDENTITY)
_HOLDER: Final = frozenset({Means.PASSPORT, Means.PERMIT, Means.IDENTITY})
_GAPS: Final = re.compile("[ -]")
_JOINTS: Final = frozenset(" .-")
_GAPS_BEHIND: Final = frozenset(" -\n\v\t")
_CODED: Final = re.compile("[0-9][0-9][ -]?[0-9a-z]")
_OPENS: Final = frozenset("(（[")
_PASSPORTS: Final = re.compile(r"(?:[dgsph][0-9]{8}|[sdp][0-9]{7}|[a-z]{1,2}[0-9]{6,8})")
_CHINESE_PASSPORT: Final = re.compile(r"e(?:[0-9]{8}|[a-hj-np-z][0-9]{7})")
_PERMITS: Final = re.compile(r"(?:[hm][0-9]{8}(?:[0-9]{2})?|[ctlw][0-9]{8}|c[a-hj-np-z][0-9]{7})")
_TAIWAN: Final = re.compile(r"[a-z](?:[1289][0-9]{8}|[a-d][0-9]{8})")


def documents(text: str, start: int, end: int) -> Iterable[Found]:
    """Every document number with letters or a bracketed check character at the run `text[start:end]` of digits."""
    before, behind = text[start - 1 : start], text[end : end + 1]
    joined = before in _JOINTS
    if behind in _GAPS_BEHIND:
        behind = text[end + 1 : end + 2]
    lettered = "a" <= (text[start - 2 : start - 1] if joined else before) <= "z"
    if lettered and joined and _ends_word(text, start - 1) and not _coded(text, start):
        lettered = False
    if lettered or "a" <= behind <= "z" or behind in _OPENS or text[start + 1] == "/":
        return _documents(text, start, lettered, behind)
    return ()


def _ends_word(text: str, at: int) -> bool:
    """Whether a word ends at `at` that is no part of the number behind it: three letters and more, or a small word."""
    if not "a" <= text[at - 2 : at - 1] <= "z":
        return False
    return "a" <= text[at - 3 : at - 2] <= "z" or text[at - 2 : at] in _SMALL_WORDS


def _coded(text: str, start: int) -> bool:
    """Whether two digits stand in what may be the beginning of an IBAN with its bank in letters: GB29 NWBK."""
    return _CODED.search(text, max(0, start - 16), start) is not None


def _documents(text: str, start: int, lettered: bool, behind: str) -> Iterator[Found]:
    if lettered or behind in _OPENS:
        letters = _LETTERS.search(text, max(0, start - 4), start) if lettered else None
        body = _BODY.match(text, start) if letters is not None or behind in _OPENS else None
        if body is not None and (letters is not None or body["check"] is not None):
            found = _document(text, body, letters)
            if found is not None:
                yield found
    if text[start + 1] == "/" and (slashed := _SLASHED.match(text, start)):
        label = deciding(text, start, slashed.end())
        if not _is_other(label):
            yield grounded(Kind.MACAO_IDENTITY, start, slashed.end(), 0.8, (Evidence.SHAPE,), label)
    if "a" <= behind <= "z" or lettered:
        yield from _credit_code(text, start)
        if lettered:
            yield from _iban(text, start)


def _document(text: str, body: re.Match[str], letters: re.Match[str] | None) -> Found | None:
    start = body.start() if letters is None else body.start() - len(letters[0])
    end = body.end()
    head = letters[1].rstrip(" .-") if letters is not None else ""
    plain = _GAPS.sub("", text[body.start() : body.start("check") if body["check"] else end]).rstrip("(（[ ")
    if not body["check"] and text[end : end + 1].isascii() and text[end : end + 1].isalnum():
        # The check character of a Hong Kong card may be an A without brackets.
        if not (len(plain) == 6 and text[end] == "a" and not text[end + 1 : end + 2].isalnum()):
            return None
        plain, end = plain + "a", end + 1
    label = deciding(text, start, end)
    if _is_other(label):
        return None
    slashed = _SLASHED_CHECK.match(text, end) if body["check"] is None and len(plain) == 6 else None
    # With a wrong check character it may be a number and its page, or two numbers.
    if slashed and _means(label, *_HONG_KONG) and checks.hong_kong(head + plain + slashed["check"]):
        return grounded(Kind.HK_IDENTITY, start, slashed.end(), 0.95, (Evidence.CHECKSUM,), label, valid=True)
    if body["check"] is not None:
        return _bracketed(head, plain, body["check"], start, end, label)
    return _lettered(head, plain, start, end, label)


def _bracketed(head: str, plain: str, check: str, start: int, end: int, label: Label | None) -> Found | None:
    """`A123456(3)` of Hong Kong, `5123456(7)` of Macao."""
    if head and len(plain) == 6:
        if checks.hong_kong(head + plain + check):
            return grounded(Kind.HK_IDENTITY, start, end, 0.95, (Evidence.CHECKSUM,), label, valid=True)
        if _means(label, *_HONG_KONG):
            return grounded(Kind.HK_IDENTITY, start, end, 0.7, (Evidence.SHAPE,), label, valid=False)
    if not head and len(plain) == 7 and plain[0] in "157" and check != "a":
        return grounded(Kind.MACAO_IDENTITY, start, end, 0.85, (Evidence.SHAPE,), label)
    return None


def _lettered(head: str, plain: str, start: int, end: int, label: Label | None) -> Found | None:
    value = head + plain
    if len(plain) == 7 and _means(label, *_HONG_KONG) and checks.hong_kong(value):
        return grounded(Kind.HK_IDENTITY, start, end, 0.95, (Evidence.CHECKSUM,), label, valid=True)
    if plain[-1] == "a":
        return None
    if _TAIWAN.fullmatch(value) and checks.taiwan(value):
        known = _means(label, Means.TAIWAN, Means.IDENTITY)
        return grounded(
            Kind.TAIWAN_IDENTITY, start, end, 0.95 if known else 0.8, (Evidence.CHECKSUM,), label, valid=True
        )
    if label is not None and label.means is Means.TAIWAN and label.tight and len(value) == 10:
        return grounded(Kind.TAIWAN_IDENTITY, start, end, 0.7, (Evidence.LABEL,), label, valid=False)
    if _PERMITS.fullmatch(value) and _means(label, Means.PERMIT, Means.IDENTITY):
        return grounded(Kind.TRAVEL_PERMIT, start, end, 0.9, (Evidence.SHAPE,), label)
    if _CHINESE_PASSPORT.fullmatch(value):
        known = label is not None and label.means in _HOLDER
        return grounded(Kind.PASSPORT, start, end, 0.9 if known else 0.7, (Evidence.SHAPE,), label)
    if _PASSPORTS.fullmatch(value) and label is not None and label.tight and label.means in _HOLDER:
        return grounded(Kind.PASSPORT, start, end, 0.85, (Evidence.SHAPE,), label)
    return None


def _credit_code(text: str, start: int) -> Iterator[Found]:
    begin = start - 1 if text[start - 1 : start] in ("a", "n", "y") else start
    code = _CODE.match(text, begin)
    if code is None or (
        text[code.start() - 1 : code.start()].isascii() and text[code.start() - 1 : code.start()].isalnum()
    ):
        return
    value = _GAPS.sub("", code[0])
    if value.isdigit():
        return
    label = deciding(text, *code.span())
    if checks.credit_code(value):
        if not _is_other(label):
            yield grounded(Kind.CREDIT_CODE, *code.span(), 0.95, (Evidence.CHECKSUM,), label, valid=True)
    elif label is not None and label.tight and label.means is Means.COMPANY:
        yield grounded(Kind.CREDIT_CODE, *code.span(), 0.7, (Evidence.LABEL,), label, valid=False)


def _iban(text: str, start: int) -> Iterator[Found]:
    head = _IBAN_HEAD.search(text, max(0, start - 16), start)
    candidate = _IBAN.match(text, head.start()) if head else None
    if candidate is None:
        return
    begin = candidate.start()
    size = checks.iban_length(text[begin : begin + 2])
    places = [at for at in range(begin, candidate.end()) if text[at].isalnum()][:size]
    if not size or len(places) < size:
        return
    end = places[-1] + 1
    if text[end : end + 1].isascii() and text[end : end + 1].isalnum():
        return
    label = deciding(text, begin, end)
    if checks.iban("".join(text[at] for at in places)):
        yield grounded(Kind.IBAN, begin, end, 0.97, (Evidence.CHECKSUM, Evidence.RANGE), label, valid=True)
    elif label is not None and label.tight and label.means is Means.IBAN:
        yield grounded(Kind.IBAN, begin, end, 0.75, (Evidence.RANGE,), label, valid=False)


def _means(label: Label | None, *means: Means) -> bool:
    return label is not None and label.means in means


def _is_other(label: Label | None) -> bool:
    return label is not None and label.tight and label.means is Means.OTHER
