"""Messages of web forms, apps and messengers on their way into the helpdesk, and masked ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from typing import Literal

from integrations.relay.masker import Tally
from integrations.relay.masking import MailMasker, RefusedMail

Channel = Literal["web", "app", "messenger", "phone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes: an e-mail address, or the login of a user that the helpdesk has. `name`: for one it does not know."""

    email: str = field(default="", repr=False)
    login: str = field(default="", repr=False)
    name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    name: str = field(repr=False)
    mime_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """key     its identity: the same key is the same message
    html    whether `text` is HTML
    number  of the ticket it belongs to; None: a new one is made
    raw     as it was signed
    """

    key: str = field(repr=False)
    channel: Channel
    sender: Sender
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: bool = False
    files: tuple[File, ...] = ()
    number: str | None = None
    raw: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """The same for the same message, however its JSON was written."""
        files = [[file.name, file.mime_type, sha256(file.content).hexdigest()] for file in self.files]
        who = [self.sender.email, self.sender.login, self.sender.name]
        parts = [self.channel, who, self.subject, self.text, self.html, files, self.number]
        return sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a message became. `new` False: it was there before."""

    number: str
    id: int
    kinds: Mapping[str, int]
    new: bool


class Why(StrEnum):
    """Why a message was not taken."""

    NO_TICKET = "there is no such ticket"
    OTHER_CONTENT = "the key was used for another message"
    OTHER_CUSTOMER = "the ticket is another customer's"
    MERGED = "the ticket was merged into another one"
    NO_SUBJECT = "a new ticket needs a subject"
    UNREADABLE = "a file cannot be looked into, which is not accepted here"
    REFUSED = "the helpdesk refuses it"
    LATER = "not now: send it again with the same key"


class NotTaken(Exception):
    """The text holds nothing of the message."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedMessage:
    """changed   whether the original is to be sealed"""

    message: Message
    kinds: Mapping[str, int]
    changed: bool


def masked_message(mail: MailMasker, message: Message) -> MaskedMessage:
    """Masked as a mail would be. raises RefusedMail"""
    tally = Tally()
    files = tuple(_file(mail, file, tally, hides=True) for file in message.files)
    hidden = replace(
        message,
        subject=_text(mail, message.subject, tally),
        text=_text(mail, message.text, tally, html=message.html),
        sender=replace(message.sender, name=_text(mail, message.sender.name, tally)),
        files=files,
    )
    if mail.masker.moves(tally.kinds):
        return MaskedMessage(message=hidden, kinds=dict(tally.kinds), changed=True)
    kept = tuple(_file(mail, file, Tally(), hides=False) for file in message.files)
    return MaskedMessage(message=replace(message, files=kept), kinds={}, changed=kept != message.files)


def _text(mail: MailMasker, text: str, tally: Tally, *, html: bool = False) -> str:
    found = mail.masker.text(text, html=html)
    tally.kinds.update(found.kinds)
    return found.text


def _file(mail: MailMasker, file: File, tally: Tally, *, hides: bool) -> File:
    """hides   False: only what cannot be looked into is replaced"""
    name = _text(mail, file.name, tally) if hides else file.name
    if file.mime_type == "message/rfc822" or file.name.lower().endswith(".eml"):
        inner = mail.masked(file.content)
        tally.kinds.update(inner.kinds)
        return File(name=name, mime_type=file.mime_type, content=inner.content)
    found = mail.masker.file(file.name, file.mime_type, file.content)
    if not found.readable:
        if mail.unreadable == "refuse":
            raise RefusedMail("a file cannot be looked into")
        return replace(file, name=name) if mail.unreadable == "pass" else _sealed(name, mail.said.closed)
    if not hides:
        return file
    tally.kinds.update(found.kinds)
    if found.content is None:
        return _sealed(name, mail.said.file)
    return File(name=name, mime_type=file.mime_type, content=found.content)


def _sealed(name: str, said: str) -> File:
    return File(name=f"{name}.txt", mime_type="text/plain", content=said.encode())
