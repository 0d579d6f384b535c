"""The vault for one command: opened, with who acts and where the asker's mail goes."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from integrations.store.records import Message
from integrations.store.store import Store
from integrations.store.vault.records import Actor, Request
from integrations.store.vault.vault import Vault
from integrations.zammad.errors import ZammadError
from policies.kernel.config import Loaded
from policies.kernel.problems import ConfigErrors
from zhidu.calendars import DEFAULT, load_calendars
from zhidu.compose import Outside, helpdesk_of, real_outside
from zhidu.exits import WrongUse
from zhidu.habits import Habits
from zhidu.people_file import People, load_people
from zhidu.settings import Settings, load_settings
from zhidu.stores import at_hand
from zhidu.vault_state import VaultState, state_of
from zhidu.vaults import actor, link_mail, vault_of

_COMMANDS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True, kw_only=True)
class AtHand:
    """The vault, and now."""

    vault: Vault
    store: Store
    settings: Settings
    people: Loaded[People]
    outside: Outside
    now: datetime
    zone: ZoneInfo

    def shown(self, at: datetime | None) -> str:
        """To the second, with the offset; "-" for never."""
        return "-" if at is None else at.astimezone(self.zone).isoformat(timespec="seconds")

    def actor(self, login: str) -> Actor:
        """Who acts."""
        return actor(self.settings, self.people.config, login)

    def state(self) -> VaultState:
        """What lies there."""
        state = state_of(self.settings, self.store, self.now)
        assert state is not None  # noqa: S101 - a vault is configured
        return state

    def link_mail(self, request_id: int) -> tuple[Callable[[Request], Message | None], str]:
        """What makes the mail to the asker of a request, and what becomes of it, in words. raises NotFound"""
        login = self.vault.rows.request(request_id).by
        if self.settings.config.mail is None:
            return (lambda request: None), "no mail server is configured, so no link is mailed"
        address = login if "@" in login else self._address(login)
        if address is None:
            return (lambda request: None), f"no address of {login} is known, so no link is mailed"
        return link_mail(self.settings, lambda login: address), f"a link for {login} goes out with the service's mails"

    def _address(self, login: str) -> str | None:
        """As the helpdesk knows it; None where it does not, or cannot be asked."""
        try:
            helpdesk = helpdesk_of(self.settings.config, self.settings.token(), self.people, self.outside)
        except (ConfigErrors, ValueError):
            return None
        try:
            today = self.now.astimezone(self.zone).date()
            id = helpdesk.directory.id_of(login)
            person = None if id is None else helpdesk.directory.people(today).get(id)
            return None if person is None else person.email or None
        except ZammadError:
            return None
        finally:
            helpdesk.pool.close()


@contextmanager
def opened(habits: Habits) -> Iterator[AtHand]:
    """The configured vault. raises ConfigErrors, Unreachable, StoreError"""
    outside = real_outside()
    settings, people = load_settings(habits.directory), load_people(habits.directory)
    zone = load_calendars(habits.directory)[DEFAULT].zone
    with at_hand(settings, outside) as store:
        vault = vault_of(settings, store, outside)
        yield AtHand(
            vault=vault,
            store=store,
            settings=settings,
            people=people,
            outside=outside,
            now=outside.now(),
            zone=zone,
        )


def private_file(path: Path) -> BinaryIO:
    """A new file that its owner alone can read. raises WrongUse – there is one, or it cannot be made"""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise WrongUse(f"{path} cannot be made: {error.strerror}") from None


def shown_on(text: str, *, terminal: bool) -> str:
    """An original as it is written out: unchanged, but that a terminal is given no character by which a customer's text
    could command it, or turn around what is read."""
    return _COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", text) if terminal else text
