"""A report as one page: nothing to load, no scripts, for a telephone and for the dark too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from zhidu.simulating.report import Report
from zhidu.simulating.showing import Head
from zhidu.simulating.tables import Row, Table, Tables
from zhidu.simulating.words import Words

_MOST_BEHIND: Final = 200
"""Ticket numbers that a row of the page holds."""
_OPEN: Final = ("differences", "clocks", "really")
"""Tables that are open when the page is."""

_STYLE: Final = Markup("""
:root { color-scheme: light dark; --line: #d0d4da; --soft: #f3f5f8; --mark: #fff2cc; --ink: #1c2430; --dim: #5a6572;
  --paper: #ffffff; --less: #1a7f4b; --more: #b3402a; }
@media (prefers-color-scheme: dark) { :root { --line: #3a424d; --soft: #20262e; --mark: #4a3d12; --ink: #e6e9ee;
  --dim: #a4adb8; --paper: #14181d; --less: #62c794; --more: #f0907c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .5rem 0; }
p { margin: .25rem 0; color: var(--dim); overflow-wrap: anywhere; }
section > details { margin-top: 1rem; border: 1px solid var(--line); border-radius: .5rem; }
section > details > summary { padding: .6rem .8rem; font-weight: 600; cursor: pointer; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .35rem .7rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
th { background: var(--soft); font-weight: 600; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
th.n { white-space: normal; min-width: 3rem; }
tr > :nth-child(2):not(.n) { min-width: 9rem; }
tr.differs td { background: var(--mark); }
.less { color: var(--less); } .more { color: var(--more); }
td details { margin-top: .2rem; color: var(--dim); font-size: .85rem; }
td summary { cursor: pointer; }
td details p { margin: .2rem 0 .4rem; }
@media (max-width: 30rem) { body { padding: .5rem; } table { font-size: .85rem; } th, td { padding: .35rem; }
  th.n { min-width: 2.5rem; } }
""")


def write_html(path: Path, head: Head, report: Report, words: Words) -> None:
    """Write the page, a row at a time. raises OSError"""
    with path.open("w", encoding="utf-8") as file:
        for piece in page(head, report, words):
            file.write(piece)


def page(head: Head, report: Report, words: Words) -> Iterator[str]:
    """The page in pieces."""
    title, *rest = head.lines(report, words)
    yield Markup(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head><body>\n'
    ).format(words.tongue, title, _STYLE)
    yield Markup("<h1>{}</h1>\n").format(title)
    for line in (*rest, words.of("note")):
        yield Markup("<p>{}</p>\n").format(line)
    for table in Tables(report=report, words=words).all():
        yield from _table(table, words)
    yield "</body></html>\n"


def _table(table: Table, words: Words) -> Iterator[str]:
    opened = Markup(" open") if table.name in _OPEN else ""
    yield Markup('<section><details{}><summary>{}</summary><div class="wide"><table>\n').format(opened, table.title)
    if any(table.columns):
        heads = (
            Markup("<th{}>{}</th>").format(_figure(number, table), name) for number, name in enumerate(table.columns)
        )
        yield Markup("<thead><tr>{}</tr></thead>\n").format(Markup("").join(heads))
    yield "<tbody>\n"
    empty = True
    for row in table.rows():
        empty = False
        yield _row(row, table, words)
    if empty:
        nothing = words.of("no_difference") if table.name == "differences" else "–"
        yield Markup("<tr><td colspan={}>{}</td></tr>\n").format(len(table.columns), nothing)
    yield "</tbody></table></div></details></section>\n"


def _figure(number: int, table: Table) -> str:
    last = table.name == "really" and number == 1
    return Markup(' class="n"') if number >= table.texts or last else ""


def _row(row: Row, table: Table, words: Words) -> Markup:
    behind = _behind(row, table, words)
    cells = []
    for number, cell in enumerate(row.cells):
        shown = escape(f"{cell:,}" if isinstance(cell, int) else cell)
        if table.name == "differences" and isinstance(cell, str) and cell[:1] in "+-" and number >= table.texts:
            shown = Markup('<span class="{}">{}</span>').format("more" if cell[0] == "+" else "less", cell)
        inside = behind if number == table.texts - 1 and table.name != "really" else Markup("")
        cells.append(Markup("<td{}>{}{}</td>").format(_figure(number, table), shown, inside))
    marked = Markup(' class="differs"') if row.differs and table.name != "differences" else ""
    return Markup("<tr{}>{}</tr>\n").format(marked, Markup("").join(cells))


def _behind(row: Row, table: Table, words: Words) -> Markup:
    if row.behind is None:
        return Markup("")
    tickets = row.behind()
    parts = tuple(tickets.parts() if table.name == "differences" else tickets.everywhere(compared=row.differs))
    if not parts:
        return Markup("")
    lines = []
    for name, numbers in parts:
        more = len(numbers) - _MOST_BEHIND
        tail = f" {words.of('more', count=more)}" if more > 0 else ""
        lines.append(Markup("<p>{}: {}{}</p>").format(words.of(name), ", ".join(numbers[:_MOST_BEHIND]), tail))
    count = sum(len(numbers) for _, numbers in parts)
    summary = f"{words.of('tickets_behind')}: {count:,}"
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, Markup("").join(lines))
