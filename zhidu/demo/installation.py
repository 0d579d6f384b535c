"""The configuration of the demonstration's company, as a company would write it, with the secrets of this run."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from policies.kernel.texts import Language
from zhidu.demo.company import GROUPS, MEMBERS, login

RECONCILE_EVERY: Final = 3600.0
"""Virtual seconds between two searches for missed changes: ten days have few enough of them to be played fast."""

PEOPLE_EVERY: Final = 10_800.0
"""Virtual seconds between two looks at who is there."""

_KEY: Final = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The service user's token, an administrator's, and what deliveries are signed with."""

    token: str = field(repr=False)
    admin: str = field(repr=False)
    webhook: str = field(repr=False)


def configure(folder: Path, url: str, tongue: Language, secrets: Secrets, random: Callable[[int], bytes]) -> Path:
    """Write `config` in `folder`, and beside it the vault's key in a folder of its own; returns where.

    random   so many bytes, for the key and the vault's secret
    """
    config, vault = folder / "config", folder / "vault"
    (config / "policies").mkdir(parents=True, exist_ok=True)
    vault.mkdir(mode=0o700, exist_ok=True)
    for name, text in (("token", secrets.token), ("admin_token", secrets.admin), ("webhook_secret", secrets.webhook)):
        _secret(config / name, text)
    for name in ("key", "secret"):
        _secret(vault / name, base64.b64encode(random(32)).decode())
    _write(config / "zhidu.yaml", _settings(url, tongue))
    _write(config / "people.yaml", {"posts": _posts(), "desks": _desks(tongue)})
    for module, settings in _policies().items():
        _write(config / "policies" / f"{module}.yaml", settings)
    return config


def _settings(url: str, tongue: Language) -> Mapping[str, object]:
    return {
        "helpdesk": {"url": url, "token_file": "token", "admin_token_file": "admin_token", "language": tongue},
        "store": {"url": "sqlite:///../zhidu.db"},
        "http": {"port": 0, "webhook_secret_file": "webhook_secret"},
        "schedule": {"reconcile_every_seconds": RECONCILE_EVERY, "people_every_seconds": PEOPLE_EVERY},
        "vault": {
            "keys": [{"id": _KEY, "file": "../vault/key"}],
            "current": _KEY,
            "secret_file": "../vault/secret",
            "language": tongue,
        },
        "log": {"level": "critical"},
    }


def _policies() -> Mapping[str, Mapping[str, object]]:
    """Where the departments are; a request lapses while one looks on; confidential data is masked."""
    departments = {group.department: name for name, group in GROUPS.items() if group.department is not None}
    return {
        "complaints": {"departments": departments},
        "business": {"departments": departments, "ways": ["mail"], "reminders": ["3d", "6d"], "lapses": "8d"},
        "masking": {"mode": "twin"},
    }


def _posts() -> Mapping[str, list[str]]:
    posts: dict[str, list[str]] = {}
    for key, member in MEMBERS.items():
        posts.setdefault(member.post.value, []).append(login(key))
    return posts


def _desks(tongue: Language) -> Mapping[str, Mapping[str, str]]:
    desks = {}
    for name, group in GROUPS.items():
        led = {"supervisor": group.supervisor, "deputy": group.deputy, "manager": group.manager}
        entry = {post: login(member) for post, member in led.items() if member is not None}
        told = {"kind": group.kind, "department": group.department, "language": tongue}
        desks[name] = entry | {setting: value for setting, value in told.items() if value is not None}
    return desks


def _write(path: Path, content: object) -> None:
    """As people write it, to be added to."""
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _secret(path: Path, text: str) -> None:
    """For its owner alone."""
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
