"""The whole of it for one helpdesk: look, say what differs, make it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from integrations.zammad.client import Client
from integrations.zammad.provision.actual import read
from integrations.zammad.provision.applying import Done, Migration, carry_out, migration
from integrations.zammad.provision.audit import with_deleters
from integrations.zammad.provision.changes import Migrate, Plan
from integrations.zammad.provision.desired import desired
from integrations.zammad.provision.guarding import objections
from integrations.zammad.provision.planning import Matched, matched, plan
from integrations.zammad.provision.record import Record
from integrations.zammad.provision.rights import TokenRights
from integrations.zammad.provision.wanted import PERMISSION, Key, Site, Term, Wanted
from policies.kernel.provisioning import Needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceptions:
    """Where a company departs from what its modules need.

    keep      fields that stay as they are in Zammad: object → field → value as Zammad has it
    left_out  objects that are left alone altogether
    taken     objects of somebody else's that become ours
    """

    keep: Mapping[Key, Mapping[str, Term]]
    left_out: frozenset[Key] = frozenset()
    taken: frozenset[Key] = frozenset()


NO_EXCEPTIONS = Exceptions(keep={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found, and what would be done.

    wanted    everything that the modules need
    lacking   permissions that the token certainly has not and the plan needs
    """

    plan: Plan
    wanted: frozenset[Key]
    there: Matched
    rights: TokenRights

    @property
    def lacking(self) -> tuple[str, ...]:
        kinds = {change.key.kind for change in self.plan.changes if not isinstance(change, Migrate)}
        return self.rights.lacking(PERMISSION[kind] for kind in kinds)


def look(client: Client, needs: Needs, site: Site, record: Record, exceptions: Exceptions = NO_EXCEPTIONS) -> Look:
    """Reads the helpdesk and compares; nothing is changed. raises ZammadError"""
    actual = read(client)
    wanted, obstacles = desired(needs, site, actual.lists)
    wanted = tuple(_excepted(one, exceptions) for one in wanted if one.key not in exceptions.left_out)
    applied = {one.key: one for one in record.all() if one.key not in exceptions.left_out}
    there = matched(wanted, actual, applied, exceptions.taken)
    found = plan(wanted, there, applied, site, obstacles)
    found = replace(found, changes=with_deleters(found.changes, applied, client))
    return Look(plan=found, wanted=frozenset(one.key for one in wanted), there=there, rights=actual.rights)


def _excepted(one: Wanted, exceptions: Exceptions) -> Wanted:
    kept = exceptions.keep.get(one.key)
    return one if kept is None else replace(one, fields={**one.fields, **kept})


def steps(found: Look, client: Client, record: Record, migrate: Migration = migration) -> Iterator[Done]:
    """Carries the plan out, a change a step. raises ZammadError – what is done is done; look again and go on"""
    return carry_out(found.plan, found.there, client, record, migrate)


def refusals(found: Look, client: Client) -> tuple[str, ...]:
    """Why the plan may not be carried out without being told to. raises ZammadError"""
    return objections(found.plan, client)


def provision(
    client: Client, needs: Needs, site: Site, record: Record, migrate: Migration = migration
) -> tuple[Done, ...]:
    """Look, and make it so at once, without asking. raises ZammadError"""
    return tuple(steps(look(client, needs, site, record), client, record, migrate))
