"""Group commit: callers that arrive while a commit is under way share the next one."""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from integrations.store.errors import StoreError, StoreUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Ticket(Generic[Item, Result]):
    """One caller's item and, later, its answer. `woken` is held until there is news for the caller."""

    __slots__ = ("error", "item", "leads", "result", "woken")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.result: Result | None = None
        self.error: BaseException | None = None
        self.leads = False
        self.woken = threading.Lock()
        self.woken.acquire()


class GroupCommit(Generic[Item, Result]):
    """Runs `flush` over batches of items, one batch at a time, in the threads of the callers themselves.

    The first caller leads: it flushes what has gathered, wakes those it flushed for, and hands the lead to the first
    of those who came meanwhile. There is no thread of its own to start, stop or lose.

    flush    makes the items durable in order and returns one result for each; all of them or, raising, none
    limit    most items in one batch
    """

    def __init__(self, flush: Callable[[Sequence[Item]], Sequence[Result]], *, limit: int = 500) -> None:
        self._flush = flush
        self._limit = limit
        self._mutex = threading.Lock()
        self._gathered: list[_Ticket[Item, Result]] = []
        self._led = False

    def submit(self, item: Item) -> Result:
        """The result for `item` once it is durable. Raises what `flush` raised for it."""
        ticket: _Ticket[Item, Result] = _Ticket(item)
        with self._mutex:
            self._gathered.append(ticket)
            if not self._led:
                self._led = ticket.leads = True
        if not ticket.leads:
            ticket.woken.acquire()
        if ticket.leads:
            self._lead()
        if ticket.error is not None:
            raise ticket.error
        assert ticket.result is not None  # noqa: S101 - every batch answers each of its tickets
        return ticket.result

    def _lead(self) -> None:
        """Flushes one batch, in which the caller's own item comes first, and passes the lead on."""
        with self._mutex:
            batch = self._gathered[: self._limit]
            del self._gathered[: self._limit]
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
            for ticket in batch[1:]:
                ticket.woken.release()

    def _settle(self, batch: Sequence[_Ticket[Item, Result]]) -> None:
        """Gives every ticket of `batch` its result or its error."""
        try:
            results = self._flush([ticket.item for ticket in batch])
        except StoreUnavailable as error:
            for ticket in batch:
                ticket.error = StoreUnavailable(*error.args)
        except StoreError as error:
            if len(batch) == 1:
                batch[0].error = error
                return
            # One item that cannot be stored must not take its neighbours with it.
            for ticket in batch:
                self._settle([ticket])
        except BaseException as error:
            for ticket in batch:
                ticket.error = StoreUnavailable(f"interrupted: {type(error).__name__}")
            raise
        else:
            for ticket, result in zip(batch, results, strict=True):
                ticket.result = result
