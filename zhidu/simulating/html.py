"""A report as one page: nothing to load, no scripts, for a telephone and for the dark too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markupsafe import Markup, escape

from zhidu.simulating.figures import Behind
from zhidu.simulating.report import Report
from zhidu.simulating.showing import Head
from zhidu.simulating.tables import Cell, Change, Row, Table, Tables
from zhidu.simulating.words import Words

_MOST_BEHIND: Final = 200
"""Ticket numbers that a row of the page holds."""
_OPEN: Final = ("differences", "moved", "clocks", "really")
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
.less { color: var(--less); } .more { color: var(--more); } .zero { color: var(--dim); }
a { color: inherit; }
td details { margin-top: .2rem; color: var(--dim); font-size: .85rem; }
td summary { cursor: pointer; }
td details p { margin: .2rem 0 .4rem; }
@media (max-width: 44rem) {
  body { padding: .5rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody { display: block; }
  tr { display: flex; flex-wrap: wrap; align-items: end; gap: .3rem .8rem; padding: .5rem .8rem;
    border-top: 1px solid var(--line); }
  tr.differs { background: var(--mark); }
  td { border: 0; padding: 0; flex: 1 1 calc(100% - 3.5rem); align-self: start; }
  td:not(.n):first-child { flex: 0 0 2.6rem; color: var(--dim); }
  td:not(.n):nth-child(3) { flex-basis: 100%; }
  td.n { flex: 0 0 4.4rem; align-self: end; text-align: left; white-space: normal; }
  td.n::before { content: attr(data-head); display: block; color: var(--dim); font-size: .72rem; line-height: 1.2; }
  .days td:first-child { flex-basis: 6rem; } .days td:nth-child(2) { flex-basis: calc(100% - 7rem); }
  .load td:first-child { flex-basis: 100%; color: inherit; font-weight: 600; }
  .really td:first-child { flex: 1 1 60%; color: inherit; } .really td.n { flex: 0 0 auto; text-align: right; }
}
@media print { section > details { border: 0; } tr { break-inside: avoid; } }
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
        yield from _table(table, head, words)
    yield "</body></html>\n"


def _table(table: Table, head: Head, words: Words) -> Iterator[str]:
    """On a telephone each row is a card of its own, on which every figure has its head above it: the roles say that it
    is a table all the same."""
    opened = Markup(" open") if table.name in _OPEN else ""
    opening = Markup('<section><details{}><summary>{}</summary><div class="wide"><table class="{}" role="table">\n')
    yield opening.format(opened, table.title, table.name)
    if any(table.columns):
        heads = (
            Markup('<th role="columnheader"{}>{}</th>').format(_figure(number, table), name)
            for number, name in enumerate(table.columns)
        )
        yield Markup('<thead role="rowgroup"><tr role="row">{}</tr></thead>\n').format(Markup("").join(heads))
    yield Markup('<tbody role="rowgroup">\n')
    empty = True
    for row in table.rows():
        empty = False
        yield _row(row, table, head, words)
    if empty:
        cell = Markup('<tr role="row"><td role="cell" colspan={}>{}</td></tr>\n')
        yield cell.format(len(table.columns), words.nothing(table.name))
    yield "</tbody></table></div></details></section>\n"


def _figure(number: int, table: Table) -> str:
    last = table.name == "really" and number == 1
    return Markup(' class="n"') if number >= table.texts or last else ""


def _row(row: Row, table: Table, head: Head, words: Words) -> Markup:
    behind = _behind(row, table, head, words)
    cells = []
    for number, cell in enumerate(row.cells):
        inside = behind if number == table.texts - 1 and table.name != "really" else Markup("")
        named = number >= table.texts
        label = Markup(' data-head="{}"').format(table.columns[number]) if named else ""
        whole = Markup('<td role="cell"{}{}>{}{}</td>')
        cells.append(whole.format(_figure(number, table), label, _shown(cell), inside))
    marked = Markup(' class="differs"') if row.differs and not table.of_differences else ""
    return Markup('<tr role="row"{}>{}</tr>\n').format(marked, Markup("").join(cells))


def _shown(cell: Cell) -> Markup:
    if isinstance(cell, Change) and cell:
        return Markup('<span class="{}">{}</span>').format("more" if cell > 0 else "less", cell)
    if cell == 0:
        return Markup('<span class="zero">0</span>')
    return escape(f"{cell:,}" if isinstance(cell, int) else cell)


def _behind(row: Row, table: Table, head: Head, words: Words) -> Markup:
    if row.behind is None:
        return Markup("")
    tickets = row.behind()
    parts = tuple(tickets.parts() if table.of_differences else tickets.everywhere(compared=row.differs))
    if not parts:
        return Markup("")
    lines = []
    for name, numbers in parts:
        more = len(numbers) - _MOST_BEHIND
        tail = f" {words.of('more', count=more)}" if more > 0 else ""
        between = Markup("<br>") if numbers[0].note else Markup(", ")
        shown = between.join(_ticket(one, head) for one in numbers[:_MOST_BEHIND])
        lines.append(Markup("<p>{}: {}{}</p>").format(words.of(name), shown, tail))
    count = sum(len(numbers) for _, numbers in parts)
    summary = f"{words.of('tickets_behind')}: {count:,}"
    return Markup("<details><summary>{}</summary>{}</details>").format(summary, Markup("").join(lines))


def _ticket(one: Behind, head: Head) -> Markup:
    page = head.page_of(one)
    number = Markup('<a href="{}">{}</a>').format(page, one.number) if page is not None else escape(one.number)
    return Markup("{} ({})").format(number, one.note) if one.note else number
