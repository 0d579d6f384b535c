"""A run: the shards of a question worked off on as many cores as asked; killed at any instant, it goes on after."""

from __future__ import annotations

import gc
import multiprocessing
import queue
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Any

from zhidu.simulating.asking import Question
from zhidu.simulating.replaying import Desk, Replayer, Variant
from zhidu.simulating.workbook import SHARDS, Workbook

BATCH = 200
"""Tickets between two commits: what a killed run does again."""
_LOOK = 0.5
"""Seconds between two looks whether the other processes live."""

Done = Callable[[int], None]
"""Told how many more tickets are done."""


class WorkerDied(Exception):
    """A process ended before its work did; the text says how."""


def run(question: Question, book: Workbook, variants: tuple[Variant, ...], *, jobs: int, done: Done) -> None:
    """Work off what is left of all shards. raises ZammadError, WorkerDied"""
    if jobs == 1:
        with question.desk(book, variants) as desk, _rare_collection():
            for shard in range(SHARDS):
                _shard(desk, variants, question, book, shard, done)
        return
    _spread(question, book, jobs, done)


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Cycles are looked for among the tickets alone, not in the policy, and after some hundred of them."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def _shard(
    desk: Desk, variants: tuple[Variant, ...], question: Question, book: Workbook, shard: int, done: Done
) -> None:
    with closing(Replayer(desk, variants, question.period, book, shard)) as replayer:
        waiting = 0
        for ticket, place in book.todo(shard):
            replayer.run(ticket, place)
            waiting += 1
            if waiting == BATCH:
                replayer.commit()
                done(waiting)
                waiting = 0
        replayer.commit()
        done(waiting)


def _spread(question: Question, book: Workbook, jobs: int, done: Done) -> None:
    """Each process takes the next shard that nobody has."""
    context = multiprocessing.get_context("spawn")
    shards: Any = context.Queue()
    news: Any = context.Queue()
    for shard in range(SHARDS):
        shards.put(shard)
    workers = [
        context.Process(target=_work, args=(question, book.folder, shards, news), daemon=True) for _ in range(jobs)
    ]
    for worker in workers:
        worker.start()
    try:
        left = SHARDS
        while left:
            try:
                what = news.get(timeout=_LOOK)
            except queue.Empty:
                _check(workers)
                continue
            if isinstance(what, Exception):
                raise what
            if what is None:
                left -= 1
            else:
                done(what)
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()


def _check(workers: Iterable[Any]) -> None:
    for worker in workers:
        if worker.exitcode not in (None, 0):
            raise WorkerDied(f"a process of the run ended with status {worker.exitcode}; --resume goes on with the run")


def _work(question: Question, folder: Any, shards: Any, news: Any) -> None:
    """In a process of its own."""
    try:
        book = Workbook(folder)
        variants = question.variants()
        with question.desk(book, variants) as desk, _rare_collection():
            while True:
                try:
                    shard = shards.get_nowait()
                except queue.Empty:
                    return
                _shard(desk, variants, question, book, shard, news.put)
                news.put(None)
    except Exception as error:
        news.put(error)
