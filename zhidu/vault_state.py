"""Where the vault stands: what is sealed by which key, what cannot be read, what waits. For status and doctor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from integrations.store.store import Store
from integrations.store.vault.errors import KeyGone
from integrations.store.vault.keys import KeyRing
from integrations.store.vault.records import Holdings
from policies.kernel.problems import ConfigErrors
from zhidu.settings import Settings
from zhidu.vault_ring import ring_of


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """A key.

    originals   how many lie under it, of which `faulty` did not open when that was last tried
    trouble     why it opens none; "" where it does
    since       when it was first used
    """

    id: str
    originals: int
    faulty: int = 0
    trouble: str = ""
    retired: bool = False
    current: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultState:
    """Everything at one instant. `problem`: why the vault cannot be opened at all; the keys are unknown then."""

    keys: tuple[KeyState, ...]
    shredded: int
    faults: Mapping[int, str]
    waiting: int
    approved: int
    problem: str = ""

    @property
    def sealed(self) -> int:
        return sum(key.originals for key in self.keys)

    @property
    def unreadable(self) -> int:
        """Originals that cannot be opened now."""
        return sum(key.originals if key.trouble else key.faulty for key in self.keys)


def state_of(settings: Settings, store: Store, at: datetime) -> VaultState | None:
    """None: no vault is configured, and nothing lies in the store. raises StoreError"""
    held, marks = store.vault_rows.holdings(at), store.vault_rows.marks()
    if settings.config.vault is None:
        return _state(held, [_without(id, count) for id, count in held.by_key.items()], "") if held.sealed else None
    try:
        ring = ring_of(settings)
    except ConfigErrors as errors:
        keys = [KeyState(id=id, originals=count, trouble="unknown") for id, count in held.by_key.items()]
        return _state(held, keys, str(errors))
    problem = "" if marks.get("", (ring.mark(""),))[0] == ring.mark("") else "the vault's secret is another one"
    ids = list(dict.fromkeys([*held.by_key, *(key.id for key in settings.config.vault.keys)]))
    return _state(held, [_key(ring, id, held, marks) for id in ids], problem)


def _key(ring: KeyRing, id: str, held: Holdings, marks: Mapping[str, tuple[str, datetime]]) -> KeyState:
    mark, since = marks.get(id, ("", None))
    try:
        trouble = "another key under this id" if mark not in ("", ring.mark(id)) else ""
    except KeyGone as error:
        trouble = str(error)
    return KeyState(
        id=id,
        originals=held.by_key.get(id, 0),
        faulty=held.faulty.get(id, 0),
        trouble=trouble,
        retired=id in ring.retired,
        current=id == ring.current,
        since=since,
    )


def _without(id: str, count: int) -> KeyState:
    return KeyState(id=id, originals=count, trouble="no vault is configured")


def _state(held: Holdings, keys: list[KeyState], problem: str) -> VaultState:
    return VaultState(
        keys=tuple(keys),
        shredded=held.shredded,
        faults=held.faults,
        waiting=held.waiting,
        approved=held.approved,
        problem=problem,
    )
