"""The configured helpdesk made to be what the modules need: who looks, who writes, and that only one does at a time."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from integrations.store.provisioned import ProvisionedRow
from integrations.store.store import Store
from integrations.zammad.client import Client
from integrations.zammad.provision.applying import Done, Migration, migration
from integrations.zammad.provision.changes import Plan
from integrations.zammad.provision.record import Applied, Record
from integrations.zammad.provision.wanted import Hook, Key, Kind, Site
from integrations.zammad.provision.whole import Exceptions, Look, look, refusals, steps
from policies.kernel.config import Loaded
from policies.kernel.problems import did_you_mean
from policies.kernel.provisioning import Needs
from webhooks.intake import PATH
from zhidu.calendars import DEFAULT
from zhidu.compose import Outside
from zhidu.exits import NotOk, WrongUse
from zhidu.overlay import KINDS, load_overlay
from zhidu.people_file import People
from zhidu.policy import Policy
from zhidu.provisioning import needs_of
from zhidu.settings import Settings
from zhidu.standing import local_address

if TYPE_CHECKING:
    from zhidu.services import Service

LOCK: Final = "provision"
_HELD_FOR: Final = timedelta(minutes=5)
"""Longer than any one change takes, the migration with its restart included."""

_INTENDED: Final = "zhidu:intended"
"""Stands beside the fields of a row, of which none is called so."""


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


class StoredRecord:
    """What was written into the helpdesk, in the store. Raises StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> Sequence[Applied]:
        return tuple(
            Applied(
                key=Key(kind=cast(Kind, row.kind), name=row.key),
                id=row.object_id,
                fields={name: value for name, value in row.fields.items() if name != _INTENDED},
                intended=_mapping(row.fields.get(_INTENDED)),
                retired=row.retired,
            )
            for row in self._store.provisioned.all()
        )

    def put(self, applied: Applied) -> None:
        key = applied.key
        fields = {**applied.fields, _INTENDED: applied.intended} if applied.intended else applied.fields
        self._store.provisioned.put(
            ProvisionedRow(kind=key.kind, key=key.name, object_id=applied.id, retired=applied.retired, fields=fields)
        )

    def forget(self, key: Key) -> None:
        self._store.provisioned.forget(key.kind, key.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioner:
    """Looks at one helpdesk and makes it so."""

    client: Client
    needs: Needs
    site: Site
    exceptions: Exceptions
    record: Record
    migrate: Migration = migration

    def look(self) -> Look:
        """raises ZammadError, WrongUse – what is to be taken over is nothing that the modules need"""
        found = look(self.client, self.needs, self.site, self.record, self.exceptions)
        for key in sorted(self.exceptions.taken - found.wanted):
            near = did_you_mean(str(key), [str(one) for one in found.wanted])
            raise WrongUse(f"--take-over {key}: no module needs such an object{near}")
        return found

    def refusals(self, found: Look) -> tuple[str, ...]:
        """raises ZammadError"""
        return refusals(found, self.client)

    def steps(self, found: Look) -> Iterator[Done]:
        """raises ZammadError, StoreError"""
        return steps(found, self.client, self.record, self.migrate)

    def taking(self, keys: Sequence[str]) -> Provisioner:
        """Another one, for which these objects of somebody else's become ours. raises WrongUse"""
        taken = set()
        for text in keys:
            kind, _, name = text.partition("/")
            if kind not in KINDS or not name:
                what = f"an object is a kind and a name, such as macros/take_over{did_you_mean(kind, KINDS)}"
                raise WrongUse(f"--take-over {text}: {what}")
            taken.add(Key(kind=cast(Kind, kind), name=name))
        return replace(self, exceptions=replace(self.exceptions, taken=frozenset(taken)))


def provisioner_of(
    settings: Settings, policy: Policy, people: Loaded[People], client: Client, record: Record, outside: Outside
) -> Provisioner:
    """For the configured helpdesk. raises ConfigErrors, WrongUse – the helpdesk could not reach us"""
    return Provisioner(
        client=client,
        needs=needs_of(policy.modules.modules),
        site=site_of(settings, policy, people.config, outside),
        exceptions=load_overlay(settings.folder),
        record=record,
    )


def plan_of(settings: Settings, service: Service) -> Plan:
    """What differs at the helpdesk of a running service. raises ConfigErrors, WrongUse, ZammadError, StoreError"""
    client, record = service.helpdesk.pool.client(), StoredRecord(service.store)
    return provisioner_of(settings, service.policy, service.people, client, record, service.outside).look().plan


def site_of(settings: Settings, policy: Policy, people: People, outside: Outside) -> Site:
    """What the configuration says of the helpdesk. raises ConfigErrors, WrongUse"""
    base = settings.config.http.public_url or local_address(settings.config.http)
    if base is None:
        raise WrongUse("zhidu.yaml: set http.public_url or http.port, so that Zammad can be told where to call")
    used = dict.fromkeys([DEFAULT, *(entry.calendar for entry in people.desks.values())])
    return Site(
        tongue=settings.helpdesk.language,
        hook=Hook(endpoint=f"{base}{PATH}", secret=settings.webhook_secret(), verify=urlsplit(base).scheme == "https"),
        groups=tuple(people.desks),
        calendars={name: policy.calendars[name] for name in used if name in policy.calendars},
        today=outside.now().astimezone(policy.calendars[DEFAULT].zone).date(),
    )


@contextmanager
def only_one(store: Store, outside: Outside) -> Iterator[_Turn]:
    """Holds the lock meanwhile. raises NotOk – another process holds it"""
    holder = f"{socket.gethostname()}:{_processes()}:{os.getpid()}:{outside.new_id()[:8]}"
    turn = _Turn(store=store, holder=holder)
    turn.go_on()
    try:
        yield turn
    finally:
        store.locks.give_back(LOCK, holder)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    store: Store
    holder: str

    def go_on(self) -> None:
        """Takes the lock, or takes it on. raises NotOk – it is another's"""
        held = self.store.locks.take(LOCK, self.holder, _HELD_FOR)
        if held is not None and _is_dead(held.holder):
            self.store.locks.give_back(LOCK, held.holder)
            held = self.store.locks.take(LOCK, self.holder, _HELD_FOR)
        if held is not None:
            host, _, pid, _ = held.holder.rsplit(":", 3)
            raise NotOk(
                f"another zhidu apply is at work (on {host}, process {pid}); wait for it. "
                f"If it has died, its turn ends by {held.until:%H:%M:%S} UTC"
            )


def _processes() -> str:
    """Tells where a process's number is its own: since which start of the machine, in which container."""
    try:
        started = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{started}/{os.readlink('/proc/self/ns/pid').rpartition('[')[2].rstrip(']')}"
    except OSError:
        return ""


def _is_dead(holder: str) -> bool:
    """Whether it was a process here that is no more; of one elsewhere nobody can tell."""
    _, there, pid, _ = holder.rsplit(":", 3)
    if not there or there != _processes() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
