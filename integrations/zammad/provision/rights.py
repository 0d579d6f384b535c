"""What the token permits, as far as Zammad tells, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Refused
from integrations.zammad.records import Wire
from integrations.zammad.wire import Shape, User

LABELS: Final[Mapping[str, str]] = {
    "admin.calendar": "Calendars",
    "admin.checklist": "Checklists",
    "admin.core_workflow": "Core Workflows",
    "admin.group": "Groups",
    "admin.macro": "Macros",
    "admin.object": "Objects",
    "admin.overview": "Overviews",
    "admin.role": "Roles",
    "admin.sla": "SLAs",
    "admin.template": "Templates",
    "admin.text_module": "Text modules",
    "admin.trigger": "Trigger",
    "admin.user": "Users",
    "admin.webhook": "Webhook",
}
"""Permissions as Zammad's admin pages call them, for a Zammad that does not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRights:
    """What is known of the token.

    known     every permission that there is, name → id; empty: Zammad does not tell this token
    granted   names of those that the token has; None: Zammad does not tell
    labels    name → what Zammad's admin pages call it
    """

    known: Mapping[str, int]
    granted: frozenset[str] | None
    labels: Mapping[str, str]

    def lacking(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Which of these the token certainly has not, as `admin.macro (Macros)`."""
        if self.granted is None:
            return ()
        wanting = sorted(name for name in set(needed) if not self._has(name))
        return tuple(f"{name} ({self.labels.get(name, LABELS.get(name, name))})" for name in wanting)

    def _has(self, name: str) -> bool:
        """A permission is had by itself or by the one above it: `admin.macro` by `admin`; one that this Zammad does
        not know is not asked for."""
        parts = name.split(".")
        above = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
        return bool(above & (self.granted or frozenset())) or (bool(self.known) and name not in self.known)


class _Permission(Wire):
    name: str
    label: str | None = None


class _Preferences(Wire):
    id: int = 0
    permission: tuple[str, ...] = ()


class _Token(Wire):
    preferences: _Preferences | None = None
    last_used_at: str | None = None


class _Tokens(Wire):
    id: int = 0
    tokens: tuple[_Token, ...] = ()
    permissions: tuple[_Permission, ...] = ()


_TOKENS: Final = Shape(_Tokens)


def token_rights(client: Client, me: User) -> TokenRights:
    """The rights of the token in use: of the user's tokens the one that was used last, a moment ago.

    Zammad tells only a token that may see tokens (`user_preferences.access_token`); else nothing is known beforehand.
    """
    try:
        found = client.get(_TOKENS.one, "user_access_token")
    except (NotFound, Refused):
        return TokenRights(known={}, granted=None, labels={})
    known = {one.name: one.id for one in found.permissions}
    labels = {one.name: one.label or one.name for one in found.permissions}
    used = max(
        (token for token in found.tokens if token.last_used_at), key=lambda one: one.last_used_at or "", default=None
    )
    granted = frozenset(used.preferences.permission) if used is not None and used.preferences is not None else None
    return TokenRights(known=known, granted=granted, labels=labels)
