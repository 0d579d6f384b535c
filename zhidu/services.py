"""The service: HTTP, workers and timetable over the parts that `compose` puts together."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from flask import Flask
from prometheus_client import CollectorRegistry

from integrations.notify.gateway import Gateway
from integrations.notify.mail import Mailer
from integrations.store.errors import StoreError
from integrations.store.records import Work
from integrations.store.store import Store
from integrations.zammad.errors import ZammadError
from integrations.zammad.provision.changes import Plan
from jobs.access import Access, admitted, is_lockout
from jobs.drain import Workers
from jobs.duty import Duty
from jobs.gathering import Frame
from jobs.outcomes import Outcome
from jobs.post import Post
from jobs.process import Processor
from jobs.relook import Relook
from jobs.schedule import Schedule, Tick
from jobs.sweep import recompute_provisional
from policies.kernel.config import Loaded
from webhooks.app import create_app
from webhooks.intake import MAX_BYTES
from webhooks.messages import Messages
from webhooks.serve import Server
from zhidu.chores import ASKING, Chores, Job
from zhidu.compose import Outside, Secrets, helpdesk_of, processor_of
from zhidu.config import Config, Http
from zhidu.gating import Gating
from zhidu.metrics import Metrics, QueueDepths
from zhidu.older import begin
from zhidu.people_file import People
from zhidu.policy import Policy
from zhidu.readiness import Ready
from zhidu.timetable import timetable_of
from zhidu.vaults import Vaulted, plain

log = structlog.get_logger()


class Service:
    """The whole service in one process: HTTP, workers, timetable.

    Deliveries are accepted from the start; work begins once the helpdesk has said who we are.
    """

    workers: Workers | None = None
    processor: Processor | None = None
    schedule: Schedule | None = None
    duty: Duty | None = None

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
        gateway: Gateway | None = None,
        dry_run: bool = False,
        timetable: Sequence[Tick] | None = None,
        published: Callable[[], Policy | None] = lambda: None,
        provisioned: Callable[[Service], Plan] | None = None,
        vaulted: Vaulted | None = None,
        gate: Callable[[Service], Gating] | None = None,
    ) -> None:
        """published     the policy that has come into force since it was last asked; None: none has
        provisioned   what differs between the helpdesk's set-up and the modules' needs; None: nobody looks
        vaulted       the vault with its pages and mails; None: none is configured
        gate          makes what masks before the helpdesk sees it; None: no vault is configured
        """
        self.config, self.policy, self.people, self.store, self.outside = config, policy, people, store, outside
        self.registry = CollectorRegistry()
        self.metrics = Metrics(self.registry)
        self.dry_run, self.published, self.provisioned = dry_run, published, provisioned
        self.vaulted, self._admin = vaulted, secrets.admin
        self.relook = Relook(store=store, policy=lambda: self.policy.digest, wake=self.wake)
        queues = {"inbox": store.inbox.depth, "outbox": store.outbox.depth}
        self.registry.register(QueueDepths(queues, now=outside.now))
        self.helpdesk = helpdesk_of(config, secrets.token, people, outside)
        self.post = self._post(None, None) if dry_run else self._post(mailer, gateway)
        self.access = Access(lambda: self.helpdesk.pool.client().me(), outside.now)
        self.metrics.admits(lambda: not self.access.shut)
        self.gating = None if gate is None else gate(self)
        self.timetable = timetable if timetable is not None else timetable_of(config)
        self.server = _server(self._app(secrets.webhook), config.http, self.metrics, self._messages)
        self.metrics.keeps_timetable(lambda: self.duty is not None and self.duty.on)
        self._coming: Policy | None = None
        self._stopping = threading.Event()
        self._connector = threading.Thread(target=self._connect, name="connector")
        self.connected = threading.Event()

    def _post(self, mailer: Mailer | None, gateway: Gateway | None) -> Post:
        text = plain if self.vaulted is None else self.vaulted.text
        return Post(
            store=self.store,
            mailer=mailer,
            gateway=gateway,
            meter=self.metrics,
            text=text,
            frame=lambda messages: Frame(texts=self.policy.texts).mail(messages),
        )

    def _app(self, secret: str | None) -> Flask:
        return create_app(
            inbox=self.store.inbox,
            secret=secret,
            readiness=Ready(store=self.store, access=self.access),
            registry=self.registry,
            meter=self.metrics,
            now=self.outside.now,
            wake=self.wake,
            originals=None if self.vaulted is None else self.vaulted.pages,
            messages=self._messages,
        )

    @property
    def _messages(self) -> Messages | None:
        return None if self.gating is None else self.gating.messages

    def wake(self) -> None:
        """Tell the workers that something waits."""
        if self.workers is not None:
            self.workers.wake()

    def start(self) -> None:
        self.server.start()
        if self.gating is not None:
            self.gating.start()
        self._connector.start()

    def stop(self) -> None:
        """Accept nothing more, finish what is being worked on, give everything back. What waits stays in the store.

        In whatever phase the service is; a second time does nothing.
        """
        if self._stopping.is_set():
            return
        self._stopping.set()
        awaited = ["requests"]
        log.info("stopping")
        if self.gating is not None:
            self.gating.stop()
            awaited.append("gate")
        self.server.stop()
        if self._connector.ident is not None:
            self._connector.join()
        if self.schedule is not None and self.connected.is_set():
            self.schedule.stop()
            awaited.append("schedule")
        if self.workers is not None:
            self.workers.stop()
            awaited.append("workers")
        if self.duty is not None:
            self.duty.stop()
        self.helpdesk.pool.close()
        self.store.close()
        log.info("stopped", waited_for=awaited)

    def _connect(self) -> None:
        wait = 1.0
        while not self._stopping.is_set():
            try:
                self._begin()
                return
            except (ZammadError, StoreError) as error:
                if is_lockout(error):
                    self.access.refused(error)
                log.warning("helpdesk not reached yet", error=str(error), again_in=wait)
            except Exception:
                log.exception("could not begin", again_in=wait)
            self._stopping.wait(wait)
            wait = min(wait * 2, 60.0)

    def connect(self) -> None:
        """Ask the helpdesk who we are and build what needs it; nothing runs yet, so that a caller may step it.

        raises   ZammadError, StoreError
        """
        self.processor = self._processor()
        name = f"{socket.gethostname()}-{os.getpid()}-{self.outside.new_id()[:8]}"
        workers = self.config.workers
        self.workers = Workers(
            store=self.store,
            process=self._process,
            name=name,
            count=workers.count,
            lease=timedelta(seconds=workers.claim_for_seconds),
            access=self.access,
        )
        self.duty = Duty(self.store, name, self.config.schedule.take_over_after_seconds)
        self.schedule = Schedule(self._scheduled(self.duty), self.timetable)

    def _scheduled(self, duty: Duty) -> Mapping[str, Job]:
        """The jobs as the timetable runs them: in one of all services, but each takes up the policy itself; and none
        that asks the helpdesk while it does not let us in."""
        jobs = {name: duty.job(run) for name, run in self.jobs().items()}
        jobs["policy"] = lambda: self.follow(duty.job(self.relook.run))
        return {name: admitted(self.access, run) if name in ASKING else run for name, run in jobs.items()}

    def _processor(self) -> Processor:
        adopt_from = self._adopt_from()
        processor = processor_of(
            self.policy, self.helpdesk, self.people, self.store, self.outside, self.metrics, lambda: adopt_from
        )
        processor = replace(processor, dry_run=self.dry_run, access=self.access)
        return processor if self.gating is None else replace(processor, bind=self.gating.bind)

    def _process(self, work: Work) -> Outcome:
        """By the policy that is in force when the look begins."""
        assert self.processor is not None  # noqa: S101 - workers are made after it
        return self.processor.process(work)

    def follow(self, relook: Job | None = None) -> object:
        """Take up the policy that has come into force meanwhile, and look again at the cases that began before it.

        relook    looks at them; None: this service
        returns   how many cases are looked at again by this round
        raises    ConfigErrors – it does not load; the one at work stays · ZammadError, StoreError – so it does for now
        """
        self._coming = self.published() or self._coming
        if self._coming is not None:
            before, self.policy = self.policy, self._coming
            try:
                self.processor = self._processor()
            except BaseException:
                self.policy = before
                raise
            self._coming = None
            recompute_provisional(self.store, self.policy.calendar_data)
            log.info("another policy is in force", policy=self.policy.digest, before=before.digest)
        return self.relook.run() if relook is None else relook()

    def _begin(self) -> None:
        self.connect()
        if self._stopping.is_set() or not (self.processor and self.workers and self.schedule and self.duty):
            return
        recompute_provisional(self.store, self.policy.calendar_data)
        self.access.worked()
        self.workers.start()
        try:
            self.duty.start()
            self.schedule.start()
        except BaseException:
            # It is begun anew, with workers and a timetable of its own.
            self.workers.stop()
            self.duty.stop()
            raise
        self.connected.set()
        me = self.processor.reader.me
        log.info("working", me=me, policy=self.policy.digest, modules=len(self.policy.units))

    def jobs(self) -> Mapping[str, Job]:
        """What the timetable names, to be run by anybody."""
        adopt_from, look = self._adopt_from(), self.provisioned
        chores = Chores(
            config=self.config,
            store=self.store,
            outside=self.outside,
            helpdesk=self.helpdesk,
            post=self.post,
            meter=self.metrics,
            wake=self.wake,
            policy=lambda: self.policy,
            adopt_from=lambda: adopt_from,
            provisioned=lambda: Plan(changes=(), obstacles=(), known=0) if look is None else look(self),
            vault=None if self.vaulted is None else self.vaulted.vault,
            admin=self._admin,
        )
        return {**chores.jobs(), "policy": self.follow}

    def _adopt_from(self) -> datetime:
        return begin(self.config, self.store, self.outside.now())


def _server(app: Flask, http: Http, metrics: Metrics, messages: Messages | None) -> Server:
    together = app.extensions["intake"].together
    most = MAX_BYTES if messages is None else max(MAX_BYTES, messages.max_bytes)
    return Server(
        app, host=http.host, port=http.port, threads=http.threads, max_bytes=most, together=together, meter=metrics
    )
