"""Which policy modules there are, and in which order they decide; nothing of them is imported here."""

import graphlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from policies.kernel.clauses import ClauseTable
from policies.kernel.config import Loaded, read
from policies.kernel.manifest import Manifest, load_manifest
from policies.kernel.module_imports import PRIVATE
from policies.kernel.problems import ConfigErrors, Mark, Problem, did_you_mean

BUILT_IN = Path(__file__).parent.parent
"""The folder of the modules shipped with the program."""

ENTRY_POINTS = "zhidu.policies"
"""The entry-point group under which installed packages offer modules; the value is the module's package."""

Origin = Literal["built-in", "folder", "package"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A module that is there; nothing but its manifest has been read.

    folder    where its files are; `shown` is how people are told of it
    package   the name under which it is or will be imported
    """

    folder: Path
    shown: str
    package: str
    origin: Origin
    loaded: Loaded[Manifest]

    @property
    def manifest(self) -> Manifest:
        return self.loaded.config

    @property
    def name(self) -> str:
        return self.loaded.config.name

    def problem(self, what: str, field: str = "") -> Problem:
        """A problem in the manifest, at the line that sets `field`."""
        mark = self.loaded.where(field) or Mark(path=f"{self.shown}/manifest.yaml", line=0)
        return Problem(path=mark.path, line=mark.line, field=field, what=what)


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What was found.

    found      name → module
    offered    names of installed packages' modules that are not enabled; nothing of them was read
    broken     names of modules that are there but cannot be read
    problems   about what could not be read, or is there twice
    """

    found: Mapping[str, Found]
    offered: tuple[str, ...] = ()
    broken: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every module there is, whatever its state."""
        return (*self.found, *self.offered, *sorted(self.broken))


def discover(
    *,
    built_in: Path = BUILT_IN,
    paths: Sequence[Path] = (),
    entry_points: Iterable[EntryPoint] = (),
    enabled: Collection[str] = (),
) -> Discovery:
    """The modules there are.

    paths          `modules_path`: folders of modules, or modules themselves
    entry_points   of the group `ENTRY_POINTS`; only those whose name is in `enabled` are looked into
    A module that cannot be read, or has the name of an earlier one, is a problem and is left out.
    """
    found: dict[str, Found] = {}
    problems: list[Problem] = []
    broken: set[str] = set()
    entries = sorted(entry_points, key=lambda entry: entry.name)
    offered = tuple(entry.name for entry in entries if entry.name not in enabled)
    candidates = [*_shipped(built_in)]
    for path in paths:
        if not path.is_dir():
            problems.append(Problem(path=str(path), what="there is no such folder of modules"))
        candidates.extend(_in_folder(path))
    for entry in entries:
        home = _home(entry.value) if entry.name in enabled else None
        if home is not None:
            candidates.append(_Candidate(home, entry.value.replace(".", "/"), entry.value, "package"))
        elif entry.name in enabled:
            what = (
                f"the installed module {entry.name} should be in {entry.value}, which is no package that can be found"
            )
            problems.append(Problem(path=f"entry point {ENTRY_POINTS}", field=entry.name, what=what))
            broken.add(entry.name)
    for candidate in candidates:
        try:
            module = _found(candidate)
        except ConfigErrors as errors:
            problems.extend(errors.problems)
            broken.add(candidate.folder.name)
        else:
            problems.extend(_again(module, found.setdefault(module.name, module)))
    broken -= set(found)
    return Discovery(found=MappingProxyType(found), offered=offered, broken=frozenset(broken), problems=tuple(problems))


def _again(module: Found, first: Found) -> Iterator[Problem]:
    if first is not module:
        yield module.problem(f"there is already a module {module.name}, in {first.shown}", "name")


class _Candidate(NamedTuple):
    """A folder that should be a module; see `Found`."""

    folder: Path
    shown: str
    package: str
    origin: Origin


def _shipped(home: Path) -> Iterator[_Candidate]:
    """The program's own folders that have a manifest; the others are no modules."""
    for folder in _folders(home):
        if (folder / "manifest.yaml").is_file():
            yield _Candidate(folder, f"{home.name}/{folder.name}", f"{home.name}.{folder.name}", "built-in")


def _in_folder(path: Path) -> Iterator[_Candidate]:
    """`path` itself, if it is a module, else every folder in it."""
    for folder in [path] if (path / "manifest.yaml").is_file() else _folders(path):
        yield _Candidate(folder, str(folder), f"{PRIVATE}.{folder.name}", "folder")


def _folders(path: Path) -> list[Path]:
    if not path.is_dir():
        return []
    return sorted(child for child in path.iterdir() if child.is_dir() and child.name[0] not in "._")


def _home(package: str) -> Path | None:
    try:
        spec = find_spec(package)  # imports the packages around it, which may do anything
    except Exception:
        return None
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else None


def _found(candidate: _Candidate) -> Found:
    folder, shown, package, origin = candidate
    layer = read(folder / "manifest.yaml", shown=f"{shown}/manifest.yaml")
    module = Found(folder=folder, shown=shown, package=package, origin=origin, loaded=load_manifest(layer))
    if module.name != folder.name:
        raise ConfigErrors([module.problem(f"{module.name!r} is not the folder's name, {folder.name!r}", "name")])
    return module


def order(
    discovery: Discovery, clauses: ClauseTable, enabled: Collection[str] | None = None
) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The enabled modules, each after those it depends on, the early ones first, else by name; and what is wrong.

    enabled   None: all that were found. A module that is enabled but missing, cites an unknown clause, depends on one
              that is not there or not enabled, or on itself by way of others, is left out with all that depend on it.
    """
    found = discovery.found
    chosen = {name: found[name] for name in sorted(found) if enabled is None or name in enabled}
    problems = [
        Problem(path="modules", field=name, what=f"there is no module of this name{_near(name, discovery)}")
        for name in sorted(set(enabled or ()) - set(found) - discovery.broken)
    ]
    wrong = {name: _wrong(module, discovery, chosen, clauses) for name, module in chosen.items()}
    problems.extend(problem for name in chosen for problem in wrong[name])
    usable = {name: module for name, module in chosen.items() if not wrong[name]}
    while True:
        usable = _closed(usable)
        try:
            return _sorted(usable), tuple(problems)
        except graphlib.CycleError as error:
            cycle: list[str] = error.args[1][::-1]
            first = min(cycle)
            turn = cycle[:-1].index(first)
            way = [*cycle[turn:-1], *cycle[:turn], first]
            problems.append(usable[first].problem(f"depends on itself: {' → '.join(way)}", "depends"))
            usable = {name: module for name, module in usable.items() if name not in cycle}


def _near(name: str, discovery: Discovery) -> str:
    return did_you_mean(name, discovery.names)


def _wrong(module: Found, discovery: Discovery, chosen: Mapping[str, Found], clauses: ClauseTable) -> list[Problem]:
    wrong = []
    for index, needed in enumerate(module.manifest.depends):
        if needed in chosen and needed != module.name:
            continue
        field = f"depends[{index}]"
        if needed == module.name:
            wrong.append(module.problem("a module does not depend on itself", field))
        elif needed in discovery.found or needed in discovery.offered:
            wrong.append(module.problem(f"{needed} is not enabled", field))
        elif needed in discovery.broken:
            wrong.append(module.problem(f"{needed} cannot be read", field))
        else:
            wrong.append(module.problem(f"there is no module {needed!r}{_near(needed, discovery)}", field))
    for index, clause in enumerate(module.manifest.clauses):
        if clause not in clauses:
            wrong.append(module.problem(clauses.unknown(clause), f"clauses[{index}]"))
    return wrong


def _closed(modules: dict[str, Found]) -> dict[str, Found]:
    """The modules whose every dependency is among them."""
    while True:
        kept = {name: module for name, module in modules.items() if set(module.manifest.depends) <= set(modules)}
        if len(kept) == len(modules):
            return kept
        modules = kept


def _sorted(modules: Mapping[str, Found]) -> tuple[Found, ...]:
    needs = {name: set(module.manifest.depends) for name, module in modules.items()}
    early = {name for name, module in modules.items() if module.manifest.early}
    first = early | {other for name in early for other in _needed(name, needs)}
    later = {name: depends | (first if name not in first else set()) for name, depends in needs.items()}
    sorter = graphlib.TopologicalSorter(later)
    sorter.prepare()
    ordered: list[Found] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        ordered.extend(modules[name] for name in ready)
        sorter.done(*ready)
    return tuple(ordered)


def _needed(name: str, needs: Mapping[str, set[str]]) -> set[str]:
    """Every module that one depends on, directly or not; of a circle, all that are in it."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        new = needs[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found
