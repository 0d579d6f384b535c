"""What a run of digits is: checksum and range first, then the nearest label, then its surroundings."""

import re
from collections.abc import Sequence
from typing import Final

from policies.kernel.masking import checks
from policies.kernel.masking.grounds import grounded
from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.labels import Label, Means, deciding
from policies.kernel.masking.runs import SHORTEST, Window, entire, parts, single

_MOBILE: Final = re.compile(r"(0086|086|86|0)?1[3-9][0-9]{9}")
_AREA: Final = r"(?:10|2[0-57-9]|3[1-9][0-9]|4[1-9][0-9]|5[0-9]{2}|6[36][0-9]|7[0-9]{2}|8[0-9]{2}|9[0-9]{2})"
_LANDLINE: Final = re.compile(rf"(?:(?:00)?860?|0){_AREA}[2-8][0-9]{{6,7}}")
_LOCAL: Final = re.compile(r"[2-8][0-9]{6}|(?!9[56]|20[0-9]{2}[01][0-9][0-3])[2-9][0-9]{7}")
_SIGNS: Final = frozenset("+)）")
_AREA_BEFORE: Final = re.compile(rf"[(（](?:0?{_AREA}|0[2-8][0-9]{{0,2}})[)）][ -]?$")
_MOBILE_BEFORE: Final = re.compile(r"[(（]1[3-9][0-9][)）][ -]?$")
_MOBILE_REST: Final = 8
_ABROAD: Final = re.compile(r"(?:00)?(?:852[2-9][0-9]{7}|853[268][0-9]{7}|8860?[2-9][0-9]{7,8})|09[0-9]{8}")
_TELEPHONE: Final = re.compile("|".join(known.pattern for known in (_MOBILE, _LANDLINE, _ABROAD)))
# So sure is only what carries its own proof; such a number made of the whole run is not taken apart.
_PROVEN: Final = 0.9
_IDENTITY_CARD: Final = 18
# Nobody pays sums of so many digits.
_NO_AMOUNT: Final = 15
# A group of so many digits is a number by itself, whatever number stands beside it.
_LONG: Final = 12
_LONGEST: Final = 19
_HOTLINE: Final = re.compile(r"(?:[48]00[0-9]{7}|(?:0)?9[56][0-9]{3,6}|1[012][0-9]{3})")


def numbers(text: str, start: int, end: int) -> Sequence[Found]:
    """Every number of a person made of digits in the run `text[start:end]`; they do not overlap."""
    size, run_text = end - start, text[start:end]
    # Six digits are too few: 5800.00.
    if size < SHORTEST or (size == SHORTEST and run_text.isascii() and not run_text.isalnum()):
        return ()
    if size != _IDENTITY_CARD and run_text.isdigit():
        label = deciding(text, start, end)
        # Most runs of digits are numbers of things, and say so.
        if label is not None and label.tight and label.means is Means.OTHER:
            return ()
        one = single(text, start, end)
        found = _weighed(one, label)
        if found is None and size > _LONGEST:
            return _glued(one)
        return () if found is None else (found,)
    run = entire(text, start, end)
    if run is None:
        return ()
    found = judge(run) if run.one else None
    if found is None and len(run.groups) == 1 and len(run.digits) > _LONGEST:
        return _glued(run)
    if len(run.groups) == 1 or (found is not None and (found.confidence >= _PROVEN or run.shaped)):
        return () if found is None else (found,)
    judged = [(found, run)] if found is not None else []
    judged += [(part, window) for window in parts(run) if (part := judge(window)) is not None]
    judged.sort(key=lambda pair: (-pair[0].confidence, not pair[1].whole, -len(pair[1].digits), pair[0].start))
    taken: set[int] = set()
    apart: list[Found] = []
    for found, _ in judged:
        places = range(found.start, found.end)
        if taken.isdisjoint(places):
            taken.update(places)
            apart.append(found)
    return apart


