"""Checksums and ranges of numbers, on folded values: ASCII digits, small letters, no separators.

Where the facts come from: the registry of ISO 13616 and the region codes of GB/T 2260, abolished ones too, as
python-stdnum carries them (the tests compare); GB 32100-2015 with its amendments for credit codes; for cards the
ranges the schemes publish and the lists of mainland banks' card numbers that payment programs share; for mobile
numbers the ministry's allocation of 2023, read generously, because new ranges open without notice.
"""

import re
from datetime import date
from typing import Final

from policies.kernel.masking.regions import PREFECTURES, PROVINCES

# Every second digit of a card's number counts double, and of the double its digits' sum.
_LUHN_DOUBLE: Final = bytes.maketrans(b"0123456789", b"0246813579")
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS: Final = "10x98765432"
_USCC: Final = {char: value for value, char in enumerate("0123456789abcdefghjklmnpqrtuwxy")}
_USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_TW_LETTERS: Final = {char: value for value, char in enumerate("abcdefghjklmnpqrstuvxywzio", start=10)}
_TW_WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
# How a country's accounts are built behind its letters and two check digits (ISO 13616): runs of n digits, a letters,
# c either.
_IBAN_LISTED: Final = (
    "8n12c: ad; 19n: ae il so tl; 8n16c: al cy; 16n: at ba ee lt mn xk; 4a20c: az; 12n: be; 4a6n8c: bg; 4a14c: bh; "
    "23n: bi dj mr; 23n1a1c: br; 4c4n16c: by; 5n12c: ch li; 18n: cr de me rs va; 20n: cz es se sk tn; "
    "14n: dk fi fo gl sd; 4c20n: do; 25n: eg; 2a12n: fk; 10n11c2n: fr mc; 4a14n: gb ie; 2a16n: ge; 4a15c: gi; "
    "7n16c: gr; 24c: gt; 4a20n: hn ni sv; 17n: hr; 24n: hu pl; 4a15n: iq; 22n: is; 1a10n12c: it sm; 4a4n18c: jo ye; "
    "4a22c: kw; 3n13c: kz lu; 4n20c: lb; 4a24c: lc; 4a13c: lv; 21n: ly pt st; 20c: md; 3n10c2n: mk; 4a5n18c: mt; "
    "4a19n3a: mu; 4a10n: nl; 11n: no; 3n16c: om; 4a16c: pk ro; 4a21c: ps qa; 14n15c: ru; 2n18c: sa; 4a20n3a: sc; "
    "15n: si; 6n16c: tr; 6n19c: ua; 4a16n: vg; "
)
# How cards begin, and how many digits they have then. The schemes: Visa, Mastercard, American Express, Diners, JCB,
# Discover, UnionPay, Maestro, Mir; then what mainland banks issued before UnionPay's own range.
_CARDS_LISTED: Final = (
    "4: 16 19; 51-55 2221-2720: 16; 34 37: 15; 300-305 309 36 38 39: 14 16 19; 3528-3589: 16 17 18 19; "
    "6011 644-649 65: 16 19; 62 8100-8171: 16 17 18 19; 2200-2204: 16 17 18 19; "
    "5018 5020 5038 5893 6304 6759 6761-6763: 16 17 18 19; "
    "405512 601428 6036: 17; 438588 438589 566666 6091 6886 909810 966666 990027: 18; 504923: 16; "
    "103 589970 601382 6034 6858 6943 9111 921000 9558 95595-95599: 19; 303 6029 95559 90030 90592: 16; "
    "6907: 15 18; 9400: 16 17 18 19; 95555: 15; 9688 9843 9988 999999: 16; "
    "84301 84336 84342 84361 84373 84380 84385 84390 870: 16"
)
# How an 18-character credit code begins: the registering authority and the kind of organisation (GB 32100-2015 with
# its amendment; 54 and 55, committees of villages and neighbourhoods, are of earlier lists, and still in use).
_USCC_STARTS: Final = frozenset(
    first + second
    for first, seconds in (
        *(("1", "1239"), ("2", "19"), ("3", "123459"), ("4", "19"), ("5", "123459"), ("6", "129"), ("7", "129")),
        *(("8", "19"), ("9", "123"), ("a", "19"), ("n", "1239"), ("y", "1")),
    )
    for second in seconds
)  # fmt: skip


