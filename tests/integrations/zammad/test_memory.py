"""`preferences.zhidu`: written stably, read whatever somebody wrote into it."""

import json
from types import MappingProxyType
from typing import Any

import pytest

from integrations.zammad.memory import read_memory, write_memory
from integrations.zammad.writes import plain
from policies.kernel.facts import Fired, Memory

WHOLE = Memory(
    case_id="c-1",
    fired=MappingProxyType(
        {"b": Fired(run="b@1", rungs=frozenset({"80%", "50%"})), "a": Fired(run="a@1", rungs=frozenset())}
    ),
    done=frozenset({"told:3", "asked:name"}),
    situation="abc",
    observed=True,
)
MEMORIES = {"whole": WHOLE, "empty": Memory(), "only a case": Memory(case_id="c"), "observed": Memory(observed=True)}


@pytest.mark.parametrize("memory", MEMORIES.values(), ids=MEMORIES)
def test_a_memory_comes_back_as_it_was(memory: Memory) -> None:
    stored = json.loads(json.dumps(plain(write_memory(memory))))
    assert read_memory(stored) == memory


def test_equal_memories_are_equal_text() -> None:
    turned = Memory(
        case_id="c-1",
        fired=MappingProxyType({name: WHOLE.fired[name] for name in ("a", "b")}),
        done=frozenset(sorted(WHOLE.done, reverse=True)),
        situation="abc",
        observed=True,
    )
    assert json.dumps(plain(write_memory(turned))) == json.dumps(plain(write_memory(WHOLE)))


GARBAGE: dict[str, tuple[dict[str, Any], Memory]] = {
    "nothing": ({}, Memory()),
    "wrong types": (
        {"case": 5, "fired": [], "done": "x", "note": {}, "observed": "yes", "v": "x"},
        Memory(),
    ),
    "clocks of another shape": (
        {
            "fired": {
                "a": 1,
                "b": {"run": 2, "rungs": []},
                "c": {"run": "c"},
                "d": {"run": "d", "rungs": ["50%", 7, {}]},
            }
        },
        Memory(fired=MappingProxyType({"d": Fired(run="d", rungs=frozenset({"50%"}))})),
    ),
    "things done that are no text": ({"done": ["a", 1, None, {}]}, Memory(done=frozenset({"a"}))),
    "keys of others": ({"case": "c", "colour": "red"}, Memory(case_id="c")),
}


@pytest.mark.parametrize(("stored", "memory"), GARBAGE.values(), ids=GARBAGE)
def test_garbage_is_not_remembered(stored: dict[str, Any], memory: Memory) -> None:
    assert read_memory(stored) == memory
