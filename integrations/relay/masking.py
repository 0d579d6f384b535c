"""A mail, masked: what holds confidential data is written anew, everything else stays byte for byte (6.1.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from integrations.relay.bodies import masked_body
from integrations.relay.encodings import encoded, packed, unpacked
from integrations.relay.fields import SIGNATURES
from integrations.relay.headers import file_name, masked_head
from integrations.relay.masker import Masker, Tally
from integrations.relay.parts import DEEPEST, Field, Part, TooDeep, head_of, normal, parsed
from integrations.relay.second import still_readable

OURS: Final = "x-zhidu"
SHOWN: Final = "X-Zhidu"

Unreadable = Literal["seal", "pass", "refuse"]

_CLOSED: Final = frozenset(
    {"multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted",
     "application/ms-tnef", "application/vnd.ms-tnef", "message/partial", "message/external-body"}
)  # fmt: skip
"""Types of parts that nobody but the addressee, or one program, can look into."""
_CLOSED_ENDINGS: Final = (".p7m", ".gpg", ".pgp")
_PGP: Final = b"-----BEGIN PGP MESSAGE-----"
_PGP_SIGNED: Final = b"-----BEGIN PGP SIGNED MESSAGE-----"
_MAILS: Final = ("message/rfc822", "message/global")


class RefusedMail(ValueError):
    """There is something in the mail that cannot be read, and the settings want no such mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands in the place of what was sealed: a file, a part that cannot be read, a whole mail."""

    file: str
    closed: str
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedMail:
    """content   as it may go on; the given bytes where nothing had to be changed
    kinds     of what is masked → how many
    sealed    parts in whose place a text stands
    void      there was a signature, which does not hold any more
    changed   whether the original is to be sealed
    """

    content: bytes = field(repr=False)
    kinds: Mapping[str, int]
    sealed: int = 0
    void: bool = False
    changed: bool = False

    def stamped(self, original: int) -> bytes:
        """With the field that says what was masked: kinds and counts, and the number of the original in the vault."""
        told = [f"{kind}={count}" for kind, count in sorted(self.kinds.items())]
        told += [f"sealed-parts={self.sealed}"] * bool(self.sealed) + ["signature=void"] * self.void
        return f"{SHOWN}: {'; '.join([*told, f'original={original}'])}\r\n".encode() + self.content


@dataclass(frozen=True, slots=True, kw_only=True)
class MailMasker:
    """Masks mails. The same mail gives the same result.

    unreadable   what becomes of a part that nobody can look into: encrypted, damaged, too large
    """

    masker: Masker
    said: Said
    unreadable: Unreadable = "seal"

    def masked(self, raw: bytes) -> MaskedMail:
        """raises RefusedMail"""
        try:
            return self._masked(raw)
        except TooDeep:
            return self._closed(raw)

    def _masked(self, raw: bytes) -> MaskedMail:
        whole = parsed(raw)
        whole = whole.without(lambda name: name == OURS)
        found = _Pass(self, hides=True)
        made = found.part(whole)
        if not self.masker.moves(found.tally.kinds):
            if found.tally.unreadable and self.unreadable == "seal":
                found = _Pass(self, hides=False)
                made = found.part(whole)
            else:
                made, found.tally = whole, Tally(known=found.tally.known)
        content = bytes(made)
        changed = made is not whole and content != bytes(whole)
        if still_readable(content, self.masker, found.tally.known):
            return self._whole(whole, found.tally)
        if changed:
            content = normal(bytes(made.without(lambda name: name in SIGNATURES)))
        tally, signed = found.tally, changed and any(one.name in SIGNATURES for one in whole.fields)
        return MaskedMail(
            content=content, kinds=dict(tally.kinds), sealed=tally.sealed, void=tally.void or signed, changed=changed
        )

    def _whole(self, whole: Part, tally: Tally) -> MaskedMail:
        """Something would still be readable to another program: a text stands in the place of the whole mail."""
        heads = replace(whole, fields=masked_head(whole, self.masker, Tally()))
        heads = heads.without(lambda name: not name or name in SIGNATURES)
        made = bytes(as_text(heads, self.said.whole))
        if still_readable(made, self.masker, frozenset()):
            kept = tuple(one for one in heads.fields if one.name in _CARRYING and not self._alone(one))
            heads = replace(heads, fields=kept)
            made = bytes(as_text(heads, self.said.whole))
        return MaskedMail(content=normal(made), kinds=dict(tally.kinds), sealed=1, void=True, changed=True)

    def _alone(self, field: Field) -> bool:
        """Whether something would still be readable in a field, however another program takes its lines apart."""
        return still_readable(normal(field.raw + b"\r\n"), self.masker, frozenset())

    def _closed(self, raw: bytes) -> MaskedMail:
        """A mail of more parts than are looked at: a text stands in its place, even where `unreadable` says `pass`."""
        if self.unreadable == "refuse":
            raise RefusedMail("more parts than are looked at")
        fields, _ = head_of(raw, _LEAST_HEAD)
        kept = tuple(one for one in fields if not one.name.startswith("content-") and one.name != OURS)
        return self._whole(Part(fields=kept), Tally())


_LEAST_HEAD: Final = 1 << 16
_CARRYING: Final = frozenset(
    {"message-id", "references", "in-reply-to", "date", "received", "from", "to", "cc", "return-path", "mime-version"}
)


class _Pass:
    """Once through a mail.

    hides   False: texts are left as they are, and only what cannot be read is replaced
    """

    def __init__(self, mail: MailMasker, *, hides: bool) -> None:
        self.mail, self.hides = mail, hides
        self.masker, self.tally, self.depth = mail.masker, Tally(), 0

    def part(self, part: Part) -> Part:
        """The part as it may go on; itself where nothing is changed."""
        kind = part.head.get_content_type()
        made = part
        if self.hides:
            fields = masked_head(part, self.masker, self.tally)
            made = part if fields == part.fields else replace(part, fields=fields)
        if kind in _CLOSED or file_name(part).lower().endswith(_CLOSED_ENDINGS):
            return self._unreadable(made)
        if part.pieces:
            return self._several(made, kind)
        return self._single(made, kind)

    def _several(self, part: Part, kind: str) -> Part:
        pieces = tuple(self.part(piece) for piece in part.pieces)
        seams = part.seams
        if self.hides:
            seams = (self._margin(seams[0], first=True), *seams[1:-1], self._margin(seams[-1], first=False))
        if pieces == part.pieces and seams == part.seams:
            return part
        made = replace(part, pieces=pieces, seams=seams)
        return self._unsigned(made) if kind == "multipart/signed" else made

    def _margin(self, seam: bytes, *, first: bool) -> bytes:
        """What stands before the first and after the last part, and is never shown: it goes if it holds anything."""
        at = seam.rfind(b"\n--") + 1 if first else seam.find(b"\n", seam.find(b"--") + 1) + 1
        text = (seam[:at] if first else seam[at:]).decode("latin-1")
        found = self.masker.text(text)
        if not self.masker.moves(found.kinds):
            return seam
        self.tally.kinds.update(found.kinds)
        return seam[at:] if first else seam[:at]

    def _unsigned(self, part: Part) -> Part:
        """What was signed, without the signature, which does not hold any more."""
        self.tally.void = True
        inner = part.pieces[0]
        outer = [one for one in part.fields if not one.name.startswith("content-")]
        own = [one for one in inner.fields if one.name.startswith("content-")]
        return replace(inner, fields=(*outer, *own), gap=inner.gap or b"\r\n")

    def _single(self, part: Part, kind: str) -> Part:
        encoding = part.head.get("content-transfer-encoding", "")
        content = unpacked(part.body, encoding)
        name = file_name(part)
        self.tally.known.add(digest(content))
        if kind in _MAILS or name.lower().endswith(".eml"):
            return self._mail(part, content, encoding)
        if kind.startswith(("text/", "multipart/")) or kind == "message/delivery-status":
            if _PGP in content:
                return self._unreadable(part)
            made = masked_body(part, content, kind, self.masker, self.tally, hides=self.hides)
            if made is not part and _PGP_SIGNED in content:
                self.tally.void = True
            return made
        return self._file(part, content, encoding, name, kind)

    def _mail(self, part: Part, content: bytes, encoding: str) -> Part:
        """A mail within the mail. raises TooDeep"""
        if self.depth >= DEEPEST:
            raise TooDeep("mails within mails within mails")
        inner = parsed(content)
        self.depth += 1
        made = self.part(inner)
        self.depth -= 1
        if made is inner or bytes(made) == content:
            return part
        made = made.without(lambda name: name in SIGNATURES)
        return replace(part, body=packed(bytes(made), encoding))

    def _file(self, part: Part, content: bytes, encoding: str, name: str, kind: str) -> Part:
        found = self.masker.file(name, kind, content)
        if not found.readable:
            return self._unreadable(part)
        if not self.hides or not found.kinds:
            return part
        self.tally.kinds.update(found.kinds)
        if found.content is None:
            self.tally.sealed += 1
            return as_text(part, self.mail.said.file, name=self.masker.text(name).text)
        self.tally.known.add(digest(found.content))
        if found.content == content:
            return part
        return replace(part, body=packed(found.content, encoding or "base64")).with_fields(
            {} if encoding else {"Content-Transfer-Encoding": "base64"}
        )

    def _unreadable(self, part: Part) -> Part:
        self.tally.unreadable += 1
        match self.mail.unreadable:
            case "refuse":
                raise RefusedMail("something in the mail cannot be read")
            case "pass":
                self.tally.known.add(digest(unpacked(part.body, part.head.get("content-transfer-encoding", ""))))
                return part
            case _:
                self.tally.sealed += 1
                return as_text(part, self.mail.said.closed, name=self.masker.text(file_name(part)).text)


def as_text(part: Part, text: str, *, name: str = "") -> Part:
    """A text in the place of a part; what is not of its content stays in its head."""
    fields = {"Content-Type": "text/plain; charset=utf-8", "Content-Transfer-Encoding": "base64"}
    if name:
        shown = f"{name}.txt"
        fields["Content-Disposition"] = (
            f'attachment; filename="{shown}"'
            if shown.isascii() and '"' not in shown
            else f'attachment; filename="{encoded("", shown)}"'.replace("\r\n", "")
        )
    kept = part.without(lambda field_name: field_name.startswith("content-"))
    plain = replace(kept, body=packed(text.encode(), "base64"), pieces=(), seams=())
    return plain.with_fields(fields)


def digest(content: bytes) -> bytes:
    """By which a content that was looked at is known again."""
    return hashlib.sha256(content).digest()