def _glued(run: Window) -> Sequence[Found]:
    """An identity card and another number that proves itself, written in one without anything between."""
    for at in (_IDENTITY_CARD, len(run.digits) - _IDENTITY_CARD):
        pieces = [
            run._replace(
                start=run.start + begin, end=run.start + end, digits=run.digits[begin:end], groups=(end - begin,)
            )
            for begin, end in ((0, at), (at, len(run.digits)))
        ]
        found = [one for piece in pieces if (one := judge(piece)) is not None and one.confidence >= _PROVEN]
        if len(found) == len(pieces) and any(one.kind is Kind.IDENTITY_CARD for one in found):
            return found
    return ()


def judge(window: Window) -> Found | None:
    """What the window is; None when it stays as it is."""
    window = window.trimmed
    digits = window.digits
    size = len(digits)
    if size == _IDENTITY_CARD:
        if checks.identity_card(digits):
            label = deciding(window.text, window.start, window.end)
            return _found(window, Kind.IDENTITY_CARD, 0.99, (Evidence.CHECKSUM, Evidence.DATE), label, valid=True)
        if digits[17] != "x" and checks.credit_code(digits) and not window.in_url:
            label = deciding(window.text, window.start, window.end)
            # One in thirty-one numbers would pass for a code by its check character.
            if checks.organisation(digits[8:17]) or (label is not None and label.means is Means.COMPANY):
                return _found(window, Kind.CREDIT_CODE, 0.95, (Evidence.CHECKSUM,), label, valid=True)
    if not _may_be(digits, size, window):
        return None
    return _weighed(window, deciding(window.text, window.start, window.end))


def _weighed(window: Window, label: Label | None) -> Found | None:
    """What the window is by its label, its surroundings and its shape."""
    if label is not None and label.tight and label.means is Means.OTHER:
        return None
    said = label.means if label is not None and label.tight else None
    amount = said in (None, Means.PHONE) and len(window.digits) < _NO_AMOUNT and window.is_amount
    if window.in_url or amount:
        return None
    if window.in_identifier and (label is None or label.means in (Means.OTHER, Means.SERVICE)):
        return None
    return _by_shape(window, label, said) or _by_label(window, label, said)


def _may_be(digits: str, size: int, window: Window) -> bool:
    """Quick: whether the window could be anything, so that labels are worth looking for."""
    if digits[-1] == "x":
        return size == 18
    if window.whole or (len(window.groups) == 1 and size >= _LONG):
        return True
    if window.text[window.start - 1 : window.start] in _SIGNS or _TELEPHONE.fullmatch(digits):
        return True
    if size == 18 and checks.identity_card_shape(digits):
        return True
    if size == 15 and checks.old_identity_card(digits):
        return True
    return size >= 14 and checks.card_range(digits) and checks.luhn(digits)


def _by_shape(window: Window, label: Label | None, said: Means | None) -> Found | None:
    """Numbers that carry their own proof: a range, a date, a check digit."""
    digits, size = window.digits, len(window.digits)
    if digits[-1] == "x":
        return None
    mobile = _MOBILE.fullmatch(digits)
    if mobile and (window.regular or said is Means.PHONE) and said not in (Means.CARD, Means.ACCOUNT):
        start = window.position(len(mobile[1])) if mobile[1] else window.start
        confidence = 0.97 if label and label.means is Means.PHONE else 0.9
        return _found(window, Kind.MOBILE, confidence, (Evidence.RANGE,), label, start=start)
    known = label is not None and label.means in (Means.CARD, Means.ACCOUNT)
    # Fourteen digits in one are most often something else, a date with its time above all.
    long = size >= 15 or (size == 14 and (known or window.groups == (4, 6, 4)))
    if long and (window.regular or said is not None) and checks.card_range(digits) and checks.luhn(digits):
        evidence = (Evidence.CHECKSUM, Evidence.RANGE)
        return _found(window, Kind.BANK_CARD, 0.97 if known else 0.9, evidence, label, valid=True)
    if size == 15 and window.regular and checks.old_identity_card(digits) and said not in (Means.CARD, Means.ACCOUNT):
        confidence = 0.95 if said is Means.IDENTITY else 0.75
        return _found(window, Kind.IDENTITY_CARD, confidence, (Evidence.DATE, Evidence.RANGE), label)
    if said is Means.SERVICE:
        return None
    return _telephone(window, label, said)


