"""The report of originals as a page of its own and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from markupsafe import Markup

from zhidu.originals.report import Said
from zhidu.simulating.sheets import Pen, sheet_name, workbook

_STYLE: Final = Markup("""
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 76rem; padding: 1rem;
  font: 1rem/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; } h2 { font-size: 1.15rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { padding: .35rem .7rem; border-top: 1px solid #8884; text-align: left; vertical-align: top; }
td:nth-child(n+3) { min-width: 6em; } td:last-child { min-width: 15em; }
@media print { tr { break-inside: avoid; } }
""")


def write_html(path: Path, said: Said) -> None:
    """Write the page, a row at a time; it loads nothing and runs nothing. raises OSError"""
    with path.open("w", encoding="utf-8") as file:
        for piece in page(said):
            file.write(piece)


def page(said: Said) -> Iterator[str]:
    """The page in pieces."""
    title, *lines = said.lines
    yield Markup(
        '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>{}</style></head><body>\n'
    ).format(said.tongue, title, _STYLE)
    yield Markup("<h1>{}</h1>\n").format(title)
    for line in lines:
        yield Markup("<p>{}</p>\n").format(line)
    yield Markup("<h2>{}</h2>\n<ul>\n").format(said.of("places"))
    for place in said.places:
        yield Markup("<li>{}</li>\n").format(place)
    yield Markup('</ul>\n<h2>{}</h2>\n<div class="wide"><table><thead>{}</thead><tbody>\n').format(
        said.of("tickets"), _row("th", said.heads)
    )
    for one in said.report.remainders:
        yield _row("td", said.row(one)) + Markup("\n")
    if not said.report.remainders:
        yield Markup('<tr><td colspan="{}">{}</td></tr>\n').format(len(said.heads), said.of("none"))
    yield "</tbody></table></div></body></html>\n"


def _row(tag: str, cells: tuple[str, ...]) -> Markup:
    scope = Markup(' scope="col"') if tag == "th" else Markup("")
    inner = Markup("").join(Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), scope, cell) for cell in cells)  # noqa: S704 – `tag` is ours
    return Markup("<tr>{}</tr>").format(inner)


def write_xlsx(path: Path, said: Said) -> None:
    """Write the workbook: what is said first, the places, and the tickets, with filters. raises OSError"""
    with workbook(path, said.of("title")) as book:
        pen = Pen(book, lambda behind: None, said.of("cut"))
        pen.lines(book.add_worksheet(sheet_name(said.of("heads.where"))), (*said.lines, "", *said.places))
        sheet = book.add_worksheet(sheet_name(said.of("tickets")))
        rows = ((said.row(one), one.state == "readable") for one in said.report.remainders)
        pen.table(sheet, said.heads, 2, rows, figures=False)