def _built(structure: str) -> tuple[re.Pattern[str], int]:
    runs = [(int(count), _IBAN_CHARS[which]) for count, which in re.findall("([0-9]+)([nac])", structure)]
    pattern = "".join(f"{chars}{{{count}}}" for count, chars in runs)
    return re.compile("[a-z]{2}[0-9]{2}" + pattern), 4 + sum(count for count, _ in runs)


_IBAN_CHARS: Final = {"n": "[0-9]", "a": "[a-z]", "c": "[0-9a-z]"}
_IBAN_BUILT: Final = {
    country: _built(structure)
    for structure, _, countries in (entry.partition(":") for entry in _IBAN_LISTED.split(";"))
    for country in countries.split()
}
_IBAN: Final = {country: pattern for country, (pattern, _) in _IBAN_BUILT.items()}
_IBAN_LENGTHS: Final = {country: length for country, (_, length) in _IBAN_BUILT.items()}


def _cards() -> dict[str, frozenset[int]]:
    heads: dict[str, frozenset[int]] = {}
    for entry in _CARDS_LISTED.split(";"):
        listed, _, sizes = entry.partition(":")
        for head in listed.split():
            first, _, last = head.partition("-")
            for value in range(int(first), int(last or first) + 1):
                heads[str(value)] = heads.get(str(value), frozenset()) | frozenset(map(int, sizes.split()))
    return heads


_CARDS: Final = _cards()
_CARD_HEADS: Final = tuple(sorted({len(head) for head in _CARDS}))


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of ISO/IEC 7812-1."""
    octets = digits.encode("ascii")
    total = sum(octets[-1::-2]) + sum(octets[-2::-2].translate(_LUHN_DOUBLE))
    return (total - ord("0") * len(octets)) % 10 == 0


def card_range(digits: str) -> bool:
    """Whether cards that begin like this, and are this long, are issued in mainland China or by the large schemes."""
    size = len(digits)
    return any(size in _CARDS.get(digits[:count], ()) for count in _CARD_HEADS)


def identity_card(value: str) -> bool:
    """Whether 18 characters are a resident's number (GB 11643-1999): province, date of birth, check character.

    The county is not looked up: codes were abolished, and people keep theirs for life. A foreigner's card for
    permanent residence since 2023 has a 9, the province and the country's three digits there.
    """
    if not identity_card_shape(value):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, value, strict=False))
    return _ID_CHECKS[total % 11] == value[17]


def identity_card_shape(value: str) -> bool:
    """Whether 18 characters have the province and the date of birth of a resident's number, whatever the check says."""
    known = value[:2] in PROVINCES or (value[0] == "9" and value[1:3] in PROVINCES)
    return known and _is_date(value[6:10], value[10:12], value[12:14])


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


def organisation(digits: str) -> bool:
    """Whether nine digits, the ninth to seventeenth of a credit code, are an organisation's own code (GB 11714)."""
    total = sum(weight * int(digit) for weight, digit in zip(_ORGANISATION_WEIGHTS, digits, strict=False))
    return "0x987654321"[total % 11] == digits[8]


def iban_length(country: str) -> int:
    """How long an IBAN of the country is; 0 for a country without."""
    return _IBAN_LENGTHS.get(country, 0)


def iban(value: str) -> bool:
    """Whether the value is built as its country's are and has the check of ISO 7064 mod 97-10."""
    built = _IBAN.get(value[:2])
    if built is None or built.fullmatch(value) is None:
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
