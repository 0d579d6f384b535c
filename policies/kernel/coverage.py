"""Clause coverage: for each clause, what acts on it – modules, rules, settings, golden rows – and how far that goes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from policies.kernel.case_files import CaseRow
from policies.kernel.clauses import Clause, ClauseTable, Status, clauses_cited
from policies.kernel.config_fields import Place, root, written_name
from policies.kernel.modules import Module


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting and what it is for.

    field         as in a file, with `*` for a key that is the admin's choice and `[]` for the items of a list
    description   its own words, which cite its clause
    """

    module: str
    field: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What acts on one clause.

    status    enforced: a rule of a loaded module cites it; assisted: a loaded module serves it in another way; else
              what the clause table says
    why       why it is no more than that; "" when enforced
    modules   whose manifests list it, in their order; `rules`, `settings` and `rows` are those that cite it
    """

    clause: Clause
    status: Status
    why: str
    modules: tuple[str, ...]
    rules: tuple[str, ...]
    settings: tuple[Setting, ...]
    rows: tuple[CaseRow, ...]


def coverage(
    clauses: ClauseTable, modules: Sequence[Module], rows: Mapping[str, Sequence[CaseRow]]
) -> tuple[Coverage, ...]:
    """What acts on each clause, in the table's order.

    modules   those that loaded
    rows      module name → its golden rows
    """
    settings = [setting for module in modules for setting in settings_of(module.name, type(module.config))]
    cited = [(setting, frozenset(clauses_cited(setting.description))) for setting in settings]
    found = []
    for clause in clauses:
        listing = tuple(module.name for module in modules if clause.id in module.manifest.clauses)
        rules = tuple(rule.name for module in modules for rule in module.rules if clause.id in rule.clauses)
        status, why = _status(clause, listing, rules)
        found.append(
            Coverage(
                clause=clause,
                status=status,
                why=why,
                modules=listing,
                rules=rules,
                settings=tuple(setting for setting, ids in cited if clause.id in ids),
                rows=tuple(row for of_module in rows.values() for row in of_module if clause.id in row.clauses),
            )
        )
    return tuple(found)


def _status(clause: Clause, modules: Sequence[str], rules: Sequence[str]) -> tuple[Status, str]:
    if rules:
        return "enforced", ""
    if modules:
        return "assisted", f"{', '.join(modules)} serves it, but no rule decides by it"
    return clause.status, clause.why


def settings_of(module: str, model: type[BaseModel]) -> tuple[Setting, ...]:
    """Every setting of a configuration, those inside others after them."""
    return tuple(_settings(module, root(model), "", ()))


def _settings(module: str, place: Place, path: str, around: tuple[Any, ...]) -> Iterator[Setting]:
    """The settings in the value at `place`, however deep in it; a kind inside itself is not followed."""
    kinds = tuple(kind for kind in place.kinds if kind not in (Any, object, *around))
    place, around = Place(kinds=kinds), (*around, *kinds)
    for model in place.models:
        for name, info in model.model_fields.items():
            written = written_name(name, info)
            field = f"{path}.{written}" if path else written
            yield Setting(module=module, field=field, description=info.description or "")
            yield from _settings(module, place.child(written), field, around)
    for part, step in (("*", ".*"), (0, "[]")):
        item = place.child(part)
        if item.kinds:
            yield from _settings(module, item, path + step, around)
