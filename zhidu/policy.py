"""The policy as configured: modules, calendars, phrases and texts, ready to decide; and its golden rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.case_files import CaseRow, load_cases
from policies.kernel.case_rows import Cast, Given
from policies.kernel.cases import Outcome, Stage, play
from policies.kernel.clauses import ClauseTable, load_clauses
from policies.kernel.config import Layer, load, load_text, read, validated
from policies.kernel.digest import digest
from policies.kernel.discovery import BUILT_IN, ENTRY_POINTS, discover
from policies.kernel.evaluate import Unit
from policies.kernel.facts import Facts
from policies.kernel.masking import Masking
from policies.kernel.modules import Module, ModuleSet, load_modules
from policies.kernel.problems import ConfigErrors, Problem
from policies.kernel.text import Extractor, Lexicon
from policies.kernel.texts import Texts
from policies.kernel.voice import Voice, language
from policies.kernel.yaml_nodes import Document
from zhidu.calendars import load_calendars
from zhidu.law_calendars import law_problems
from zhidu.leanings import leanings, leanings_text
from zhidu.masking import load_masking
from zhidu.ready import ready_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that decides, and how it speaks.

    digest   names this very policy: equal for equal modules, settings, phrases and texts
    """

    clauses: ClauseTable
    modules: ModuleSet
    calendars: Mapping[str, WorkingCalendar]
    extractor: Extractor
    texts: Mapping[str, Texts]
    masking: Masking
    digest: str

    @property
    def calendar_data(self) -> str:
        """Names the holiday data there is: another text when a year was added."""
        return digest(*((name, calendar.known_years) for name, calendar in sorted(self.calendars.items())))

    @property
    def units(self) -> tuple[Unit, ...]:
        return self.modules.units

    def desk_voice(self, facts: Facts) -> Voice:
        """The voice in which the desk of the ticket is written to."""
        return self._voice(facts, facts.desk.language)

    def customer_voice(self, facts: Facts) -> Voice:
        """The voice for the ticket's customer: the field, else the language of the last message, else the desk's."""
        written = next((a.features.language for a in reversed(facts.from_customer) if a.features.language), None)
        return self._voice(facts, facts.ticket.language or written or facts.desk.language)

    def speak(self, facts: Facts, tongue: str) -> Voice:
        """A voice in a language of the caller's choice, for a terminal or a page."""
        return self._voice(facts, tongue)

    def _voice(self, facts: Facts, tongue: str) -> Voice:
        def name(user: int) -> str:
            person = facts.person(user)
            return person.name if person is not None and person.name else f"#{user}"

        return Voice(texts=self.texts, tongue=language(tongue), zone=facts.calendar.zone, person=name)


def load_policy(
    folder: Path | None, *, enabled: Sequence[str] | None = None, modules_path: Sequence[Path] = ()
) -> Policy:
    """The shipped policy with the company's folder laid over it.

    raises   ConfigErrors – every problem of every file at once
    """
    policy, problems = read_policy(folder, enabled=enabled, modules_path=modules_path)
    if problems:
        raise ConfigErrors(problems)
    return policy


def read_policy(
    folder: Path | None, *, enabled: Sequence[str] | None = None, modules_path: Sequence[Path] = ()
) -> tuple[Policy, tuple[Problem, ...]]:
    """As `load_policy`, but what loaded is given even where something else did not, with all the problems."""
    clauses = load_clauses(read(BUILT_IN / "clauses.yaml", shown="policies/clauses.yaml"))
    overrides = None if folder is None else folder / "policies"
    texts = None if folder is None else folder / "texts"
    installed = entry_points(group=ENTRY_POINTS)
    found = discover(paths=modules_path, entry_points=installed, enabled=enabled or ())
    modules = load_modules(found, clauses, enabled=enabled, overrides=overrides, texts=texts)
    problems = list(modules.problems)
    calendars: Mapping[str, WorkingCalendar] = MappingProxyType({})
    extractor = Extractor(())
    masking = load_masking()
    for step in (lambda: load_calendars(folder), lambda: _extractor(modules), lambda: load_masking(folder)):
        try:
            built = step()
        except ConfigErrors as errors:
            problems.extend(errors.problems)
        else:
            if isinstance(built, Extractor):
                extractor = built
            elif isinstance(built, Masking):
                masking = built
            else:
                calendars = built
    if calendars:
        problems.extend(law_problems(modules, calendars))
    policy = Policy(
        clauses=clauses,
        modules=modules,
        calendars=calendars,
        extractor=extractor,
        texts=MappingProxyType({module.name: module.texts for module in modules}),
        masking=masking,
        digest=_digest(modules, masking),
    )
    return policy, tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrases:
    """The phrases of all modules; equal to what is written the same."""

    written: str
    modules: tuple[Document, ...] = field(compare=False)
    rates: tuple[tuple[str, Decimal], ...]
    terms: tuple[str, ...]
    ready: tuple[str, ...]
    leanings: str


