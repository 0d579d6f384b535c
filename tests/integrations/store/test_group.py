"""Group commit: callers share a commit, each gets its own answer, and a bad item harms only itself."""

import threading
from collections.abc import Callable, Sequence

import pytest

from integrations.store.errors import StoreBroken, StoreUnavailable
from integrations.store.group import GroupCommit


class Recorder:
    """A flush that waits at the gate the first time, so that a group gathers behind it."""

    def __init__(self, fail: Callable[[Sequence[int]], BaseException | None] = lambda items: None) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.entered = threading.Event()
        self._fail = fail

    def __call__(self, items: Sequence[int]) -> Sequence[str]:
        self.entered.set()
        self.gate.wait(10)
        self.batches.append(list(items))
        error = self._fail(items)
        if error is not None:
            raise error
        return [f"answer {item}" for item in items]


def submit_all(group: GroupCommit[int, str], recorder: Recorder, count: int) -> dict[int, str]:
    """Submits 0 alone, and 1 … count-1 while 0 is being flushed; what each got, errors by their class's name."""
    got: dict[int, str] = {}

    def one(item: int) -> None:
        try:
            got[item] = group.submit(item)
        except BaseException as error:
            got[item] = type(error).__name__

    first = threading.Thread(target=one, args=(0,))
    first.start()
    assert recorder.entered.wait(10)
    others = [threading.Thread(target=one, args=(item,)) for item in range(1, count)]
    for number, other in enumerate(others, start=1):
        other.start()
        while len(group._gathered) < number:
            pass
    recorder.gate.set()
    for thread in (first, *others):
        thread.join(10)
        assert not thread.is_alive()
    return got


def test_those_who_come_meanwhile_share_the_next_commit() -> None:
    recorder = Recorder()

    got = submit_all(GroupCommit(recorder), recorder, 6)

    assert recorder.batches == [[0], [1, 2, 3, 4, 5]]
    assert got == {item: f"answer {item}" for item in range(6)}


def test_a_batch_has_a_limit() -> None:
    recorder = Recorder()

    got = submit_all(GroupCommit(recorder, limit=2), recorder, 6)

    assert recorder.batches == [[0], [1, 2], [3, 4], [5]]
    assert len(got) == 6


def test_a_bad_item_harms_only_itself() -> None:
    recorder = Recorder(lambda items: StoreBroken("3") if 3 in items else None)

    got = submit_all(GroupCommit(recorder), recorder, 6)

    assert got == {item: f"answer {item}" if item != 3 else "StoreBroken" for item in range(6)}


def test_an_unreachable_store_fails_all_and_is_tried_again() -> None:
    recorder = Recorder(lambda items: StoreUnavailable("down") if len(recorder.batches) == 2 else None)
    group = GroupCommit(recorder)

    got = submit_all(group, recorder, 3)

    assert got == {0: "answer 0", 1: "StoreUnavailable", 2: "StoreUnavailable"}
    assert group.submit(7) == "answer 7"


def test_an_interrupted_leader_leaves_nobody_waiting() -> None:
    recorder = Recorder(lambda items: KeyboardInterrupt() if len(recorder.batches) == 2 else None)
    group = GroupCommit(recorder)

    got = submit_all(group, recorder, 3)

    assert got == {0: "answer 0", 1: "KeyboardInterrupt", 2: "StoreUnavailable"}
    assert group.submit(7) == "answer 7"


def test_alone_there_is_no_waiting() -> None:
    group: GroupCommit[int, str] = GroupCommit(lambda items: [str(item) for item in items])

    assert [group.submit(item) for item in (1, 2)] == ["1", "2"]


def test_errors_reach_the_one_who_asked() -> None:
    def refuse(items: Sequence[int]) -> Sequence[str]:
        raise StoreBroken("no")

    with pytest.raises(StoreBroken, match="no"):
        GroupCommit(refuse).submit(1)
