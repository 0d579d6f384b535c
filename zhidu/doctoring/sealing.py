"""Whether the vault's keys can be read, by nobody else, and are the ones that were used so far."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from integrations.store.errors import StoreError
from policies.kernel.problems import ConfigErrors
from zhidu import exits
from zhidu.compose import Outside
from zhidu.doctoring.lines import Line, fail, warn
from zhidu.exits import Unreachable
from zhidu.settings import Settings
from zhidu.stores import if_there
from zhidu.vault_ring import ring_of
from zhidu.vault_state import VaultState, state_of

OLD: Final = timedelta(days=400)
"""After which a current key has sealed for long: what one key loses should be one period."""


def vault_lines(settings: Settings, outside: Outside) -> Iterator[Line]:
    """Every key, then what the store says of them. Nothing is changed."""
    vault = settings.config.vault
    if vault is None:
        do = "see docs/vault.md; without a vault nothing is masked in Zammad"
        yield warn("vault", "no vault is configured: no original is kept", do)
    else:
        try:
            ring = ring_of(settings)
        except ConfigErrors as errors:
            for problem in errors.problems:
                do = "put the key there: `openssl rand -base64 32` makes one, a lost one comes from its backup"
                yield fail("vault", str(problem), do, exits.WRONG)
            return
        for id, why in ring.missing.items():
            yield fail("vault", f"key {id}: {why}", "bring it back from its backup: its originals cannot be read")
        yield from _kept(settings)
        yield Line(about="vault", what=f"{len(ring.ids)} keys can be read, {ring.current} seals what is new")
    try:
        store = if_there(settings, outside)
    except (Unreachable, StoreError, ConfigErrors):
        return  # said with the store
    if store is not None:
        with store:
            state = state_of(settings, store, outside.now())
            if state is not None:
                yield from _held(state, outside)


def _kept(settings: Settings) -> Iterator[Line]:
    """The files that others can read."""
    vault = settings.config.vault
    files: list[Path | None] = [] if vault is None else [*(key.file for key in vault.keys), vault.secret_file]
    for path in [settings.path(file) for file in files if file is not None]:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield warn("vault", f"{path}: others than its owner can read the key", f"chmod 600 {path}")


def _held(state: VaultState, outside: Outside) -> Iterator[Line]:
    if state.problem:
        yield fail("vault", state.problem, "bring the secret back that was used so far", exits.WRONG)
    for key in state.keys:
        if key.trouble and key.originals:
            what = f"key {key.id}: {key.originals} originals cannot be read: {key.trouble}"
            yield fail("vault", what, "bring the key back; `zhidu vault list` names the originals")
        elif key.retired and not key.originals:
            do = "take it out of vault.keys and destroy it, with its copies, once no backup from before is needed"
            yield Line(about="vault", what=f"nothing lies under the retired key {key.id} any more", do=do)
        elif key.current and key.since is not None and outside.now() - key.since > OLD:
            what = f"key {key.id} has sealed since {key.since:%Y-%m-%d}"
            yield warn("vault", what, "begin a new period: another key in vault.keys and vault.current")
    for id, why in state.faults.items():
        yield fail("vault", f"original {id}: {why}", "see the finding, and compare with a backup")
