"""What is done once: keys of the occasions that were acted on, each with the module whose occasion it is.

A key on a ticket is `<module>.<key>`. One without a module counts for every module that names it: so tickets remember
that were written before keys told their module, and whatever was done then is not done again.
"""

from __future__ import annotations

from typing import TypeAlias

from policies.kernel.decisions import Checklist, Find, Link, Note, Notify, Reply, Tell
from policies.kernel.facts import Memory

Keyed: TypeAlias = Link | Checklist | Note | Reply | Notify | Tell | Find


def once_key(module: str, action: Keyed) -> str:
    """The occasion as memory keeps it; two tickets are linked once, whichever module wants it."""
    return action.key if isinstance(action, Link) else f"{module}.{action.key}"


def is_done(memory: Memory, module: str, key: str) -> bool:
    """Whether this module, or before keys told their module any, has acted on the occasion that its rules name so."""
    return key in memory.done or f"{module}.{key}" in memory.done


def done_by(memory: Memory, module: str) -> frozenset[str]:
    """The keys that count as done for this module, as its rules name them."""
    return memory.done | {key.removeprefix(f"{module}.") for key in memory.done}
