"""By which policy the helpdesk is provisioned; the folder is not even read where a version decides."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.store import Store
from zhidu.basis import basis_of
from zhidu.compose import real_outside
from zhidu.exits import NotOk
from zhidu.policy import Policy, load_policy
from zhidu.settings import load_settings
from zhidu.versions import first_version


def never() -> Policy:
    raise AssertionError("the folder was read")


@pytest.fixture(scope="module")
def in_folder() -> Policy:
    return replace(load_policy(None, enabled=["core"]), digest="folder")


def test_nothing_published_goes_by_the_folder(folder: Path, store: Store, in_folder: Policy) -> None:
    found = basis_of(load_settings(folder), store, real_outside(), lambda: in_folder)
    assert (found.version, found.policy.digest, found.why) == (None, "folder", "nothing was published yet")


def test_no_store_goes_by_the_folder(folder: Path, in_folder: Policy) -> None:
    found = basis_of(load_settings(folder), None, real_outside(), lambda: in_folder)
    assert (found.version, found.policy.digest) == (None, "folder")


def test_a_version_in_force_goes_before_the_folder(folder: Path, store: Store, in_folder: Policy) -> None:
    settings = load_settings(folder)
    first_version(store, settings, datetime.now(UTC), "as shipped")
    assert basis_of(settings, store, real_outside(), never).version == 1
    tried = basis_of(settings, store, real_outside(), lambda: in_folder, try_out=True)
    assert (tried.version, tried.policy.digest) == (None, "folder")
    assert tried.json() == {"version": None, "why": "not version 1, which is what `zhidu apply` goes by"}


def test_a_version_that_comes_later_does_not_let_the_folder_in(folder: Path, store: Store) -> None:
    settings = load_settings(folder)
    first_version(store, settings, datetime.now(UTC) + timedelta(hours=1), "from tomorrow")
    with pytest.raises(NotOk, match="no version of the policy is in force"):
        basis_of(settings, store, real_outside(), never)
