"""What the timetable names: the jobs over the parts of one service."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from integrations.store.store import Store
from integrations.store.vault.vault import Vault
from integrations.zammad.provision.changes import Plan
from jobs.absences import Absences
from jobs.drift import Drift
from jobs.older import Older
from jobs.post import Post
from jobs.reconcile import Reconcile
from jobs.reseal import Reseal
from jobs.sweep import Sweep
from zhidu.compose import Helpdesk, Outside
from zhidu.config import Config
from zhidu.metrics import Metrics
from zhidu.older import open_states
from zhidu.policy import Policy
from zhidu.provision_text import drift_mail
from zhidu.twinning import TwinChore

Job = Callable[[], object]

KEEP_DONE: Final = timedelta(days=30)
"""How long finished deliveries and messages stay to be looked at."""

ASKING: Final = frozenset({"reconcile", "absences", "policy", "drift", "older", "twin"})
"""The jobs that ask the helpdesk something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chores:
    """Every job of the timetable but that which follows the policy.

    policy       the one at work
    adopt_from   tickets created before are older than the service
    provisioned  what differs between the helpdesk's set-up and the modules' needs
    admin        an administrator's token; None: nothing is erased
    """

    config: Config
    store: Store
    outside: Outside
    helpdesk: Helpdesk
    post: Post
    meter: Metrics
    wake: Callable[[], None]
    policy: Callable[[], Policy]
    adopt_from: Callable[[], datetime]
    provisioned: Callable[[], Plan]
    vault: Vault | None = None
    admin: str | None = field(default=None, repr=False)

    def jobs(self) -> Mapping[str, Job]:
        """By name, to be run by anybody."""
        store, now, client = self.store, self.outside.now, self.helpdesk.pool.client
        sweep = Sweep(store=store, now=now, wake=self.wake)
        reconcile = Reconcile(helpdesk=client, store=store, now=now, wake=self.wake)
        absences = Absences(helpdesk=client, store=store, away=self._away, open=self._open_states, wake=self.wake)
        return {
            "sweep": sweep.run,
            "reconcile": reconcile.run,
            "absences": absences.run,
            "post": self.post.run,
            "drift": self._drift().run,
            "older": self._older().run,
            "twin": self._twin().run,
            "vault": Reseal(vault=self.vault).run,
            "purge": lambda: purge(store, now() - KEEP_DONE),
        }

    def _drift(self) -> Drift:
        return Drift(
            plan=self.provisioned,
            mail=lambda plan: drift_mail(plan, self.config),
            store=self.store,
            meter=self.meter,
            now=self.outside.now,
            every=timedelta(seconds=self.config.schedule.drift_every_seconds),
        )

    def _twin(self) -> TwinChore:
        return TwinChore(
            config=self.config,
            policy=self.policy,
            helpdesk=self.helpdesk,
            store=self.store,
            outside=self.outside,
            vault=self.vault,
            token=self.admin,
            wake=self.wake,
        )

    def _older(self) -> Older:
        return Older(
            helpdesk=self.helpdesk.pool.client,
            store=self.store,
            open=self._open_states,
            adopt_from=self.adopt_from,
            wake=self.wake,
            every=timedelta(seconds=self.config.schedule.older_every_seconds),
        )

    def _away(self) -> frozenset[int]:
        """Who is out of office today, where the default calendar is."""
        today = self.outside.now().astimezone(self.policy().calendars["default"].zone).date()
        return frozenset(one.id for one in self.helpdesk.directory.people(today).values() if one.away)

    def _open_states(self) -> tuple[int, ...]:
        return open_states(self.helpdesk.names)


def purge(store: Store, before: datetime) -> int:
    """Remove what was finished before `before` from inbox and outbox."""
    return store.inbox.purge(before) + store.outbox.purge(before)
