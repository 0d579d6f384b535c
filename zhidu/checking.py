"""What `zhidu check` looks at: every file, every module, every golden row, and how far the clauses are covered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from policies.kernel.case_files import CaseRow
from policies.kernel.coverage import coverage
from policies.kernel.modules import Module
from policies.kernel.problems import ConfigErrors, Problem, field_name
from zhidu.config import Config
from zhidu.overlay import load_overlay
from zhidu.people_file import load_people, unknown_calendars
from zhidu.policy import Policy, SettingsDoNotFit, load_cast, play_row, read_policy, rows_of
from zhidu.provisioning import read_needs
from zhidu.settings import load_settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRow:
    """A golden row that did not come out as it says; `place` is file:line."""

    place: str
    case: str
    missing: tuple[str, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfitRow:
    """A golden row whose own settings contradict the company's, so that it cannot be played; `why` as problems say."""

    place: str
    case: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was found.

    failed     rows that come out otherwise than they say
    altered    rows that hold as shipped and come out otherwise by the company's settings or choice of modules: to be
               read, not to be mended
    unfit      rows that do not apply under the company's settings
    played     whether rows were played; not where part of the policy did not load, for then they show nothing
    coverage   how many clauses are enforced, assisted, manual
    """

    problems: tuple[Problem, ...]
    modules: tuple[str, ...]
    rows: int
    failed: tuple[FailedRow, ...]
    altered: tuple[FailedRow, ...]
    unfit: tuple[UnfitRow, ...]
    played: bool
    coverage: tuple[int, int, int]


def examine(folder: Path | None) -> Report:
    """Everything about the configuration in `folder` (None: the shipped defaults)."""
    problems: list[Problem] = []
    config = _attempt(lambda: load_settings(folder).config, problems)
    people = _attempt(lambda: load_people(folder), problems)
    policy, wrong = _policy(folder, config)
    problems.extend(wrong)
    if people is not None and policy.calendars:
        problems.extend(unknown_calendars(people, policy.calendars))
    rows = {module.name: _rows(policy, module, problems) for module in policy.modules}
    whole = config is not None and not wrong
    played = _play(policy, rows) if whole else _Played(other=(), unfit={}, unreadable=())
    wrong_as_shipped = _wrong_as_shipped(folder, config, rows, played)
    failed = tuple(row for row in played.other if row.place in wrong_as_shipped)
    problems.extend(played.unreadable)
    problems.extend(problem for place, why in played.unfit.items() if place in wrong_as_shipped for problem in why)
    covered = [entry.status for entry in coverage(policy.clauses, policy.modules.modules, rows)]
    problems.extend(read_needs(policy.modules.modules)[1])
    _attempt(lambda: load_overlay(folder), problems)
    return Report(
        problems=ConfigErrors(problems).problems if problems else (),
        modules=tuple(module.name for module in policy.modules),
        rows=sum(len(found) for found in rows.values()),
        failed=failed,
        altered=tuple(row for row in played.other if row not in failed),
        unfit=tuple(_unfit(rows, played, wrong_as_shipped)),
        played=whole,
        coverage=(covered.count("enforced"), covered.count("assisted"), covered.count("manual")),
    )


def _policy(folder: Path | None, config: Config | None) -> tuple[Policy, tuple[Problem, ...]]:
    base = folder if folder is not None else Path("config")
    paths = [base / path for path in config.modules_path] if config is not None else []
    return read_policy(folder, enabled=None if config is None else config.modules, modules_path=paths)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Played:
    """How rows went.

    other        those that came out otherwise than they say
    unfit        place → problems, of those whose own settings do not fit
    unreadable   what is wrong with those that cannot be read
    """

    other: tuple[FailedRow, ...]
    unfit: Mapping[str, tuple[Problem, ...]]
    unreadable: tuple[Problem, ...]


def _wrong_as_shipped(
    folder: Path | None, config: Config | None, rows: dict[str, tuple[CaseRow, ...]], played: _Played
) -> set[str]:
    """Of the rows that came out otherwise or do not fit, the places of those that do so without the company's settings
    too."""
    places = {row.place for row in played.other} | set(played.unfit)
    if not places or folder is None:
        return places
    base = [folder / path for path in config.modules_path] if config is not None else []
    shipped, _ = read_policy(None, modules_path=base)
    names = {module.name for module in shipped.modules}
    asked = {name: tuple(row for row in found if _place(row) in places) for name, found in rows.items()}
    known = {module.name: asked.get(module.name, ()) for module in shipped.modules}
    still = _play(shipped, known)
    unknown = {_place(row) for name, found in asked.items() if name not in names for row in found}
    unreadable = {f"{problem.path}:{problem.line}" for problem in still.unreadable}
    return {row.place for row in still.other} | set(still.unfit) | unknown | unreadable


def _place(row: CaseRow) -> str:
    return f"{row.mark.path}:{row.mark.line}"


def _rows(policy: Policy, module: Module, problems: list[Problem]) -> tuple[CaseRow, ...]:
    return _attempt(lambda: rows_of(module, policy.clauses), problems) or ()


def _play(policy: Policy, rows: dict[str, tuple[CaseRow, ...]]) -> _Played:
    other: list[FailedRow] = []
    unfit: dict[str, tuple[Problem, ...]] = {}
    unreadable: list[Problem] = []
    cast = load_cast()
    for module in policy.modules:
        for row in rows[module.name]:
            try:
                outcome = play_row(policy, module, row, cast)
            except SettingsDoNotFit as errors:
                unfit[_place(row)] = errors.problems
            except ConfigErrors as errors:
                unreadable.extend(errors.problems)
            else:
                if not outcome.passed:
                    place, missing, extra = _place(row), outcome.missing, outcome.extra
                    other.append(FailedRow(place=place, case=row.case, missing=missing, extra=extra))
    return _Played(other=tuple(other), unfit=unfit, unreadable=tuple(unreadable))


def _unfit(rows: dict[str, tuple[CaseRow, ...]], played: _Played, wrong_as_shipped: set[str]) -> Iterator[UnfitRow]:
    for row in (row for found in rows.values() for row in found):
        place = _place(row)
        if row.config is not None and place in played.unfit and place not in wrong_as_shipped:
            inside = field_name(row.config.prefix)
            fields = [problem.field.removeprefix(inside).removeprefix(".") for problem in played.unfit[place]]
            said = zip(fields, played.unfit[place], strict=True)
            why = tuple(f"{field}: {problem.what}" if field else problem.what for field, problem in said)
            yield UnfitRow(place=place, case=row.case, why=why)


def _attempt(step: Callable[[], T], problems: list[Problem]) -> T | None:
    try:
        return step()
    except ConfigErrors as errors:
        problems.extend(errors.problems)
        return None
