"""Checksums and ranges against python-stdnum, where it is right, and against numbers that registries publish."""

import random
import re
from collections.abc import Iterator

import pytest
from stdnum import iban, luhn, numdb
from stdnum.cn import ric, uscc

from policies.kernel.masking import checks
from policies.kernel.masking.regions import PREFECTURES, PROVINCES

DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHARS = {"n": DIGITS, "a": LETTERS, "c": DIGITS + LETTERS}
ROUNDS = 400


def registry() -> Iterator[tuple[str, str]]:
    """Each country of the registry of IBANs, and how its accounts are built."""
    for first in LETTERS:
        for second in LETTERS:
            for _, properties in numdb.get("iban").info(first + second):
                if "bban" in properties:
                    yield first + second, properties["bban"]


COUNTRIES = dict(registry())


def made(country: str, chance: random.Random) -> str:
    runs = re.findall(r"([0-9]+)!([nac])", COUNTRIES[country])
    account = "".join("".join(chance.choices(CHARS[which], k=int(count))) for count, which in runs)
    return country + iban.calc_check_digits(f"{country}00{account}") + account


def test_the_registry_is_known_whole() -> None:
    assert len(COUNTRIES) > 80
    assert all(checks.iban_length(country.lower()) > 0 for country in COUNTRIES)
    unknown = (first + second for first in LETTERS for second in LETTERS if first + second not in COUNTRIES)
    assert all(checks.iban_length(country.lower()) == 0 for country in unknown)


@pytest.mark.parametrize("country", COUNTRIES)
def test_iban(country: str) -> None:
    """Right as made; with a slip of the pen as python-stdnum says."""
    chance = random.Random(country)
    for _ in range(20):
        value = made(country, chance)
        assert len(value) == checks.iban_length(country.lower())
        assert checks.iban(value.lower())
        at = chance.randrange(4, len(value))
        slipped = value[:at] + chance.choice(DIGITS + LETTERS) + value[at + 1 :]
        assert checks.iban(slipped.lower()) is iban.is_valid(slipped, check_country=False)


def test_luhn() -> None:
    chance = random.Random("luhn")
    for _ in range(ROUNDS):
        digits = "".join(chance.choices(DIGITS, k=chance.randrange(12, 20)))
        assert checks.luhn(digits) is luhn.is_valid(digits)
        assert checks.luhn(digits + luhn.calc_check_digit(digits))


def test_identity_cards() -> None:
    """The check character alone: python-stdnum refuses counties that are older than their code."""
    chance = random.Random("identity cards")
    for _ in range(ROUNDS):
        province = chance.choice(sorted(PROVINCES))
        born = f"{chance.randrange(1900, 2020)}{chance.randrange(1, 13):02}{chance.randrange(1, 29):02}"
        body = f"{province}0101{born}{chance.randrange(1000):03}"
        right = ric.calc_check_digit(f"{body}0")
        for check in DIGITS + "X":
            assert checks.identity_card((body + check).lower()) is (check == right)


def test_credit_codes() -> None:
    chance = random.Random("credit codes")
    for _ in range(ROUNDS):
        body = chance.choice(["91", "92", "93", "51", "52", "11", "12"]) + chance.choice(["310115", "100000", "659001"])
        body += "".join(chance.choices("0123456789ABCDEFGHJKLMNPQRTUWXY", k=9))
        right = uscc.calc_check_digit(body)
        for check in "0123456789ABCDEFGHJKLMNPQRTUWXY":
            assert checks.credit_code((body + check).lower()) is (check == right)
            assert uscc.is_valid(body + check) is (check == right)


def test_regions_are_all_that_ever_were() -> None:
    """GB/T 2260 with its abolished codes; the prefecture 00 is the province itself, where no person was registered."""
    regions = numdb.get("cn/loc")
    for code in (f"{number:04}" for number in range(1000, 10_000)):
        known = any("county" in properties for _, properties in regions.info(f"{code}00")) or any(
            "county" in properties for _, properties in regions.info(f"{code}01")
        )
        if not code.endswith("00"):
            assert (code in PREFECTURES) is known, code


PUBLISHED = {
    # row                                               check              value          holds
    "Hong Kong, one letter":                           (checks.hong_kong, "a1234563",    True),
    "Hong Kong, one letter, wrong":                    (checks.hong_kong, "a1234564",    False),
    "Hong Kong, two letters":                          (checks.hong_kong, "ab9876543",   True),
    "Hong Kong, the check is an A":                    (checks.hong_kong, "g123456a",    True),
    "Taiwan, citizen":                                 (checks.taiwan,    "a123456789",  True),
    "Taiwan, citizen, wrong":                          (checks.taiwan,    "a123456788",  False),
    "Taiwan, resident since 2021":                     (checks.taiwan,    "a800000014",  True),
    "Taiwan, resident before":                         (checks.taiwan,    "fa12345689",  True),
    "a foreigner's card for permanent residence":      (checks.identity_card, "911124198108030024", True),
    "a foreigner's card, wrong":                       (checks.identity_card, "911124198108030025", False),
    "born on a day that never was":                    (checks.identity_card, "110101199902290012", False),
}  # fmt: skip


@pytest.mark.parametrize(("check", "value", "holds"), PUBLISHED.values(), ids=PUBLISHED)
def test_published_examples(check: object, value: str, holds: bool) -> None:
    assert callable(check)
    assert check(value) is holds


RANGES = {
    # row                             begins    digits  issued
    "Visa":                          ("4111",    16, True),
    "Visa, too long by one":         ("4111",    17, False),
    "Mastercard, lowest":            ("51",      16, True),
    "Mastercard, highest":           ("55",      16, True),
    "Mastercard 2, below":           ("2220",    16, False),
    "Mastercard 2, lowest":          ("2221",    16, True),
    "Mastercard 2, highest":         ("2720",    16, True),
    "Mastercard 2, above":           ("2721",    16, False),
    "American Express":              ("34",      15, True),
    "American Express, sixteen":     ("34",      16, False),
    "Diners":                        ("305",     14, True),
    "Diners, above":                 ("306",     14, False),
    "JCB, below":                    ("3527",    16, False),
    "JCB, lowest":                   ("3528",    16, True),
    "JCB, highest":                  ("3589",    16, True),
    "JCB, above":                    ("3590",    16, False),
    "Discover":                      ("6011",    16, True),
    "Discover, below":               ("643",     16, False),
    "Discover, lowest of 64":        ("644",     16, True),
    "UnionPay, sixteen":             ("62",      16, True),
    "UnionPay, nineteen":            ("62",      19, True),
    "UnionPay, fifteen":             ("62",      15, False),
    "UnionPay 81, lowest":           ("8100",    16, True),
    "UnionPay 81, highest":          ("8171",    16, True),
    "UnionPay 81, above":            ("8172",    16, False),
    "Maestro":                       ("6759",    16, True),
    "a mainland bank before UnionPay": ("95588", 19, True),
    "telephones":                    ("7",       16, False),
}  # fmt: skip


@pytest.mark.parametrize(("begins", "size", "issued"), RANGES.values(), ids=RANGES)
def test_ranges_of_cards(begins: str, size: int, issued: bool) -> None:
    assert checks.card_range(begins.ljust(size, "0")) is issued
