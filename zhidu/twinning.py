"""Making tickets anew, put together: the masker over the policy's settings, the note, the two clients, the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from markupsafe import Markup, escape

from integrations import files
from integrations.store.store import Store
from integrations.store.twins import COPY
from integrations.store.vault.vault import Vault
from integrations.zammad.client import Client
from integrations.zammad.twin_copy import TicketCopy
from integrations.zammad.twin_taking import Taker
from integrations.zammad.wire import PREFIX
from integrations.zammad.writes import ArticleWrite
from jobs.twin import Twinning
from policies.kernel.facts import Post
from policies.kernel.masking import Action, Kind, Masking, detect, masked, operators
from policies.kernel.texts import Language
from zhidu.compose import Helpdesk, Outside, pool_of
from zhidu.config import Config
from zhidu.policy import Policy

log = structlog.get_logger()

MODULE = "masking"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyMasker:
    """Masks as `masking.yaml` says. `key`: for the style `token`."""

    masking: Masking
    key: bytes | None = None

    def text(self, text: str, *, html: bool = False) -> str:
        spans = detect(text, html=html, config=self.masking)
        known = operators(self.masking, self.key)
        return masked(text, spans, known, html=html, config=self.masking) if spans else text

    def kinds(self, text: str, *, html: bool = False) -> frozenset[Kind]:
        found = (span.kind for span in detect(text, html=html, config=self.masking))
        return frozenset(kind for kind in found if self.masking.of(kind).action is Action.MASK)

    def file(self, name: str, mime_type: str, content: bytes) -> bytes | None:
        return files.rewritten(name, mime_type, content, self.text, lambda text: bool(self.kinds(text)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinChore:
    """The job of the timetable: goes on with what is to be made anew.

    token   an administrator's; without it, or without a vault, nothing is touched and the log says so
    """

    config: Config
    policy: Callable[[], Policy]
    helpdesk: Helpdesk
    store: Store
    outside: Outside
    vault: Vault | None
    token: str | None = field(repr=False)
    wake: Callable[[], None]

    def run(self) -> int:
        """How many tickets were finished. raises StoreError"""
        twins = self.store.twins
        if not twins.unfinished() and not twins.leftovers():
            return 0
        if self.vault is None or self.token is None:
            log.error("tickets wait to be masked: a vault and helpdesk.admin_token_file (or _env) are needed")
            return 0
        pool = pool_of(self.config, self.token, self.outside)
        place = self.config.helpdesk
        try:
            job = twinning_of(
                self.policy(), self.helpdesk, pool.client, self.vault, self.store, self.outside,
                language="zh-CN" if place is None else place.language, wake=self.wake,
            )  # fmt: skip
            return job.run()
        finally:
            pool.close()


def twinning_of(
    policy: Policy,
    helpdesk: Helpdesk,
    admin: Callable[[], Client],
    vault: Vault,
    store: Store,
    outside: Outside,
    *,
    language: Language = "zh-CN",
    wake: Callable[[], None] = lambda: None,
) -> Twinning:
    """The job. `admin`: the administrator's client of the calling thread; `language`: of the note."""
    masker = PolicyMasker(masking=policy.masking, key=vault.token("masking").encode())
    client = helpdesk.pool.client

    def say(key: str, **values: str | int) -> str:
        return policy.texts[MODULE].get(key, language, **{name: str(value) for name, value in values.items()})

    def taker() -> Taker:
        return Taker(client(), helpdesk.names, masker, own_fields(client()), say("twin.file"))

    return Twinning(
        client=client,
        admin=admin,
        names=helpdesk.names,
        taker=taker,
        authors=lambda: authors(helpdesk, outside),
        note=lambda copy: _note(copy, say, vault, policy.calendars["default"].zone),
        holds=lambda text: bool(masker.kinds(text)),
        safe=vault,
        copies=store.copies(vault.ring, outside.entropy),
        store=store,
        me=lambda: client().me().id,
        now=outside.now,
        wake=wake,
    )


def _note(copy: TicketCopy, say: Callable[..., str], vault: Vault, zone: ZoneInfo) -> ArticleWrite:
    """What happened, when all of it truly came in, in the company's zone, and under which numbers the originals lie."""

    def when(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    records = (one for one in vault.rows.records(ticket_id=copy.id) if one.origin.place != COPY)
    lines = [
        say("twin.note"),
        say("twin.times", created=when(copy.created_at)),
        say("twin.sealed", records=", ".join(str(one.id) for one in records)),
    ]
    lines += [f"{when(copied.at)} · {copied.sender} · {copied.type}" for copied in copy.articles]
    body = Markup("<br>").join(map(escape, lines))
    return ArticleWrite(body=str(body), internal=True, key=f"twin:{copy.id}", subject=say("twin.subject"))


def authors(helpdesk: Helpdesk, outside: Outside) -> frozenset[int]:
    """Ids of active staff."""
    people = helpdesk.directory.people(outside.now().date())
    return frozenset(id for id, person in people.items() if person.active and isinstance(person.post, Post | None))


def own_fields(client: Client) -> frozenset[str]:
    """The tickets' fields that are a company's own or ours: Zammad's own are written one by one."""
    found = (one for one in client.object_attributes() if one.object == "Ticket" and one.active)
    return frozenset(one.name for one in found if one.name.startswith(PREFIX) or one.name not in _ZAMMADS)


_ZAMMADS = frozenset(
    {"number", "title", "customer_id", "organization_id", "type", "group_id", "owner_id", "state_id", "pending_time"}
    | {"priority_id", "tags", "id", "created_at", "updated_at", "created_by_id", "updated_by_id"}
)
