"""The one composition root: what the world gives (time, chance, new names) and every part, put together here only."""

from __future__ import annotations

import random
import socket
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import CollectorRegistry

from integrations.notify.mail import Mailer
from integrations.notify.smtp import SmtpMailer, SmtpSettings
from integrations.store.errors import StoreError
from integrations.store.store import Store, open_store
from integrations.zammad.errors import ZammadError
from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.names import Names
from integrations.zammad.notes import NoteWriter
from integrations.zammad.people import Directory
from integrations.zammad.plan import Planner
from integrations.zammad.pool import ClientPool
from integrations.zammad.transport import Connection, Limits
from integrations.zammad.wire import User
from jobs.drain import Workers
from jobs.post import Post
from jobs.process import Processor
from jobs.reconcile import Reconcile
from jobs.record import Recorder
from jobs.schedule import Schedule, Tick
from jobs.sweep import Sweep
from jobs.watchdog import Watchdog
from policies.kernel.config import Loaded
from policies.kernel.facts import Desk
from webhooks.app import create_app
from webhooks.ports import Check
from webhooks.serve import Server
from zhidu.metrics import Metrics, QueueDepths
from zhidu.people_file import People, desks
from zhidu.policy import Policy
from zhidu.settings import Config, Settings

log = structlog.get_logger()

KEEP_DONE = timedelta(days=30)
RULES_MAY_TAKE = 5.0
"""Seconds for all rules of one ticket; a whole evaluation is a fraction of a millisecond."""

