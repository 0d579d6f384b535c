"""Puts a finding together: which label speaks for which kind."""

from collections.abc import Mapping
from typing import Final

from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.labels import Label, Means

_IDENTITY: Final = frozenset({Means.IDENTITY, Means.HONG_KONG, Means.MACAO, Means.TAIWAN, Means.PERMIT})
_MONEY: Final = frozenset({Means.CARD, Means.ACCOUNT, Means.IBAN})
_FITS: Final[Mapping[Kind, frozenset[Means]]] = {
    Kind.IDENTITY_CARD: _IDENTITY,
    Kind.HK_IDENTITY: _IDENTITY,
    Kind.MACAO_IDENTITY: _IDENTITY,
    Kind.TAIWAN_IDENTITY: _IDENTITY,
    Kind.PASSPORT: _IDENTITY | {Means.PASSPORT},
    Kind.TRAVEL_PERMIT: _IDENTITY | {Means.PASSPORT},
    Kind.BANK_CARD: _MONEY,
    Kind.ACCOUNT: _MONEY,
    Kind.IBAN: _MONEY,
    Kind.MOBILE: frozenset({Means.PHONE, Means.SERVICE}),
    Kind.LANDLINE: frozenset({Means.PHONE}),
    Kind.CREDIT_CODE: frozenset({Means.COMPANY}),
}


def grounded(
    kind: Kind,
    start: int,
    end: int,
    confidence: float,
    evidence: tuple[Evidence, ...],
    label: Label | None,
    *,
    valid: bool | None = None,
) -> Found:
    """The finding, with the label among its evidence when it speaks for the kind."""
    fits = label is not None and label.means in _FITS.get(kind, frozenset())
    if fits and Evidence.LABEL not in evidence:
        evidence = (*evidence, Evidence.LABEL)
    word = label.word if label is not None and fits else ""
    return Found(kind=kind, start=start, end=end, confidence=confidence, evidence=evidence, label=word, valid=valid)