def _extractor(modules: ModuleSet) -> Extractor:
    rates = dict[str, Decimal]()
    terms: set[str] = set()
    for module in modules:
        rates.update(getattr(module.config, "rates", {}))
        terms.update(getattr(module.config, "glossary", {}))
    phrases = tuple(module.phrases for module in modules if module.phrases is not None)
    written = repr([document.value for document in phrases])
    return _compiled(
        _Phrases(
            written=written,
            modules=phrases,
            rates=tuple(sorted(rates.items())),
            terms=tuple(sorted(terms)),
            ready=ready_texts(modules),
            leanings=next((text for module in modules if (text := leanings_text(module))), ""),
        )
    )


@lru_cache(maxsize=2)
def _compiled(phrases: _Phrases) -> Extractor:
    """Kept, for compiling is most of the work of loading a policy, and a reload seldom changes a phrase."""
    lexicons, problems = [], []
    for document in phrases.modules:
        try:
            lexicons.append(Lexicon.from_mapping(_mapping(document.value)))
        except ValueError as error:
            problems.append(document.problem(str(error)))
    if problems:
        raise ConfigErrors(problems)
    return Extractor(
        lexicons, dict(phrases.rates), terms=phrases.terms, ready=phrases.ready, leanings=leanings(phrases.leanings)
    )


def _mapping(value: object) -> Mapping[str, Any]:
    """raises ValueError – the file holds something else than labels with their phrases; nothing at all is no label"""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("labels with lists of phrases are needed, such as `complaint: [投诉]`")
    return value


def _digest(modules: ModuleSet, masking: Masking) -> str:
    parts = [masking.model_dump_json(exclude={"keep"}), repr(sorted(masking.keep)), *ready_texts(modules)]
    for module in modules:
        phrases = "" if module.phrases is None else repr(module.phrases.value)
        parts += [module.name, module.manifest.version, module.config.model_dump_json(), phrases]
        parts.append(leanings_text(module))
        parts += [repr(sorted(words.items())) for words in module.texts.by_language.values()]
    return digest(*parts)


def rows_of(module: Module, clauses: ClauseTable) -> tuple[CaseRow, ...]:
    """The golden rows of a module. Raises ConfigErrors – all that is wrong with the file."""
    if module.cases is None:
        return ()
    return load_cases(read(module.cases, shown=f"{module.shown}/cases.yaml"), clauses)


def load_cast() -> Cast:
    """The people and desks of the golden rows."""
    path = BUILT_IN / "kernel" / "cast.yaml"
    return load_text(read(path, shown="policies/kernel/cast.yaml").text, "policies/kernel/cast.yaml", Cast).config


class SettingsDoNotFit(ConfigErrors):
    """A golden row's own settings that contradict those of its module as configured; each problem is at the row."""


def play_row(policy: Policy, module: Module, row: CaseRow, cast: Cast) -> Outcome:
    """One golden row against the policy, with the row's own settings laid over its module's.

    raises   SettingsDoNotFit; ConfigErrors – the row cannot be read
    """
    given = validated(Given, row.given).config
    stage = Stage(
        units=tuple(_units(policy, module, row)),
        calendars=policy.calendars,
        extractor=policy.extractor,
        cast=cast,
        masking=policy.masking,
    )
    try:
        return play(stage, row.clauses, given, _expected(row))
    except ValueError as error:
        raise ConfigErrors([row.problem(str(error))]) from None


def _expected(row: CaseRow) -> Sequence[Mapping[str, Any]]:
    value = row.expect.value
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _units(policy: Policy, module: Module, row: CaseRow) -> Iterator[Unit]:
    for unit in policy.units:
        if unit.name == module.name and row.config is not None:
            changed = _with_own_settings(module, row, row.config)
            yield Unit(name=unit.name, config=changed, rules=unit.rules, above=unit.above)
        else:
            yield unit


def _with_own_settings(module: Module, row: CaseRow, own: Document) -> Any:
    """raises SettingsDoNotFit"""
    base = Layer(path=module.shown, text=module.config.model_dump_json())
    try:
        return load(type(module.config), [base, own]).config
    except ConfigErrors as errors:
        raise SettingsDoNotFit(
            problem if problem.path == row.mark.path else replace(problem, path=row.mark.path, line=own.mark().line)
            for problem in errors.problems
        ) from None
