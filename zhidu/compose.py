"""The one composition root: what the world gives (time, chance, new names) and every part, put together here only."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import structlog

from integrations.notify.mail import Mailer
from integrations.notify.smtp import SmtpMailer, SmtpSettings
from integrations.store.store import Store, open_store
from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.names import Names
from integrations.zammad.people import Directory, Staff
from integrations.zammad.pool import ClientPool
from integrations.zammad.transport import Connection, Limits
from jobs.process import Processor
from jobs.record import Recorder
from jobs.related import Relations
from jobs.troubles import Troubles
from jobs.watchdog import Watchdog
from policies.kernel.config import Loaded
from policies.kernel.facts import Desk, Related
from policies.kernel.text.learnt import Learnt
from zhidu.config import Config
from zhidu.inspecting import inspector_of
from zhidu.judging import planner_of
from zhidu.learning import load as learnt_of
from zhidu.metrics import Metrics
from zhidu.people_file import People, desks
from zhidu.policy import Policy
from zhidu.settings import Settings

log = structlog.get_logger()

RULES_MAY_TAKE = 5.0
"""Seconds for all rules of one ticket; a whole evaluation is a fraction of a millisecond."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What comes from outside: aware UTC now, chance in [0, 1), names nobody else has, waiting.

    sleep      waits so many seconds before a call is tried again
    monotonic  seconds that only grow, for the age of what was read
    entropy    so many bytes from the operating system's generator, for keys and nonces; never of a seed
    """

    now: Callable[[], datetime]
    jitter: Callable[[], float]
    new_id: Callable[[], str]
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    entropy: Callable[[int], bytes] = os.urandom


def real_outside() -> Outside:
    """The real world."""
    return Outside(now=lambda: datetime.now(UTC), jitter=random.random, new_id=lambda: uuid.uuid4().hex)


def today() -> date:
    """The day it is, by UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What must not be shown; read where the service is built and kept nowhere else."""

    token: str = field(repr=False)
    webhook: str | None = field(repr=False)
    mail: str | None = field(default=None, repr=False)
    admin: str | None = field(default=None, repr=False)
    gateway: str | None = field(default=None, repr=False)


def secrets_of(settings: Settings) -> Secrets:
    """raises ConfigErrors – one of them is nowhere to be read."""
    return Secrets(
        token=settings.token(),
        webhook=settings.webhook_secret(),
        mail=settings.mail_password(),
        admin=settings.admin_token(),
        gateway=settings.gateway_secret(),
    )


def store_of(settings: Settings, outside: Outside) -> Store:
    """The store, brought to this program's revision. raises StoreError"""
    url = settings.store_url()
    if url.startswith("sqlite:///"):
        settings.path(settings.folder / url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    store = open_store(
        url,
        now=outside.now,
        jitter=outside.jitter,
        new_id=outside.new_id,
        pool_size=settings.config.store.pool_size,
    )
    store.migrate()
    return store


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpdesk:
    """The way to the helpdesk, before anything was asked of it."""

    pool: ClientPool
    names: Names
    directory: Directory
    url: str


def helpdesk_of(config: Config, token: str, people: Loaded[People], outside: Outside) -> Helpdesk:
    """The helpdesk that `config` names, by the user whose token it is."""
    pool = pool_of(config, token, outside)
    names = Names(pool.client)
    directory = Directory(
        lambda: staff(pool),
        names,
        people.config.post_by_login(),
        fresh_for=config.schedule.people_every_seconds,
        monotonic=outside.monotonic,
    )
    url = "" if config.helpdesk is None else config.helpdesk.url
    return Helpdesk(pool=pool, names=names, directory=directory, url=url)


def pool_of(config: Config, token: str, outside: Outside) -> ClientPool:
    """Clients of the helpdesk that `config` names, by the user whose token it is."""
    place = config.helpdesk
    if place is None:
        raise ValueError("the configuration names no helpdesk")
    limits = Limits(
        connect_within=place.connect_within_seconds,
        read_within=place.read_within_seconds,
        budget=place.budget_seconds,
    )
    ca_file = None if place.ca_file is None else str(place.ca_file)
    connection = Connection(url=place.url, token=token, limits=limits, ca_file=ca_file, proxy=place.proxy)
    return ClientPool(connection, sleep=outside.sleep, jitter=outside.jitter)


def staff(pool: ClientPool) -> Staff:
    """Everybody with a role that is not only the customer's, and these roles. raises ZammadError"""
    client = pool.client()
    roles = tuple(role for role in client.roles() if role.active and role.name != "Customer")
    return Staff(users=tuple(client.people(tuple(role.id for role in roles))), roles=roles)


class _Desks:
    """The desks by user ids, made anew when the people may have changed."""

    def __init__(self, people: Loaded[People], directory: Directory, now: Callable[[], datetime]) -> None:
        self._people, self._directory, self._now = people, directory, now
        self._made: tuple[datetime, Mapping[str, Desk]] | None = None

    def __call__(self) -> Mapping[str, Desk]:
        now = self._now()
        if self._made is None or abs(now - self._made[0]) > timedelta(minutes=5):
            found = desks(self._people, self._directory.id_of)
            for problem in found.problems:
                log.warning("nobody by that name", problem=str(problem))
            self._made = now, found.desks
        return self._made[1]


def processor_of(
    policy: Policy,
    helpdesk: Helpdesk,
    people: Loaded[People],
    store: Store,
    outside: Outside,
    metrics: Metrics,
    adopt_from: Callable[[], datetime | None],
) -> Processor:
    """The use case with everything it needs. Asks the helpdesk who we are. raises ZammadError"""
    relations = relations_of(policy, store)
    return Processor(
        helpdesk=helpdesk.pool.client,
        store=store,
        reader=reader_of(policy, helpdesk, people, outside.now, relations, learnt_of(store.learnt.enabled())),
        planner=planner_of(policy, helpdesk.names, helpdesk.url),
        relations=relations,
        troubles=Troubles(store=store, voice=policy.desk_voice, now=outside.now),
        recorder=Recorder(voice=policy.desk_voice, policy=policy.digest),
        units=policy.units,
        now=outside.now,
        new_id=outside.new_id,
        meter=metrics,
        watchdog=Watchdog(RULES_MAY_TAKE),
        adopt_from=adopt_from,
    )


def mailer_of(config: Config, password: str | None, outside: Outside) -> Mailer | None:
    """The mail server; None when none is configured."""
    mail = config.mail
    if mail is None:
        return None
    settings = SmtpSettings(
        host=mail.host,
        port=mail.port,
        sender=mail.sender,
        sender_name=mail.sender_name,
        security=mail.security,
        ca_file=None if mail.ca_file is None else str(mail.ca_file),
        username=mail.username,
        password=password,
        domain=mail.domain,
        timeout=mail.timeout_seconds,
    )
    return SmtpMailer(settings, now=outside.now)


def relations_of(policy: Policy, store: Store) -> Relations:
    """How far other cases reach, as the core module's settings say."""
    core = policy.modules["core"].config
    return Relations(
        store=store,
        repeat_within=timedelta(days=core.repeat_within.amount),
        group_within=timedelta(days=core.group_within.amount),
    )


def reader_of(
    policy: Policy,
    helpdesk: Helpdesk,
    people: Loaded[People],
    now: Callable[[], datetime],
    relations: Relations | None = None,
    learnt: Learnt | None = None,
    entropy: Callable[[int], bytes] = os.urandom,
) -> Reader:
    """What turns answers into facts. Asks the helpdesk who we are. raises ZammadError"""
    return Reader(
        names=helpdesk.names,
        directory=helpdesk.directory,
        desks=_Desks(people, helpdesk.directory, now),
        calendars=policy.calendars,
        features=FeatureCache(policy.extractor.taught(learnt)),
        me=helpdesk.pool.client().me().id,
        zone=policy.calendars["default"].zone,
        related=relations.related if relations is not None else lambda ticket: Related(),
        inspector=inspector_of(policy, helpdesk, entropy),
    )
