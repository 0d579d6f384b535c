"""The vault as configured: its keys read, who acts, and the mail with a one-time link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from integrations.notify.mail import Permanent
from integrations.store.records import Message
from integrations.store.store import Store
from integrations.store.vault.errors import Forged
from integrations.store.vault.records import Actor, Request
from integrations.store.vault.vault import Vault
from jobs.post import LINK_MAIL
from policies.kernel.facts import Post
from webhooks.vault import PATH, Pages
from webhooks.vault_words import texts
from zhidu.accounts import account
from zhidu.compose import Outside
from zhidu.people_file import People
from zhidu.settings import Settings
from zhidu.standing import local_address
from zhidu.vault_ring import configured, ring_of, rules_of

_LINK: Final = "{link}"


def vault_of(settings: Settings, store: Store, outside: Outside) -> Vault:
    """The vault over `store`. raises ConfigErrors"""
    return store.vault(ring_of(settings), rules_of(settings), outside.entropy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vaulted:
    """What a service does with the vault.

    text   of a message as it is sent
    """

    vault: Vault
    pages: Pages
    text: Callable[[Message], str]


def vaulted(settings: Settings, store: Store, people: People, outside: Outside, zone: ZoneInfo) -> Vaulted | None:
    """For a service; None: no vault is configured. raises ConfigErrors"""
    if settings.config.vault is None:
        return None
    vault = vault_of(settings, store, outside)
    pages = Pages(
        vault=vault,
        post_of=lambda login: post_of(people, login),
        now=outside.now,
        zone=zone,
        language=settings.config.vault.language,
    )
    return Vaulted(vault=vault, pages=pages, text=with_link(settings, vault))


def plain(message: Message) -> str:
    """The text of a message where no vault is configured."""
    if message.kind == LINK_MAIL:
        raise Permanent("the vault that this link leads to is no longer configured")
    return message.body


def post_of(people: People, login: str) -> Post | None:
    """The post that `people.yaml` gives a login; None: none."""
    posts = {known.casefold(): post for known, post in people.post_by_login().items()}
    return posts.get(login.strip().casefold())


def actor(settings: Settings, people: People, login: str) -> Actor:
    """Who acts by a command: the login as it was said, with the post that `people.yaml` gives it, and the account of
    the machine that the command was started from, which the kernel says."""
    return Actor(login=login.strip(), post=post_of(people, login), account=account(settings.environment))


def link_mail(settings: Settings, address: Callable[[str], str | None]) -> Callable[[Request], Message | None]:
    """Makes the mail to the asker of an approved request, without its link; None where no address is known.

    address   of a login
    """
    vault = configured(settings)

    def mail(request: Request) -> Message | None:
        to = address(request.by)
        if to is None:
            return None
        minutes = f"{vault.reveal_within_minutes:g}"
        told = {"ticket": request.ticket_id, "approver": request.approver, "minutes": minutes, "link": _LINK}
        return Message(
            key=f"vault:{request.id}:{request.nonce}",
            kind=LINK_MAIL,
            to=to,
            subject=texts().get("mail.subject", vault.language, id=request.id),
            body=texts().get("mail.body", vault.language, **told),
            headers={"X-Zhidu-Request": str(request.id)},
        )

    return mail


def with_link(settings: Settings, vault: Vault) -> Callable[[Message], str]:
    """The text of a message as it is sent: a link mail gets its link here, so that no link lies in the store."""
    base = settings.config.http.public_url or local_address(settings.config.http)

    def text(message: Message) -> str:
        if message.kind != LINK_MAIL:
            return message.body
        request = vault.rows.request(int(message.headers["X-Zhidu-Request"]))
        if base is None:
            raise Permanent("the link has no address: set http.public_url, or http.port")
        try:
            vault.check(request)
        except Forged as error:
            raise Permanent(str(error)) from None
        return message.body.replace(_LINK, f"{base}{PATH}/{request.id}/{quote(vault.link(request))}")

    return text
