"""The policy's configuration as versions: what a folder holds, what a published version makes, which one decides.

A version holds the company's files that decide: `policies/`, `calendars/`, `texts/`, and which modules are enabled. The
modules' own code and shipped values come with the program; people and addresses are no policy and change at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from integrations.store.errors import StoreError
from integrations.store.store import Store
from integrations.store.versions import PolicyVersion, Signature
from policies.kernel.config import read
from policies.kernel.digest import digest
from policies.kernel.eras import eras
from policies.kernel.modules import Module, ModuleSet
from policies.kernel.problems import ConfigErrors, Problem
from zhidu.accounts import account
from zhidu.compose import Outside
from zhidu.exits import Unreachable
from zhidu.law_calendars import with_those_of_eras
from zhidu.policy import Policy, load_policy
from zhidu.settings import Settings
from zhidu.stores import at_hand

PATTERNS: Final = ("policies/*.yaml", "calendars/*.yaml", "texts/*/*.yaml")
MODULES: Final = "modules"
"""Holds the names of the enabled modules, one a line; not there: all that are found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """The files of a version: path within the configuration's folder → text."""

    files: Mapping[str, str] = field(repr=False)

    @property
    def digest(self) -> str:
        """Equal for equal files."""
        return digest(*(part for item in sorted(self.files.items()) for part in item))

    @property
    def enabled(self) -> tuple[str, ...] | None:
        """The modules that decide; None: all that are found."""
        names = self.files.get(MODULES)
        return None if names is None else tuple(names.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class InForce:
    """A policy, and the version that it is.

    unreadable   numbers of earlier versions that do not load with this program: cases that began under one of them
                 keep nothing of it
    """

    version: PolicyVersion
    policy: Policy
    unreadable: tuple[int, ...] = ()


def bundle_of(settings: Settings) -> Bundle:
    """What the configuration's folder would publish. raises ConfigErrors – a file cannot be read"""
    files = {}
    problems: list[Problem] = []
    for pattern in PATTERNS:
        for path in sorted(settings.folder.glob(pattern)):
            try:
                files[path.relative_to(settings.folder).as_posix()] = read(path).text
            except ConfigErrors as errors:
                problems.extend(errors.problems)
    if problems:
        raise ConfigErrors(problems)
    if settings.config.modules is not None:
        files[MODULES] = "\n".join(settings.config.modules)
    return Bundle(files=MappingProxyType(files))


def policy_of(bundle: Bundle, settings: Settings, shown: str) -> Policy:
    """The policy that the files make with this program's modules.

    shown    what stands before the file in every problem: `version 3: `, or the folder with a slash
    raises   ConfigErrors – everything that is wrong
    """
    own = [settings.path(path) for path in settings.config.modules_path]
    with TemporaryDirectory(prefix="zhidu-policy-") as name:
        place = Path(name)
        for path, text in bundle.files.items():
            if path != MODULES:
                (place / path).parent.mkdir(parents=True, exist_ok=True)
                (place / path).write_text(text, encoding="utf-8")
        try:
            return load_policy(place, enabled=bundle.enabled, modules_path=own)
        except ConfigErrors as errors:
            raise ConfigErrors(
                replace(problem, path=problem.path.replace(f"{place}{os.sep}", shown)) for problem in errors.problems
            ) from None


def in_force(store: Store, settings: Settings, at: datetime) -> InForce | None:
    """The policy that decides at `at`, with what cases keep from the versions before; None: nothing was published.

    raises   ConfigErrors – it does not load with this program · StoreError
    """
    chain = store.versions.decided_until(at)
    if not chain:
        return None
    policy = policy_of(Bundle(files=chain[-1].files), settings, f"version {chain[-1].number}: ")
    before: list[tuple[datetime, Policy]] = []
    loaded: dict[str, Policy] = {}
    unreadable: list[int] = []
    for version, following in pairwise(chain):
        bundle = Bundle(files=version.files)
        try:
            earlier = loaded.get(bundle.digest) or policy_of(bundle, settings, f"version {version.number}: ")
        except ConfigErrors:
            unreadable.append(version.number)
        else:
            loaded[bundle.digest] = earlier
            before.append((following.since, earlier))
    return InForce(version=chain[-1], policy=remembering(policy, before), unreadable=tuple(unreadable))


def published(settings: Settings, outside: Outside) -> Policy | None:
    """The policy in force, for a command that judges; None where there is no store to ask, or nothing was published."""
    try:
        with at_hand(settings, outside) as store:
            found = in_force(store, settings, outside.now())
    except (Unreachable, StoreError):
        return None
    return None if found is None else found.policy


def remembering(policy: Policy, before: Sequence[tuple[datetime, Policy]]) -> Policy:
    """`policy`, with what its modules keep for cases that began under one of those before, their laws' calendars too.

    before   until when → the policy in force until then, the earliest first
    """

    def with_eras(module: Module) -> Module:
        known = [(until, then.modules.get(module.name)) for until, then in before]
        return replace(module, eras=tuple(eras(module.config, [(until, one.config) for until, one in known if one])))

    modules = ModuleSet(modules=tuple(map(with_eras, policy.modules)))
    calendars = with_those_of_eras(modules, policy.calendars, (then.calendars for _, then in before))
    return replace(policy, modules=modules, calendars=calendars)


def first_version(store: Store, settings: Settings, at: datetime, reason: str) -> PolicyVersion:
    """Publishes the folder as the version an installation starts with; it needs nobody's approval.

    raises   ConfigErrors – the folder holds no policy that loads · Refused – there is a version already
    """
    bundle = bundle_of(settings)
    policy_of(bundle, settings, f"{settings.folder}{os.sep}")
    by = Signature(name="zhidu", account=account(settings.environment))
    return store.versions.begin(bundle.files, bundle.digest, by, reason=reason, at=at)