def _telephone(window: Window, label: Label | None, said: Means | None) -> Found | None:
    text, digits, start = window.text, window.digits, window.start
    if said in (Means.CARD, Means.ACCOUNT, Means.IDENTITY, Means.COMPANY) or _HOTLINE.fullmatch(digits):
        return None
    if len(digits) == _MOBILE_REST and (window.groups == (4, 4) or (label and label.means is Means.PHONE)):
        bracketed = _MOBILE_BEFORE.search(text, max(0, start - 6), start)
        if bracketed and window.whole and (label is None or label.means in (Means.PHONE, Means.SERVICE)):
            return _found(window, Kind.MOBILE, 0.85, (Evidence.RANGE,), label, start=bracketed.start())
    plus = start > 0 and text[start - 1] == "+"
    if _LANDLINE.fullmatch(digits) and (digits[0] == "0" or plus or said is Means.PHONE) and window.regular:
        return _found(window, Kind.LANDLINE, 0.9 if said is Means.PHONE else 0.8, (Evidence.RANGE,), label)
    if _LOCAL.fullmatch(digits):
        if _AREA_BEFORE.search(text[max(0, start - 8) : start]):
            return _found(window, Kind.LANDLINE, 0.85, (Evidence.SHAPE,), label)
        if said is Means.PHONE and window.whole and not (window.beside_mask or window.in_identifier):
            return _found(window, Kind.LANDLINE, 0.8, (Evidence.LABEL,), label)
    if _ABROAD.fullmatch(digits) and (plus or digits[:2] == "00" or said is Means.PHONE):
        return _found(window, Kind.MOBILE, 0.9, (Evidence.RANGE,), label)
    if plus and window.whole and 10 <= len(digits) <= 15:
        return _found(window, Kind.MOBILE, 0.8, (Evidence.SHAPE,), label)
    return None


def _by_label(window: Window, label: Label | None, said: Means | None) -> Found | None:
    """Numbers that only the label makes personal; a wrong check digit is a slip of the pen and hides nothing."""
    size = len(window.digits)
    if label is None or window.beside_mask or window.in_identifier or not window.regular:
        return None
    by = (Evidence.LABEL,)
    loose = label.means is Means.IDENTITY and size == 18 and checks.identity_card_shape(window.digits)
    if loose or (said is Means.IDENTITY and 15 <= size <= 19):
        return _found(window, Kind.IDENTITY_CARD, 0.7, by, label, valid=False)
    alone = len(window.groups) == 1 and size >= _LONG
    if window.digits[-1] == "x" or not (window.whole or alone):
        return None
    if said is Means.CARD and 12 <= size <= 19:
        return _found(window, Kind.BANK_CARD, 0.7, by, label, valid=checks.luhn(window.digits))
    if said is Means.ACCOUNT and size <= 34:
        return _found(window, Kind.ACCOUNT, 0.75, by, label)
    if said is Means.COMPANY and size in (15, 18):
        return _found(window, Kind.CREDIT_CODE, 0.7, by, label, valid=None if size == 15 else False)
    if said is Means.PASSPORT and 7 <= size <= 9:
        return _found(window, Kind.PASSPORT, 0.75, by, label)
    if said is Means.PERMIT and size in (8, 10):
        return _found(window, Kind.TRAVEL_PERMIT, 0.75, by, label)
    if said is Means.MACAO and size == 8 and window.digits[0] in "157":
        return _found(window, Kind.MACAO_IDENTITY, 0.8, by, label)
    return None


def _found(
    window: Window,
    kind: Kind,
    confidence: float,
    evidence: tuple[Evidence, ...],
    label: Label | None,
    *,
    start: int | None = None,
    valid: bool | None = None,
) -> Found:
    begin = window.start if start is None else start
    return grounded(kind, begin, window.end, confidence, evidence, label, valid=valid)
