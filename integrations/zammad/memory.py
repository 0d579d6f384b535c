"""`preferences.zhidu` of a ticket: what must be remembered, in the form in which it lives there."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from integrations.zammad.writes import Value
from policies.kernel.facts import Fired, Memory

VERSION = 1


def read_memory(stored: Mapping[str, object]) -> Memory:
    """Tolerant: what is missing or of another shape is not remembered; agents can write preferences too."""
    fired = stored.get("fired")
    done = stored.get("done")
    case_id, situation = stored.get("case"), stored.get("note")
    return Memory(
        case_id=case_id if isinstance(case_id, str) else None,
        fired=MappingProxyType(dict(_fired(fired)) if isinstance(fired, dict) else {}),
        done=_texts(done) if isinstance(done, list) else frozenset(),
        situation=situation if isinstance(situation, str) else None,
        observed=stored.get("observed") is True,
    )


def _fired(stored: Mapping[object, object]) -> list[tuple[str, Fired]]:
    found = []
    for name, entry in stored.items():
        if isinstance(entry, dict) and isinstance(entry.get("run"), str) and isinstance(entry.get("rungs"), list):
            found.append((str(name), Fired(run=entry["run"], rungs=_texts(entry["rungs"]))))
    return found


def _texts(items: list[object]) -> frozenset[str]:
    return frozenset(item for item in items if isinstance(item, str))


def write_memory(memory: Memory) -> Mapping[str, Value]:
    """Sorted, so that equal memories are equal JSON."""
    stored: dict[str, Value] = {"v": VERSION}
    if memory.case_id is not None:
        stored["case"] = memory.case_id
    if memory.fired:
        stored["fired"] = {
            name: {"run": fired.run, "rungs": tuple(sorted(fired.rungs))}
            for name, fired in sorted(memory.fired.items())
        }
    if memory.done:
        stored["done"] = tuple(sorted(memory.done))
    if memory.situation is not None:
        stored["note"] = memory.situation
    if memory.observed:
        stored["observed"] = True
    return MappingProxyType(stored)
