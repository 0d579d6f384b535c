"""Accounts of the machine that a step was made from, as they are kept: by these two persons are told apart."""

from __future__ import annotations

from typing import Final

CLAIMED: Final = " (claimed by sudo)"
"""Follows the name of an account that only sudo vouches for, so that whoever is root may have said it."""


def bare(account: str) -> str:
    """The account's name, whoever vouches for it."""
    return account.removesuffix(CLAIMED)


def shared(first: str, second: str) -> str:
    """From where the first step came, if the second may have come from there too; "": from another account."""
    if not first:
        return "from an account of the machine that cannot be told"
    if not second:
        return f"from the account {first}, while the account of this command cannot be told"
    return f"from this very account of the machine ({second})" if bare(first) == bare(second) else ""
