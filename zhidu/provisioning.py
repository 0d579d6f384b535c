"""What the enabled modules together need of the helpdesk, read from their `provision.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from policies.kernel.config import Loaded, read
from policies.kernel.discovery import Found
from policies.kernel.modules import Module
from policies.kernel.problems import ConfigErrors, Mark, Problem, field_name
from policies.kernel.provision_checks import wrong_in
from policies.kernel.provisioning import FieldNeed, Needs, loaded_needs, united
from policies.kernel.yaml_nodes import parse

FILE: Final = "provision.yaml"


def needs_of(modules: Iterable[Module | Found]) -> Needs:
    """The needs of all of them as one. raises ConfigErrors – everything that is wrong with any of the files"""
    found, problems = read_needs(list(modules))
    if problems:
        raise ConfigErrors(problems)
    return found


def read_needs(modules: Sequence[Module | Found]) -> tuple[Needs, tuple[Problem, ...]]:
    """As `needs_of`, but what could be read is given with all the problems there are."""
    loaded: list[Loaded[Needs]] = []
    problems: list[Problem] = []
    for module in modules:
        path = module.folder / FILE
        if path.exists():
            try:
                loaded.append(loaded_needs(read(path, shown=f"{module.shown}/{FILE}"), _settings(module)))
            except ConfigErrors as errors:
                problems.extend(errors.problems)
    whole = united([one.config for one in loaded])
    if not problems:
        known: dict[str, FieldNeed] = {field.name: field for field in whole.ticket_fields}
        for one in loaded:
            problems += [_problem(one, place, what) for place, what in wrong_in(one.config, known)]
    return whole, tuple(problems)


def _settings(module: Module | Found) -> Mapping[str, Any]:
    """The module's settings as JSON has them: as tuned, or, of one that is not loaded, as shipped."""
    if isinstance(module, Module):
        return dict(module.config.model_dump(mode="json", by_alias=True))
    defaults = module.folder / "defaults.yaml"
    value = parse(read(defaults).text, str(defaults)).value if defaults.is_file() else {}
    return value if isinstance(value, dict) else {}


def _problem(needs: Loaded[Needs], place: tuple[str | int, ...], what: str) -> Problem:
    known = place
    while known not in needs.marks and known:
        known = known[:-1]
    mark = needs.marks.get(known) or Mark(path=FILE, line=0)
    return Problem(path=mark.path, line=mark.line, field=field_name(place), what=what)
