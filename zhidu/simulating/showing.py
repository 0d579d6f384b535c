"""A report on a terminal, and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from unicodedata import east_asian_width

from zhidu.simulating.figures import Behind, Tickets
from zhidu.simulating.replaying import Period
from zhidu.simulating.report import Report
from zhidu.simulating.tables import Row, Table, Tables
from zhidu.simulating.tally import LOADS
from zhidu.simulating.words import Words

_MOST_BEHIND = 6
"""Ticket numbers that a line of the terminal shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a report is about; `digests` name the policies, `desk` is the helpdesk's address."""

    period: Period
    digests: tuple[str, ...]
    tickets: int
    desk: str | None = None

    def page_of(self, behind: Behind) -> str | None:
        """The ticket's page in the helpdesk; None where no helpdesk is configured."""
        return None if self.desk is None else f"{self.desk.rstrip('/')}/#ticket/zoom/{behind.ticket}"

    def lines(self, report: Report, words: Words) -> Iterator[str]:
        """Title, period, policies, how much was judged."""
        yield words.of("title") + (f" · {words.of('compared')}" if report.compared else "")
        last = self.period.until.astimezone(words.zone)
        yield words.of("period", begins=words.day(self.period.begins), ends=f"{last:%Y-%m-%d %H:%M}")
        names = ("policy", "proposed_policy")
        policies = " · ".join(words.of(n, policy=d) for n, d in zip(names, self.digests, strict=False))
        yield f"{policies} · {words.of('source', tickets=self.tickets, moments=sum(report.moments))}"
        yield words.of("nothing")
        for rule, (count, error) in report.failures.items():
            yield words.of("failed", rule=rule, count=count, error=error)


def lines(head: Head, report: Report, words: Words) -> Iterator[str]:
    """The report for a terminal; days are left to the workbook."""
    yield from head.lines(report, words)
    tables = Tables(report=report, words=words)
    compared = (tables.differences(), tables.moved())
    shown = compared if report.compared else (tables.clocks(), tables.decisions())
    for table in (*shown, tables.really(), tables.load_in_short()):
        yield ""
        yield f"── {table.title} " + "─" * 40
        yield from _table(table, words, behind=table.of_differences)


def _table(table: Table, words: Words, *, behind: bool) -> Iterator[str]:
    rows = list(table.rows())
    if not rows:
        yield words.nothing(table.name)
        return
    heads = () if not any(table.columns) else (Row(cells=table.columns),)
    texts = [[str(cell) for cell in row.cells] for row in (*heads, *rows)]
    widths = [max(map(columns, column)) for column in zip(*texts, strict=True)]
    for index, (row, cells) in enumerate(zip((*heads, *rows), texts, strict=True)):
        parts = [
            _padded(cell, width, right=number >= table.texts or (number == 1 and table.name == "really"))
            for number, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        yield "  ".join(parts).rstrip()
        if behind and index >= len(heads) and row.behind is not None:
            yield from _behind(row, words)


def _behind(row: Row, words: Words) -> Iterator[str]:
    if row.behind is None:
        return
    for name, tickets in row.behind().parts():
        numbers = tuple(dict.fromkeys(one.number for one in tickets))
        more = len(numbers) - _MOST_BEHIND
        tail = f" {words.of('more', count=more)}" if more > 0 else ""
        yield f"      {words.of(name)}: {', '.join(numbers[:_MOST_BEHIND])}{tail}"


def columns(text: str) -> int:
    """How many columns of a terminal it takes; a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - columns(text))
    return blanks + text if right else text + blanks


def as_json(head: Head, report: Report, words: Words) -> Iterator[str]:
    """One object in pieces; lists of tickets are read as they are written, however many there are."""
    top = {
        "from": head.period.begins.isoformat(),
        "to": head.period.until.isoformat(),
        "policy": head.digests[0],
        "proposed": head.digests[1] if report.compared else None,
        "tickets": head.tickets,
        "moments": report.moments[0],
        "really": asdict(report.really),
        "failures": [{"rule": rule, "tickets": n, "error": error} for rule, (n, error) in report.failures.items()],
    }
    yield _dump(top)[:-1]
    parts = {
        "clocks": _clocks(report),
        "due_times": _moved(report),
        "decisions": _decisions(report),
        "load": _days(report, words),
    }
    for name, rows in parts.items():
        yield f', "{name}": ['
        for index, row in enumerate(rows):
            yield (",\n" if index else "\n") + _dump(row)
        yield "]"
    yield "}"


def _clocks(report: Report) -> Iterator[dict[str, object]]:
    for row in report.clocks:
        yield {
            "clause": row.clause,
            "clock": f"{row.module}.{row.name}",
            "today": asdict(row.today),
            **({"proposed": asdict(row.proposed)} if report.compared else {}),
            "late": _numbers(report.late(row)),
        }


def _decisions(report: Report) -> Iterator[dict[str, object]]:
    for what, figure in report.decisions.items():
        sides = ("today", "proposed")[: 2 if report.compared else 1]
        yield {
            **what._asdict(),
            **{side: {"times": figure.times[i], "tickets": figure.tickets[i]} for i, side in enumerate(sides)},
            "behind": _numbers(report.behind(what)),
        }


def _moved(report: Report) -> Iterator[dict[str, object]]:
    """Each run that ends at another time, with its ticket."""
    for row in report.moved:
        for run in report.moved_runs(row):
            yield {
                "clause": row.clause,
                "clock": f"{row.module}.{row.name}",
                "ticket": run.behind.number,
                "today": _instant(run.today),
                "proposed": _instant(run.proposed),
                "open": run.open,
            }


def _instant(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def _numbers(tickets: Tickets) -> dict[str, list[str]]:
    return {field.name: [one.number for one in getattr(tickets, field.name)] for field in fields(tickets)}


def _days(report: Report, words: Words) -> Iterator[dict[str, object]]:
    sides = ("today", "proposed", "really") if report.compared else ("today", "really")
    for row in report.days:
        loads = {side: {load: getattr(row, side).get(load, 0) for load in LOADS} for side in sides}
        yield {"day": str(row.day), "person": row.person, "name": words.person(row.person), **loads}


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
