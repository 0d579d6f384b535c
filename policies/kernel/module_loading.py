"""One module's parts: source looked at, imported, settings and texts read; every fault points to a file and line."""

import importlib
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from pydantic import BaseModel

from policies.kernel.clauses import ClauseTable
from policies.kernel.config import Layer, Loaded, StrictModel, load, merge, read
from policies.kernel.config_fields import Place
from policies.kernel.discovery import Found
from policies.kernel.module_imports import PRIVATE, Imports, import_problems
from policies.kernel.problems import ConfigErrors, Problem
from policies.kernel.rules import Rule
from policies.kernel.said import text_problems
from policies.kernel.texts import LANGUAGES, NO_TEXTS, Texts, load_texts
from policies.kernel.yaml_nodes import Document, parse

T = TypeVar("T")


class NoSettings(StrictModel):
    """The configuration of a module that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a module is made of, read and checked."""

    settings: Loaded[Any]
    rules: tuple[Rule[Any], ...]
    texts: Texts
    phrases: Document | None


class PartsWrong(ConfigErrors):
    """What is wrong with a module's parts; `imported` tells whether its Python files could be imported all the same."""

    def __init__(self, problems: Iterable[Problem], *, imported: bool) -> None:
        super().__init__(problems)
        self.imported = imported


def load_parts(
    found: Found,
    modules: Sequence[str],
    clauses: ClauseTable,
    *,
    overrides: Path | None,
    texts: Path | None,
    blind: bool = False,
) -> Parts:
    """Everything of the module but its golden rows.

    modules   the names of all modules there are, to tell an import of one from any other
    blind     what it depends on cannot be imported: that it cannot either is no fault of its own, and is not told
    raises    PartsWrong – all that is wrong with it, as far as one fault does not hide another
    """
    sources = tuple(_sources(found))
    faults = list(_forbidden(found, sources, modules))
    allowed = not faults
    model = rules = None
    if allowed:
        if found.origin == "folder":
            _open_package(found)
        unimported: list[Problem] = []
        model = _attempt(lambda: _model(found), unimported)
        rules = _attempt(lambda: _rules(found, clauses), unimported) if model else None
        faults = [] if blind else unimported
    settings = _attempt(lambda: load(model, _settings_layers(found, overrides)), faults) if model else None
    phrases = _attempt(lambda: _phrases(found, overrides), faults)
    words = _attempt(lambda: _texts(found, texts), faults)
    if words is not None and allowed:
        faults.extend(problem for source in sources for problem in text_problems(source.text, source.path, words))
    if settings is None or rules is None or words is None or faults:
        raise PartsWrong(faults, imported=rules is not None)
    return Parts(settings=settings, rules=rules, texts=words, phrases=phrases)


def raise_any(problems: Iterable[Problem]) -> None:
    found = tuple(problems)
    if found:
        raise ConfigErrors(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """One Python file of a module; `inside` is the package it is in."""

    path: str
    text: str
    inside: str


def _sources(found: Found) -> Iterator[_Source]:
    for path in sorted(found.folder.rglob("*.py")):
        within = path.relative_to(found.folder)
        layer = read(path, shown=f"{found.shown}/{within.as_posix()}")
        yield _Source(path=layer.path, text=layer.text, inside=".".join([found.package, *within.parent.parts]))


def _forbidden(found: Found, sources: Iterable[_Source], modules: Sequence[str]) -> Iterator[Problem]:
    """What the module's source imports or does that it must not; its manifest's `depends` is the measure."""
    allowed = Imports(
        package=found.package,
        modules=tuple(modules),
        depends=tuple(found.manifest.depends),
        trusted=found.origin == "built-in",
    )
    for source in sources:
        yield from import_problems(source.text, source.path, source.inside, allowed)


def _attempt(step: Callable[[], T], faults: list[Problem]) -> T | None:
    try:
        return step()
    except ConfigErrors as errors:
        faults.extend(errors.problems)
        return None


def _open_package(found: Found) -> None:
    """Makes the module's folder a package, afresh: what an earlier load left under this name goes."""
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{found.package}.")]:
        del sys.modules[name]
    importlib.invalidate_caches()
    if PRIVATE not in sys.modules:
        sys.modules[PRIVATE] = ModuleType(PRIVATE)
        sys.modules[PRIVATE].__path__ = []
    spec = ModuleSpec(found.package, None, is_package=True)
    spec.submodule_search_locations = [str(found.folder)]
    sys.modules[found.package] = module_from_spec(spec)


def _imported(found: Found, part: str) -> ModuleType | None:
    """The module's `part`, such as "rules"; None when it has no such file."""
    path = found.folder / f"{part}.py"
    if not path.is_file():
        return None
    try:
        return importlib.import_module(f"{found.package}.{part}")
    except Exception as error:  # whatever a module does wrong must not take the others with it
        raise ConfigErrors([_import_fault(found, part, error)]) from error


def _import_fault(found: Found, part: str, error: Exception) -> Problem:
    """The problem at the innermost line of the module's own files that led to the error."""
    what = f"cannot be imported: {type(error).__name__}: {error}".split("\n", 1)[0]
    places = [(str(found.folder / f"{part}.py"), 0)]
    places.extend((frame.filename, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__))
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno or 0))
    name, line = next(place for place in reversed(places) if Path(place[0]).is_relative_to(found.folder))
    within = Path(name).relative_to(found.folder).as_posix()
    return Problem(path=f"{found.shown}/{within}", line=line, what=what)


