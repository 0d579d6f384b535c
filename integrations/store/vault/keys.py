"""The key ring: keys by period, and what is derived from them. No key is ever shown, logged or stored.

Each key of the ring has 256 bits and wraps the data keys of one period's tickets. The `secret`, which seals nothing,
keys what must stay comparable over all periods: tokens, digests, links, approvals, the log's chain.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from integrations.store.vault.errors import KeyGone, Tampered

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12

_PURPOSES: Final = ("token", "digest", "link", "log", "approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class RingKey:
    """One period's key.

    retired   its originals are to be sealed anew with the current key, after which it can be destroyed
    """

    id: str
    secret: bytes = field(repr=False)
    retired: bool = False


class KeyRing:
    """Every key at hand, of which `current` seals what is new.

    keys      at least the current one, which is not retired
    secret    256 bits that are none of the keys
    missing   keys that should be there and are not: id → why
    raises    ValueError – none of this; the text names ids only
    """

    def __init__(
        self, *, keys: Sequence[RingKey], current: str, secret: bytes, missing: Mapping[str, str] | None = None
    ) -> None:
        by_id = {key.id: key for key in keys}
        secrets = [secret, *(key.secret for key in keys)]
        if len(by_id) != len(keys) or len(set(secrets)) != len(secrets):
            raise ValueError("two keys are the same, or have the same id")
        if any(len(one) != KEY_BYTES for one in secrets):
            raise ValueError(f"a key has not {KEY_BYTES} bytes")
        if current not in by_id or by_id[current].retired:
            raise ValueError(f"the current key {current} is not there, or retired")
        self.current = current
        self.missing: Mapping[str, str] = MappingProxyType(dict(missing or {}))
        self.ids = tuple(by_id)
        self.retired = tuple(key.id for key in keys if key.retired)
        self._wrapping = {key.id: AESGCM(_derived(key.secret, "wrap")) for key in keys}
        self._marks = {key.id: _derived(key.secret, "mark")[:8].hex() for key in keys}
        self._macs = {purpose: _derived(secret, purpose) for purpose in _PURPOSES}
        self._secret_mark = _derived(secret, "mark")[:8].hex()

    def __repr__(self) -> str:
        return f"KeyRing(ids={self.ids}, current={self.current!r})"

    def mark(self, key_id: str) -> str:
        """64 bits by which a key is recognised and nothing is learnt of it. `key_id` "": the secret's.

        raises   KeyGone
        """
        if not key_id:
            return self._secret_mark
        if key_id not in self._marks:
            raise self._gone(key_id)
        return self._marks[key_id]

    def wrap(self, key_id: str, data_key: bytes, nonce: bytes, about: bytes) -> bytes:
        """`data_key` sealed under the key `key_id`, bound to `about`. raises KeyGone"""
        return self._wrapper(key_id).encrypt(nonce, data_key, about)

    def unwrap(self, key_id: str, wrapped: bytes, nonce: bytes, about: bytes) -> bytes:
        """What `wrap` was given. raises KeyGone · Tampered – it is not as it was."""
        try:
            return self._wrapper(key_id).decrypt(nonce, wrapped, about)
        except InvalidTag:
            raise Tampered(f"a data key under the key {key_id} is not as it was sealed") from None

    def token(self, value: bytes) -> str:
        """The same for the same value in every period; says nothing of it to whoever has not the secret."""
        return self._mac("token", value).hex()[:32]

    def digest(self, about: bytes, packed: bytes) -> str:
        """The identity of an original at its place: equal only there, so that it links no two places."""
        return self._mac("digest", len(about).to_bytes(4, "big") + about + packed).hex()

    def link(self, about: bytes) -> str:
        """The signature of a one-time link, fit for an address."""
        return urlsafe_b64encode(self._mac("link", about)).decode().rstrip("=")

    def approval(self, about: bytes) -> str:
        """The mark of an approval."""
        return self._mac("approval", about).hex()

    @staticmethod
    def same(one: str, other: str) -> bool:
        """Whether two marks are one, in a time that tells nothing of where they differ."""
        return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))

    def chained(self, before: str, row: bytes) -> str:
        """The log's mark of `row` after the row whose mark is `before`."""
        return self._mac("log", before.encode() + b"\n" + row).hex()

    def _mac(self, purpose: str, data: bytes) -> bytes:
        return hmac.new(self._macs[purpose], data, sha256).digest()

    def _wrapper(self, key_id: str) -> AESGCM:
        found = self._wrapping.get(key_id)
        if found is None:
            raise self._gone(key_id)
        return found

    def _gone(self, key_id: str) -> KeyGone:
        return KeyGone(f"the key {key_id} is not at hand: {self.missing.get(key_id, 'the settings do not name it')}")


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"zhidu vault {purpose} 1".encode()).derive(
        secret
    )
