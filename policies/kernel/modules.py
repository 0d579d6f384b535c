"""Policy modules, loaded: settings, rules and texts of each, in the order in which they decide."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from policies.kernel.clauses import ClauseTable
from policies.kernel.config import Loaded
from policies.kernel.discovery import Discovery, Found, Origin, order
from policies.kernel.eras import Era
from policies.kernel.evaluate import Unit
from policies.kernel.manifest import Manifest
from policies.kernel.module_loading import Parts, PartsWrong, load_parts
from policies.kernel.problems import ConfigErrors, Problem, did_you_mean
from policies.kernel.rules import Rule
from policies.kernel.texts import Texts
from policies.kernel.yaml_nodes import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A policy module, ready to decide.

    folder    its files; `shown` is how people are told of it
    settings  its configuration with the source of each value; `config` is the bare configuration
    above     every module it depends on, directly or not
    phrases   phrases.yaml with the company's changes, as written; None without one
    cases     its golden rows; None without any
    eras      the settings for cases that began under an earlier version of the policy
    """

    manifest: Manifest
    folder: Path
    shown: str
    origin: Origin
    settings: Loaded[Any]
    rules: tuple[Rule[Any], ...]
    texts: Texts
    above: frozenset[str]
    phrases: Document | None
    cases: Path | None
    eras: tuple[Era, ...] = ()

    @property
    def name(self) -> str:
        return self.manifest.name

    @property
    def config(self) -> Any:
        return self.settings.config

    @property
    def unit(self) -> Unit:
        """What evaluation needs of it."""
        return Unit(name=self.name, config=self.config, rules=self.rules, above=self.above, eras=self.eras)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleSet:
    """The modules that loaded, in order, and what is wrong with those that did not."""

    modules: tuple[Module, ...]
    problems: tuple[Problem, ...] = ()

    def __iter__(self) -> Iterator[Module]:
        return iter(self.modules)

    def __getitem__(self, name: str) -> Module:
        """raises KeyError – no module of this name loaded."""
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str) -> Module | None:
        """The module of this name; None when none loaded."""
        return next((module for module in self.modules if module.name == name), None)

    @property
    def units(self) -> tuple[Unit, ...]:
        return tuple(module.unit for module in self.modules)

    def required(self) -> "ModuleSet":
        """Itself, when everything loaded. raises ConfigErrors – with every problem there is."""
        if self.problems:
            raise ConfigErrors(self.problems)
        return self


def load_modules(
    discovery: Discovery,
    clauses: ClauseTable,
    *,
    enabled: Collection[str] | None = None,
    overrides: Path | None = None,
    texts: Path | None = None,
) -> ModuleSet:
    """Loads the enabled modules (None: all that were found), each after those it depends on.

    overrides   the company's folder with `<module>.yaml` and `<module>.phrases.yaml`, laid over what is shipped
    texts       the company's folder with `<module>/<language>.yaml`
    A module with a problem is left out with those that depend on it; the others load. Those that depend on it are
    looked at as well: every problem is told, and that they are left out is none.
    """
    ordered, problems = order(discovery, clauses, enabled)
    found = [*discovery.problems, *problems, *_strays(discovery, overrides)]
    loaded: dict[str, Module] = {}
    unimported: set[str] = set()
    names = tuple(discovery.found)
    for module in ordered:
        blind = not unimported.isdisjoint(module.manifest.depends)
        try:
            parts = load_parts(module, names, clauses, overrides=overrides, texts=texts, blind=blind)
        except PartsWrong as errors:
            found.extend(errors.problems)
            if not errors.imported:
                unimported.add(module.name)
        else:
            if all(name in loaded for name in module.manifest.depends):
                loaded[module.name] = _module(module, parts, loaded)
    return ModuleSet(modules=tuple(loaded.values()), problems=ConfigErrors(found).problems)


def _module(found: Found, parts: Parts, loaded: Mapping[str, Module]) -> Module:
    above = frozenset(found.manifest.depends).union(*(loaded[name].above for name in found.manifest.depends))
    cases = found.folder / "cases.yaml"
    return Module(
        manifest=found.manifest,
        folder=found.folder,
        shown=found.shown,
        origin=found.origin,
        settings=parts.settings,
        rules=parts.rules,
        texts=parts.texts,
        above=above,
        phrases=parts.phrases,
        cases=cases if cases.is_file() else None,
    )


def _strays(discovery: Discovery, overrides: Path | None) -> Iterator[Problem]:
    """Files in the company's folder that belong to no module: most likely a misspelt name."""
    if overrides is None or not overrides.is_dir():
        return
    for path in sorted(overrides.glob("*.yaml")):
        name = path.name.removesuffix(".yaml").removesuffix(".phrases")
        if name not in discovery.names:
            yield Problem(path=str(path), what=f"there is no module {name!r}{did_you_mean(name, discovery.names)}")