def _model(found: Found) -> type[BaseModel]:
    source = _imported(found, "config")
    if source is None:
        return NoSettings
    model = getattr(source, "Config", None)
    if isinstance(model, type) and issubclass(model, StrictModel):
        return model
    what = "has no class Config(StrictModel)"
    raise ConfigErrors([Problem(path=f"{found.shown}/config.py", what=what)])


def _rules(found: Found, clauses: ClauseTable) -> tuple[Rule[Any], ...]:
    source = _imported(found, "rules")
    if source is None:
        return ()
    rules = getattr(source, "RULES", None)
    path = f"{found.shown}/rules.py"
    if not isinstance(rules, tuple) or not all(isinstance(rule, Rule) for rule in rules):
        raise ConfigErrors([Problem(path=path, what="has no RULES = (…), a tuple of functions marked @rule")])
    problems: list[Problem] = []
    names: set[str] = set()
    for rule in rules:
        line = rule.judge.__code__.co_firstlineno
        if rule.name in names:
            problems.append(Problem(path=path, line=line, field=rule.name, what="is in RULES twice"))
        names.add(rule.name)
        for clause in rule.clauses:
            if clause not in clauses:
                problems.append(Problem(path=path, line=line, field=rule.name, what=clauses.unknown(clause)))
            elif clause not in found.manifest.clauses:
                what = f"cites {clause}, which the manifest's clauses does not list"
                problems.append(Problem(path=path, line=line, field=rule.name, what=what))
    raise_any(problems)
    return rules


def _layers(shipped: Path, shown: str, company: Path | None) -> list[Layer]:
    """The shipped file and the company's, as far as they are there."""
    layers = [read(shipped, shown=shown)] if shipped.is_file() else []
    if company is not None and company.is_file():
        layers.append(read(company))
    return layers


def _settings_layers(found: Found, overrides: Path | None) -> list[Layer]:
    company = overrides / f"{found.name}.yaml" if overrides else None
    shown = f"{found.shown}/defaults.yaml"
    return _layers(found.folder / "defaults.yaml", shown, company) or [Layer(path=shown, text="")]


def _phrases(found: Found, overrides: Path | None) -> Document | None:
    company = overrides / f"{found.name}.phrases.yaml" if overrides else None
    layers = _layers(found.folder / "phrases.yaml", f"{found.shown}/phrases.yaml", company)
    documents = [parse(layer.text, layer.path) for layer in layers]
    return merge(documents, Place(kinds=(Any,))) if documents else None


def _texts(found: Found, company: Path | None) -> Texts:
    folder = found.folder / "i18n"
    if not folder.is_dir():
        return NO_TEXTS
    layers = {
        language: _layers(
            folder / f"{language}.yaml",
            f"{found.shown}/i18n/{language}.yaml",
            company / found.name / f"{language}.yaml" if company else None,
        )
        for language in LANGUAGES
    }
    raise_any(
        Problem(path=f"{found.shown}/i18n/{language}.yaml", what="there is no such file; texts come in every language")
        for language in LANGUAGES
        if not (folder / f"{language}.yaml").is_file()
    )
    return load_texts(layers)
