"""Group commit: callers that arrive while a commit is under way share the next one."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeAlias, TypeVar

from integrations.store.errors import StoreError, StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")
Answers: TypeAlias = list[Result | StoreError]


class _Call(Generic[Item, Result]):
    """One caller's items and, later, an answer for each. `woken` is held until there is news for the caller."""

    __slots__ = ("answers", "items", "leads", "woken")

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        self.answers: Answers[Result] = []
        self.leads = False
        self.woken = threading.Lock()
        self.woken.acquire()


class GroupCommit(Generic[Item, Result]):
    """Runs `flush` over batches of items, one batch at a time, in the threads of the callers themselves.

    The first caller leads: it flushes what has gathered, wakes those it flushed for, and hands the lead to the first
    of those who came meanwhile. There is no thread of its own to start, stop or lose.

    flush    makes the items durable in order and returns one result for each; all of them or, raising, none
    limit    most items in one batch; only what one caller brought is not divided
    """

    def __init__(self, flush: Callable[[Sequence[Item]], Sequence[Result]], *, limit: int = 500) -> None:
        self._flush = flush
        self._limit = limit
        self._mutex = threading.Lock()
        self._gathered: list[_Call[Item, Result]] = []
        self._led = False

    def submit(self, item: Item) -> Result:
        """The result for `item` once it is durable. Raises what `flush` raised for it."""
        [answer] = self.submit_all((item,))
        if isinstance(answer, StoreError):
            raise answer
        return answer

    def submit_all(self, items: Sequence[Item]) -> Answers[Result]:
        """For each of `items` its result once it is durable, or the error `flush` raised for it."""
        if not items:
            return []
        call: _Call[Item, Result] = _Call(items)
        with self._mutex:
            self._gathered.append(call)
            if not self._led:
                self._led = call.leads = True
        if not call.leads:
            call.woken.acquire()
        if call.leads:
            self._lead()
        return call.answers

    def _lead(self) -> None:
        """Flushes one batch, in which the caller's own items come first, and passes the lead on."""
        with self._mutex:
            batch = self._next_batch()
        try:
            self._settle(batch)
        finally:
            with self._mutex:
                heir = self._gathered[0] if self._gathered else None
                self._led = heir is not None
                if heir is not None:
                    heir.leads = True
            if heir is not None:
                heir.woken.release()
            for call in batch[1:]:
                call.woken.release()

    def _next_batch(self) -> list[_Call[Item, Result]]:
        """Takes the first caller, and those after it as far as the limit goes, out of those who have gathered."""
        count, size = 1, len(self._gathered[0].items)
        for call in self._gathered[1:]:
            size += len(call.items)
            if size > self._limit:
                break
            count += 1
        batch = self._gathered[:count]
        del self._gathered[:count]
        return batch

    def _settle(self, batch: Sequence[_Call[Item, Result]]) -> None:
        """Gives every caller of `batch` its answers."""
        try:
            answers = self._answers([item for call in batch for item in call.items])
        except BaseException as error:
            for call in batch:
                call.answers = [StoreUnavailable(f"interrupted: {type(error).__name__}") for _ in call.items]
            raise
        start = 0
        for call in batch:
            call.answers = answers[start : start + len(call.items)]
            start += len(call.items)

    def _answers(self, items: Sequence[Item]) -> Answers[Result]:
        try:
            return list(self._flush(items))
        except StoreUnavailable as error:
            return [StoreUnavailable(*error.args) for _ in items]
        except StoreError as error:
            # One item that cannot be stored must not take its neighbours with it.
            return [error] if len(items) == 1 else [answer for item in items for answer in self._answers([item])]
