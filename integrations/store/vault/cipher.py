"""Sealing and opening: AES-256-GCM over pieces, each bound to where the original stood and to its turn.

An original is packed with its name, cut into pieces of a mebibyte, and each piece sealed with a nonce of its own from
the operating system. What a piece is bound to (associated data) is not stored beside it but worked out from the row it
belongs to, so that a row or a piece that was moved, swapped, dropped or repeated does not open.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from integrations.store.vault.errors import Tampered, TooLarge
from integrations.store.vault.keys import NONCE_BYTES
from integrations.store.vault.records import Origin, Original, Piece, Seal

VERSION: Final = 1
"""Of this way of sealing; it is part of what is bound."""

PIECE_BYTES: Final = 1 << 20
LARGEST_BYTES: Final = 64 << 20

_HEAD: Final = struct.Struct(">BH")


def packed(original: Original) -> bytes:
    """Name and content as one text of bytes. raises TooLarge"""
    name = original.name.encode()
    if len(original.content) > LARGEST_BYTES or len(name) > 0xFFFF:
        raise TooLarge(f"an original has at most {LARGEST_BYTES >> 20} MiB (got {len(original.content)} bytes)")
    return _HEAD.pack(original.text, len(name)) + name + original.content


def unpacked(data: bytes) -> Original:
    """What `packed` was given."""
    text, length = _HEAD.unpack_from(data)
    start = _HEAD.size + length
    return Original(content=data[start:], name=data[_HEAD.size : start].decode(), text=bool(text))


def about(origin: Origin) -> bytes:
    """Where an original stood, without ambiguity."""
    return _json(origin.ticket_id, origin.article_id, origin.place, origin.kind)


def about_data_key(ticket_id: int, key_id: str) -> bytes:
    """What a wrapped data key is bound to."""
    return _json("data key", VERSION, ticket_id, key_id)


def sealed(data: bytes, seal: Seal, data_key: bytes, random: Callable[[int], bytes]) -> tuple[Piece, ...]:
    """`data` in pieces, at least one."""
    cipher = AESGCM(data_key)
    parts = [data[start : start + PIECE_BYTES] for start in range(0, len(data), PIECE_BYTES)]
    pieces = []
    for turn, part in enumerate(parts):
        nonce = random(NONCE_BYTES)
        pieces.append(Piece(nonce=nonce, sealed=cipher.encrypt(nonce, part, _bound(seal, turn, len(parts)))))
    return tuple(pieces)


def opened(pieces: Sequence[Piece], seal: Seal, data_key: bytes) -> bytes:
    """What was sealed. raises Tampered – anything at all is not as it was"""
    cipher = AESGCM(data_key)
    parts = []
    try:
        for turn, piece in enumerate(pieces):
            parts.append(cipher.decrypt(piece.nonce, piece.sealed, _bound(seal, turn, len(pieces))))
    except (InvalidTag, ValueError):
        parts = []
    if not parts:
        origin = seal.origin
        raise Tampered(f"{origin.kind} of ticket {origin.ticket_id}, {origin.place}: not as it was sealed")
    return b"".join(parts)


def _bound(seal: Seal, turn: int, of: int) -> bytes:
    origin = seal.origin
    return _json(
        "original", seal.version, origin.ticket_id, origin.article_id, origin.place, origin.kind, seal.key_id,
        seal.digest, turn, of,
    )  # fmt: skip


def _json(*parts: object) -> bytes:
    return json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode()
