"""By which policy the helpdesk is provisioned: the version in force, or the folder while nothing was published."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from integrations.store.store import Store
from integrations.store.versions import PolicyVersion
from zhidu.compose import Outside
from zhidu.exits import NotOk
from zhidu.policy import Policy
from zhidu.settings import Settings
from zhidu.versions import Bundle, policy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """A policy, and where it comes from.

    version  its number; None: the configuration's folder
    why      of the folder: why it and no version
    """

    policy: Policy
    version: int | None = None
    why: str = ""

    @property
    def shown(self) -> str:
        """As people read it."""
        return f"version {self.version} of the policy" if self.version is not None else f"the folder ({self.why})"

    def json(self) -> dict[str, object]:
        """For machines."""
        return {"version": self.version, "why": self.why or None}


def basis_of(
    settings: Settings, store: Store | None, outside: Outside, folder: Callable[[], Policy], *, try_out: bool = False
) -> Basis:
    """What two people agreed on decides about the helpdesk too, wherever there is such a version.

    folder   loads the configuration's folder; called only where that is what goes
    try_out  the folder all the same, to see what it would change
    raises   NotOk – there are versions, and none is in force yet · ConfigErrors · StoreError
    """
    if store is None:
        return Basis(policy=folder(), why="there is no store yet, or none of this program's revision")
    if not store.versions.any():
        return Basis(policy=folder(), why="nothing was published yet")
    version = store.versions.in_force(outside.now())
    if try_out:
        number = f"version {version.number}" if version is not None else "any version"
        return Basis(policy=folder(), why=f"not {number}, which is what `zhidu apply` goes by")
    if version is None:
        raise NotOk("no version of the policy is in force: see `zhidu policy log`, approve one or date it earlier")
    return Basis(policy=_loaded(version, settings), version=version.number)


def _loaded(version: PolicyVersion, settings: Settings) -> Policy:
    return policy_of(Bundle(files=version.files), settings, f"version {version.number}: ")
