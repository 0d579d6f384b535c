"""cases.yaml: a module's golden rows as they are written, with the line of everything in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, RootModel

from policies.kernel.clauses import ClauseId, ClauseTable
from policies.kernel.config import Layer, StrictModel, validated
from policies.kernel.problems import ConfigErrors, Mark, Problem
from policies.kernel.yaml_nodes import Document, parse


class RowModel(StrictModel):
    """One row of cases.yaml."""

    case: Annotated[str, Field(min_length=1)]
    """What it shows, in a few words; no two rows of a file have the same."""
    clauses: Annotated[tuple[ClauseId, ...], Field(min_length=1)]
    """The clauses it is about."""
    given: dict[str, Any]
    """The facts."""
    expect: tuple[dict[str, Any], ...]
    """The decisions they must lead to; none: nothing is decided."""
    config: dict[str, Any] | None = None
    """Settings of this module for this row alone."""


class _File(RootModel[tuple[RowModel, ...]]):
    """cases.yaml as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A golden row.

    mark     where it begins
    given    a mapping, expect a list of mappings, config a mapping to be laid over the module's own, or None
    Each is a part of the file: `validated(Model, row.given)` reads it with the lines of the file, and
    `row.expect.problem("…", 0)` points to its first entry.
    """

    case: str
    clauses: tuple[ClauseId, ...]
    mark: Mark
    given: Document
    expect: Document
    config: Document | None

    def problem(self, what: str) -> Problem:
        """A problem with the row as a whole."""
        return Problem(path=self.mark.path, line=self.mark.line, field=self.case, what=what)


def load_cases(layer: Layer, clauses: ClauseTable) -> tuple[CaseRow, ...]:
    """The rows of one file, in its order.

    raises   ConfigErrors – all that is wrong with it: its form, clauses that are not in the table, names used twice.
    """
    document = parse(layer.text, layer.path)
    if document.value == {}:
        return ()
    rows = validated(_File, document).config.root
    problems = list(_problems(document, rows, clauses))
    if problems:
        raise ConfigErrors(problems)
    return tuple(
        CaseRow(
            case=row.case,
            clauses=row.clauses,
            mark=document.mark(index),
            given=document.at(index, "given"),
            expect=document.at(index, "expect"),
            config=document.at(index, "config") if row.config else None,
        )
        for index, row in enumerate(rows)
    )


def _problems(document: Document, rows: Sequence[RowModel], clauses: ClauseTable) -> list[Problem]:
    problems = []
    first: dict[str, int] = {}
    for index, row in enumerate(rows):
        earlier = first.setdefault(row.case, index)
        if earlier != index:
            what = f"{row.case!r} is there twice; first on line {document.mark(earlier).line}"
            problems.append(document.problem(what, index, "case"))
        for position, clause in enumerate(row.clauses):
            if clause not in clauses:
                problems.append(document.problem(clauses.unknown(clause), index, "clauses", position))
    return problems
