"""The published policy as a service follows it: what is in force when it starts, and what comes into force later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from integrations.store.errors import Refused
from integrations.store.store import Store
from policies.kernel.problems import ConfigErrors
from zhidu.policy import Policy
from zhidu.settings import Settings
from zhidu.versions import InForce, bundle_of, first_version, in_force

log = structlog.get_logger()


class Published:
    """Asked again and again, gives a policy once each time another version has come into force."""

    def __init__(self, store: Store, settings: Settings, now: Callable[[], datetime]) -> None:
        self._store, self._settings, self._now = store, settings, now
        self._number: int | None = None

    def begin(self) -> Policy:
        """The policy in force. A store without any version gets the configuration's folder as its first.

        raises   ConfigErrors – it does not load with this program · Refused – none is in force yet · StoreError
        """
        if not self._store.versions.any():
            self._publish_the_folder()
        found = in_force(self._store, self._settings, self._now())
        if found is None:
            raise Refused(
                "no version of the policy is in force: see `zhidu policy log`, approve one or date it earlier"
            )
        self._say_whether_the_folder_differs(found)
        return self._taken(found)

    def _publish_the_folder(self) -> None:
        try:
            first = first_version(self._store, self._settings, self._now(), "the configuration as first served")
        except Refused:
            log.info("another service that started at the same time has published its folder")
        else:
            log.warning("nothing was published: the configuration's folder is version 1", digest=first.digest)

    def __call__(self) -> Policy | None:
        """The policy, if a version other than the last one given is in force. raises ConfigErrors, StoreError"""
        current = self._store.versions.number_in_force(self._now())
        if current is None or current == self._number:
            return None
        found = in_force(self._store, self._settings, self._now())
        return None if found is None else self._taken(found)

    def _taken(self, found: InForce) -> Policy:
        self._number = found.version.number
        log.info("policy version", number=found.version.number, policy=found.policy.digest)
        if found.unreadable:
            log.warning("earlier versions do not load: their cases keep nothing of them", numbers=found.unreadable)
        return found.policy

    def _say_whether_the_folder_differs(self, found: InForce) -> None:
        try:
            differs = bundle_of(self._settings).digest != found.version.digest
        except ConfigErrors:
            differs = True
        if differs:
            log.warning(
                "the folder differs from the version in force", number=found.version.number, see="zhidu policy diff"
            )
