"""The account of this machine that a command was started from, by what the kernel knows and nobody can say.

Neither the variables that a shell sets (LOGNAME, USER) nor the name that sudo hands on (SUDO_USER) is asked.
"""

from __future__ import annotations

import os
import platform
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from integrations.store.accounts import CLAIMED

_SELF: Final = Path("/proc/self")
_NEVER_SET: Final = 0xFFFF_FFFF
_WHOLE: Final = ["0", "0", str(_NEVER_SET)]
"""The numbers of users where they mean what they mean to the kernel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """Whose a process is.

    login     the user's number since the login, which the kernel keeps over `sudo` and `su`; None: not by a login
    user      the user's number under which it runs
    mapped    it runs in a user namespace, whose maker chose what the numbers are
    sudo      the number that sudo says it was called from; None: it says none
    """

    login: int | None
    user: int
    mapped: bool
    sudo: int | None


def account(environment: Mapping[str, str]) -> str:
    """The account's name, followed by `CLAIMED` where only sudo vouches for it; "" where it cannot be told."""
    return account_of(this_process(environment))


def this_process(environment: Mapping[str, str]) -> Process:
    """This one. `environment`: its variables, of which SUDO_UID alone is read."""
    login, numbers, said = _line("loginuid"), _line("uid_map"), environment.get("SUDO_UID", "")
    return Process(
        login=int(login) if login.isdecimal() and int(login) != _NEVER_SET else None,
        user=os.getuid(),
        mapped=platform.system() == "Linux" and numbers.split() != _WHOLE,
        sudo=int(said) if said.isascii() and said.isdecimal() else None,
    )


def account_of(process: Process) -> str:
    """As `account` says.

    What sudo says counts for a process of root alone, and only where no login is known: whoever else could set it.
    """
    if process.mapped:
        return ""
    if process.login is not None:
        return _name(process.login)
    if process.user == 0 and process.sudo:
        name = _name(process.sudo)
        return f"{name}{CLAIMED}" if name else ""
    return _name(process.user)


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except (KeyError, OverflowError):
        return ""


def _line(name: str) -> str:
    """ "" where the kernel does not tell."""
    try:
        return (_SELF / name).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
