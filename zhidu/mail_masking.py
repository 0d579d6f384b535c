"""What masks mails and messages on their way into the helpdesk, as `masking.yaml` and the module masking say."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from integrations import files
from integrations.relay.masker import MaskedFile, MaskedText
from integrations.relay.masking import MailMasker, Said, Unreadable
from policies.kernel.masking import Action, Kind, Masking, detect, masked, operators
from policies.kernel.texts import Language
from policies.masking.config import Config
from zhidu.policy import Policy

MODULE: Final = "masking"

_LETTERS: Final = "abcdefghijklmnop"
_COMPOUND: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WITH_PASSWORD: Final = "EncryptedPackage".encode("utf-16-le")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMailMasker:
    """acts_on   kinds that are reason enough to change a mail (6.1.1); then all are masked that `masking.yaml` masks
    key       for the style `token` and for pseudonyms
    """

    masking: Masking
    acts_on: frozenset[str]
    key: bytes | None = field(default=None, repr=False)

    def text(self, text: str, *, html: bool = False) -> MaskedText:
        spans = detect(text, html=html, config=self.masking)
        kinds = Counter(str(span.kind) for span in spans if self.masking.of(span.kind).action is Action.MASK)
        if not kinds:
            return MaskedText(text=text, kinds={})
        known = operators(self.masking, self.key)
        hidden = masked(text, spans, known, html=html, config=self.masking)
        # What is masked already is found again where it can be told what it was; it counts once.
        return MaskedText(text=hidden, kinds=dict(kinds) if hidden != text else {})

    def pseudonym(self, value: str) -> str:
        """Without a key all have one name: a digest that everybody can make tells what it is of."""
        if self.key is None:
            return "masked"
        digest = hmac.digest(self.key, f"gate id\n{value}".encode("utf-8", "surrogatepass"), "sha256")
        # No digits: a run of them could be taken for a number again.
        return "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest[:16])

    def file(self, name: str, mime_type: str, content: bytes) -> MaskedFile:
        if content.startswith(_COMPOUND) and _WITH_PASSWORD in content:
            return MaskedFile(content=None, kinds={}, readable=False)  # a docx or xlsx with a password
        try:
            pieces = files.texts(name, mime_type, content)
        except files.Unreadable:
            return MaskedFile(content=None, kinds={}, readable=False)
        kinds: Counter[str] = Counter()
        for piece in pieces:
            kinds.update(self.text(piece).kinds)
        if not kinds:
            return MaskedFile(content=content, kinds={})
        made = files.rewritten(name, mime_type, content, self._masked, lambda text: bool(self.text(text).kinds))
        return MaskedFile(content=made, kinds=dict(kinds))

    def moves(self, kinds: Collection[str]) -> bool:
        return not self.acts_on.isdisjoint(kinds)

    def _masked(self, text: str, *, html: bool = False) -> str:
        return self.text(text, html=html).text


def mail_masker_of(
    policy: Policy, *, unreadable: Unreadable = "seal", language: Language = "zh-CN", key: bytes | None = None
) -> MailMasker:
    """The one for `policy`; where its module masking is off, every kind is reason enough."""
    found = next((module.config for module in policy.modules if isinstance(module.config, Config)), None)
    acts_on = tuple(Kind) if found is None else found.acts_on
    texts = policy.texts[MODULE]
    said = Said(
        file=texts.get("gate.file", language),
        closed=texts.get("gate.closed", language),
        whole=texts.get("gate.whole", language),
    )
    masker = PolicyMailMasker(masking=policy.masking, acts_on=frozenset(map(str, acts_on)), key=key)
    return MailMasker(masker=masker, said=said, unreadable=unreadable)