_ADOPT_FROM = "adopt_from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """What comes from outside: aware UTC now, chance in [0, 1), names nobody else has, waiting."""

    now: Callable[[], datetime]
    jitter: Callable[[], float]
    new_id: Callable[[], str]


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


def secrets_of(settings: Settings) -> Secrets:
    """raises ConfigErrors – one of them is nowhere to be read."""
    return Secrets(token=settings.token(), webhook=settings.webhook_secret(), mail=settings.mail_password())


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
    pool = ClientPool(connection, jitter=outside.jitter)
    names = Names(pool.client)
    directory = Directory(
        lambda: staff(pool),
        names,
        people.config.post_by_login(),
        fresh_for=config.schedule.people_every_seconds,
    )
    return Helpdesk(pool=pool, names=names, directory=directory, url=place.url)


def staff(pool: ClientPool) -> list[User]:
    """Everybody with a role that is not only the customer's."""
    client = pool.client()
    roles = tuple(role.id for role in client.roles() if role.active and role.name != "Customer")
    return client.people(roles)


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
    reader = Reader(
        names=helpdesk.names,
        directory=helpdesk.directory,
        desks=_Desks(people, helpdesk.directory, outside.now),
        calendars=policy.calendars,
        features=FeatureCache(policy.extractor),
        me=helpdesk.pool.client().me().id,
        zone=policy.calendars["default"].zone if "default" in policy.calendars else ZoneInfo("UTC"),
    )
    notes = NoteWriter(voice=policy.desk_voice, to_customer=policy.customer_voice, url=helpdesk.url)
    return Processor(
        helpdesk=helpdesk.pool.client,
        store=store,
        reader=reader,
        planner=Planner(names=helpdesk.names, notes=notes),
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


class _Ready:
    """Ready while the store answers; the helpdesk may be away: deliveries are kept until it is back."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def checks(self) -> Sequence[Check]:
        try:
            self._store.inbox.depth()
        except StoreError as error:
            return (Check(name="store", ok=False, note=str(error)),)
        return (Check(name="store", ok=True),)


class Service:
    """The whole service in one process: HTTP, workers, timetable.

    Deliveries are accepted from the start; work begins once the helpdesk has said who we are.
    """

    def __init__(
        self,
        *,
        config: Config,
        policy: Policy,
        people: Loaded[People],
        secrets: Secrets,
        store: Store,
        outside: Outside,
        mailer: Mailer | None = None,
        timetable: Sequence[Tick] | None = None,
    ) -> None:
        self.config, self.policy, self.people, self.store, self.outside = config, policy, people, store, outside
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        queues = {"inbox": store.inbox.depth, "outbox": store.outbox.depth}
        self.registry.register(QueueDepths(queues, now=outside.now))
        self.helpdesk = helpdesk_of(config, secrets.token, people, outside)
        self.post = Post(store=store, mailer=mailer, meter=self.metrics)
        self.timetable = timetable if timetable is not None else timetable_of(config)
        app = create_app(
            inbox=store.inbox,
            secret=secrets.webhook,
            readiness=_Ready(store),
            registry=self.registry,
            meter=self.metrics,
            now=outside.now,
            wake=self.wake,
        )
        http = config.http
        self.server = Server(app, host=http.host, port=http.port, threads=http.threads, meter=self.metrics)
        self.workers: Workers | None = None
        self.processor: Processor | None = None
        self.schedule: Schedule | None = None
        self._stopping = threading.Event()
        self._connector = threading.Thread(target=self._connect, name="connector")
        self.connected = threading.Event()

    def wake(self) -> None:
        """Tell the workers that something waits."""
        if self.workers is not None:
            self.workers.wake()

    def start(self) -> None:
        self.server.start()
        self._connector.start()

    def stop(self) -> None:
        """Accept nothing more, finish what is being worked on, give everything back. What waits stays in the store."""
        self._stopping.set()
        self.server.stop()
        self._connector.join()
        if self.schedule is not None:
            self.schedule.stop()
        if self.workers is not None:
            self.workers.stop()
        self.helpdesk.pool.close()
        self.store.close()

    def _connect(self) -> None:
        wait = 1.0
        while not self._stopping.is_set():
            try:
                self._begin()
                return
            except (ZammadError, StoreError) as error:
                log.warning("helpdesk not reached yet", error=str(error), again_in=wait)
            self._stopping.wait(wait)
            wait = min(wait * 2, 60.0)

    def _begin(self) -> None:
        adopt_from = self._adopt_from()
        processor = processor_of(
            self.policy, self.helpdesk, self.people, self.store, self.outside, self.metrics, lambda: adopt_from
        )
        name = f"{socket.gethostname()}-{self.outside.new_id()[:8]}"
        self.processor = processor
        self.workers = Workers(store=self.store, process=processor.process, name=name, count=self.config.workers.count)
        self.schedule = Schedule(self._jobs(), self.timetable)
        if self._stopping.is_set():
            return
        self.workers.start()
        self.schedule.start()
        self.connected.set()
        log.info("working", me=processor.reader.me, policy=self.policy.digest, modules=len(self.policy.units))

    def _jobs(self) -> Mapping[str, Callable[[], object]]:
        outside, store = self.outside, self.store
        client = self.helpdesk.pool.client
        sweep = Sweep(store=store, now=outside.now, wake=self.wake)
        reconcile = Reconcile(helpdesk=client, store=store, now=outside.now, wake=self.wake)
        return {
            "sweep": sweep.run,
            "reconcile": reconcile.run,
            "post": self.post.run,
            "purge": lambda: purge(store, outside.now() - KEEP_DONE),
        }

    def _adopt_from(self) -> datetime:
        """From when on tickets are taken in; without a setting, from the first start."""
        if self.config.adopt_from is not None:
            return self.config.adopt_from
        known = self.store.cursors.time(_ADOPT_FROM)
        if known is None:
            known = self.outside.now()
            self.store.cursors.put(_ADOPT_FROM, known)
        return known


def purge(store: Store, before: datetime) -> int:
    """Remove what was finished before `before` from inbox and outbox."""
    return store.inbox.purge(before) + store.outbox.purge(before)


def timetable_of(config: Config) -> tuple[Tick, ...]:
    """The timetable as configured."""
    schedule = config.schedule
    return (
        Tick(name="sweep", every=schedule.sweep_every_seconds),
        Tick(name="post", every=schedule.post_every_seconds),
        Tick(name="reconcile", every=schedule.reconcile_every_seconds),
        Tick(name="purge", every=schedule.purge_every_seconds),
    )
