"""Checksums and ranges of numbers, on folded values: ASCII digits, small letters, no separators."""

from datetime import date
from typing import Final

from policies.kernel.masking.regions import PREFECTURES, PROVINCES

# Every second digit of a card's number counts double, and of the double its digits' sum.
_LUHN_DOUBLE: Final = bytes.maketrans(b"0123456789", b"0246813579")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10x98765432"
_USCC: Final = {char: value for value, char in enumerate("0123456789abcdefghjklmnpqrtuwxy")}
_USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_TW_LETTERS: Final = {char: value for value, char in enumerate("abcdefghjklmnpqrstuvxywzio", start=10)}
_TW_WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
# Characters an IBAN has in a country (ISO 13616 registry).
_IBAN: Final = {
    "no": 15, "be": 16, **dict.fromkeys(("dk", "fi", "fk", "fo", "gl", "nl"), 18),
    **dict.fromkeys(("mk", "si"), 19), **dict.fromkeys(("at", "ba", "ee", "kz", "lt", "lu", "mn", "xk"), 20),
    **dict.fromkeys(("ch", "cr", "hr", "li", "lv"), 21),
    **dict.fromkeys(("bg", "bh", "de", "gb", "ge", "ie", "me", "rs", "va"), 22),
    **dict.fromkeys(("ae", "gi", "il", "iq", "om", "so", "tl"), 23),
    **dict.fromkeys(("ad", "cz", "es", "md", "pk", "ro", "sa", "se", "sk", "tn", "vg"), 24),
    **dict.fromkeys(("ly", "pt", "st"), 25), **dict.fromkeys(("is", "tr"), 26),
    **dict.fromkeys(("bi", "dj", "fr", "gr", "it", "mc", "mr", "sm"), 27),
    **dict.fromkeys(("al", "az", "by", "cy", "do", "gt", "hn", "hu", "lb", "ni", "pl", "sv"), 28),
    **dict.fromkeys(("br", "eg", "ps", "qa", "ua"), 29), **dict.fromkeys(("jo", "kw", "mu", "ye"), 30),
    **dict.fromkeys(("mt", "sc"), 31), **dict.fromkeys(("lc",), 32), **dict.fromkeys(("ru",), 33),
}  # fmt: skip
# How an 18-character credit code begins: the registering authority and the kind of organisation (GB 32100-2015).
_USCC_STARTS: Final = frozenset(
    first + second
    for first, seconds in (
        *(("1", "1239"), ("2", "19"), ("3", "123459"), ("4", "19"), ("5", "12349"), ("6", "129"), ("7", "129")),
        *(("8", "19"), ("9", "123"), ("a", "19"), ("n", "1239"), ("y", "1")),
    )
    for second in seconds
)  # fmt: skip


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1."""
    octets = digits.encode("ascii")
    total = sum(octets[-1::-2]) + sum(octets[-2::-2].translate(_LUHN_DOUBLE))
    return (total - ord("0") * len(octets)) % 10 == 0


def card_range(digits: str) -> bool:
    """Whether cards that begin like this, and are this long, are issued in mainland China or by the large schemes."""
    size, first = len(digits), digits[0]
    if first == "6":
        return (digits[1] == "2" and 16 <= size <= 19) or (size in (16, 19) and digits[1] in "0459")
    if first == "4":
        return size in (16, 19)
    if first == "5":
        return size == 16 and digits[1] in "12345"
    if first == "2":
        return size == 16 and 2221 <= int(digits[:4]) <= 2720
    if first == "3":
        return (size == 15 and digits[1] in "47") or (size == 16 and 3528 <= int(digits[:4]) <= 3589)
    if first == "9":
        return (size == 19 and digits[:4] in ("9558", "9559")) or (size == 16 and digits[:2] in ("94", "98"))
    return first == "8" and digits[1] == "1" and 16 <= size <= 19


def identity_card(value: str) -> bool:
    """Whether 18 characters are a resident's number (GB 11643-1999): province, date of birth, check character.

    The county is not looked up: codes were abolished, and people keep theirs for life.
    """
    if value[:2] not in PROVINCES or not _is_date(value[6:10], value[10:12], value[12:14]):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, value, strict=False))
    return _ID_CHECKS[total % 11] == value[17]


def identity_card_shape(value: str) -> bool:
    """Whether 18 characters have the province and the date of birth of a resident's number, whatever the check says."""
    return value[:2] in PROVINCES and _is_date(value[6:10], value[10:12], value[12:14])


def old_identity_card(digits: str) -> bool:
    """Whether 15 digits are a resident's number of before 1999, which had no check digit: prefecture and date."""
    return digits[:4] in PREFECTURES and _is_date(f"19{digits[6:8]}", digits[8:10], digits[10:12])


def _is_date(year: str, month: str, day: str) -> bool:
    if not "1880" <= year <= "2099":
        return False
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def credit_code(value: str) -> bool:
    """Whether 18 characters are a unified social credit code: authority, region and check character mod 31."""
    if value[:2] not in _USCC_STARTS or (value[2:4] not in PROVINCES and value[2:4] != "10"):
        return False
    try:
        total = sum(weight * _USCC[char] for weight, char in zip(_USCC_WEIGHTS, value, strict=False))
        return (31 - total % 31) % 31 == _USCC[value[17]]
    except KeyError:
        return False


def iban_length(country: str) -> int:
    """How long an IBAN of the country is; 0 for a country without."""
    return _IBAN.get(country, 0)


def iban(value: str) -> bool:
    """Whether the value has its country's length and the check of ISO 7064 mod 97-10."""
    if _IBAN.get(value[:2]) != len(value) or not value.isascii() or not value.isalnum():
        return False
    return int("".join(str(int(char, 36)) for char in value[4:] + value[:4])) % 97 == 1


def hong_kong(value: str) -> bool:
    """Whether one or two letters, six digits and a check character (0-9, a) belong together."""
    letters = value[:-7]
    values = [36, *(ord(char) - 87 for char in letters)] if len(letters) == 1 else [ord(char) - 87 for char in letters]
    values += [int(digit) for digit in value[-7:-1]]
    values.append(10 if value[-1] == "a" else int(value[-1]))
    return sum(weight * number for weight, number in zip(range(9, 0, -1), values, strict=True)) % 11 == 0


def taiwan(value: str) -> bool:
    """Whether a letter and nine digits (or two letters and eight) are a citizen's or resident's number of Taiwan.

    The second character is 1 or 2 for citizens, 8 or 9 for residents since 2021, a letter a to d for residents before.
    """
    first = _TW_LETTERS[value[0]]
    second = _TW_LETTERS[value[1]] % 10 if value[1].isalpha() else int(value[1])
    numbers = (first // 10, first % 10, second, *map(int, value[2:]))
    return sum(weight * number for weight, number in zip(_TW_WEIGHTS, numbers, strict=True)) % 10 == 0
