"""What masking knows of: kinds of personal data, data classes, and a place in a text where one was found."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, NamedTuple, TypeAlias

Cell: TypeAlias = tuple[int, int]
"""Start and end in the source of what shows as one character: longer than one for an entity (`&#49;`)."""


@unique
class Kind(StrEnum):
    """A kind of personal data (6.1.1)."""

    IDENTITY_CARD = "identity_card"
    BANK_CARD = "bank_card"
    MOBILE = "mobile"
    LANDLINE = "landline"
    EMAIL = "email"
    PASSPORT = "passport"
    TRAVEL_PERMIT = "travel_permit"
    HK_IDENTITY = "hk_identity"
    MACAO_IDENTITY = "macao_identity"
    TAIWAN_IDENTITY = "taiwan_identity"
    CREDIT_CODE = "credit_code"
    IBAN = "iban"
    CVV = "cvv"
    PASSWORD = "password"  # noqa: S105 – the name of a kind
    ONE_TIME_CODE = "one_time_code"
    ACCOUNT = "account"
    NAME = "name"
    ADDRESS = "address"


@unique
class DataClass(StrEnum):
    """The classes of personal financial information of JR/T 0171-2020, 4.2."""

    C3 = "C3"
    """What authenticates a person: passwords, a card's security code. Never shown."""
    C2 = "C2"
    """What identifies a person or tells of the person's finances: numbers of documents, cards, accounts, telephones."""
    C1 = "C1"
    """What an institution keeps for its own use, or what is public of a company."""


@unique
class Evidence(StrEnum):
    """One ground for taking characters for a kind of personal data."""

    CHECKSUM = "checksum"
    DATE = "date"
    RANGE = "range"
    SHAPE = "shape"
    LABEL = "label"
    CONTEXT = "context"


_NAMES: Final = {
    Kind.IDENTITY_CARD: "resident identity card",
    Kind.BANK_CARD: "bank card",
    Kind.MOBILE: "mobile number",
    Kind.LANDLINE: "telephone number",
    Kind.EMAIL: "e-mail address",
    Kind.PASSPORT: "passport",
    Kind.TRAVEL_PERMIT: "travel permit",
    Kind.HK_IDENTITY: "Hong Kong identity card",
    Kind.MACAO_IDENTITY: "Macao identity card",
    Kind.TAIWAN_IDENTITY: "Taiwan identity or resident number",
    Kind.CREDIT_CODE: "unified social credit code",
    Kind.IBAN: "IBAN",
    Kind.CVV: "card security code",
    Kind.PASSWORD: "password",
    Kind.ONE_TIME_CODE: "one-time code",
    Kind.ACCOUNT: "account number",
    Kind.NAME: "name",
    Kind.ADDRESS: "address",
}
_GROUNDS: Final = {
    Evidence.CHECKSUM: "the check digit holds",
    Evidence.DATE: "a date of birth in it",
    Evidence.RANGE: "a range in use",
    Evidence.SHAPE: "the shape of one",
    Evidence.LABEL: "labelled",
    Evidence.CONTEXT: "the words around it",
}


class Found(NamedTuple):
    """Personal data in a view's text: `text[start:end]`. For `Span`'s fields of the same name see there."""

    kind: Kind
    start: int
    end: int
    confidence: float
    evidence: tuple[Evidence, ...]
    label: str = ""
    valid: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Personal data found in a source text. It holds no value, so that it may be logged.

    start, end   `source[start:end]` holds the value, with whatever splits it (tags, spaces, invisible characters)
    cells        the characters of the value alone, ascending: what masking replaces
    confidence   0 to 1; above 0.9 only with a checksum or a label, or for an e-mail address
    evidence     why, strongest first
    label        the word that decided, folded to small simplified letters; empty without one
    valid        whether the checksum holds; None for a kind without one
    """

    kind: Kind
    start: int
    end: int
    cells: tuple[Cell, ...]
    confidence: float
    evidence: tuple[Evidence, ...]
    label: str = ""
    valid: bool | None = None

    @property
    def why(self) -> str:
        """One line in English, without the value: `bank card: the check digit holds, a range in use; label 卡号`."""
        grounds = [_GROUNDS[ground] for ground in self.evidence if ground is not Evidence.LABEL]
        if self.valid is False:
            grounds.append("the check digit does not hold")
        said = [", ".join(grounds)] if grounds else []
        if self.label:
            said.append(f"label {self.label}")
        return f"{_NAMES[self.kind]}: {'; '.join(said)}"
