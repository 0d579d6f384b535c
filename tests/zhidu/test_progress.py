"""What a waiting person sees."""

import io
from dataclasses import dataclass

import pytest

from zhidu.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass(frozen=True, kw_only=True)
class Row:
    """Of 1,000 tickets, `steps` are done one after the other: (seconds since the beginning, how many more)."""

    terminal: bool = False
    before: int = 0
    steps: tuple[tuple[float, int], ...]
    shows: str


ROWS = {
    "nothing of what is soon over": Row(terminal=True, steps=((0.5, 500), (1.9, 500)), shows=""),
    "a line that is written over, on a terminal": Row(
        terminal=True,
        steps=((2.5, 250), (2.7, 20), (5.0, 230)),
        shows="\r250 of 1,000 tickets, 100/s, 0:00:08 left\033[K\r500 of 1,000 tickets, 100/s, 0:00:05 left\033[K\n",
    ),
    "seldom a line elsewhere": Row(
        steps=((5.0, 100), (10.5, 110), (15.0, 90), (21.0, 120)),
        shows="210 of 1,000 tickets, 20/s, 0:00:40 left\n420 of 1,000 tickets, 20/s, 0:00:29 left\n",
    ),
    "how fast the run is that goes on": Row(
        before=800, steps=((12.5, 100),), shows="900 of 1,000 tickets, 8/s, 0:00:12 left\n"
    ),
    "no guess from nothing": Row(before=800, steps=((11.0, 0),), shows="800 of 1,000 tickets, 0/s, ? left\n"),
}


def test_what_is_counted_has_its_name_and_the_line_ends_before_something_else_is_said() -> None:
    to, times = Terminal(), iter([0.0, 3.0])
    progress = Progress(4, noun="changes", to=to, clock=lambda: next(times))
    progress(3)
    progress.end()
    progress.end()
    assert to.getvalue() == "\r3 of 4 changes, 1/s, 0:00:01 left\033[K\n"


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_progress(row: Row) -> None:
    to = Terminal() if row.terminal else io.StringIO()
    times = iter([0.0, *(at for at, _ in row.steps)])
    progress = Progress(1_000, before=row.before, to=to, clock=lambda: next(times))
    for _, more in row.steps:
        progress(more)
    progress.end()
    assert to.getvalue() == row.shows


def test_quiet() -> None:
    """Nobody waits: nothing is written, and nothing fails."""
    times = iter((0.0, 100.0))
    progress = Progress(10, to=None, clock=lambda: next(times))
    progress(10)
    progress.end()
    assert next(times, None) is None
