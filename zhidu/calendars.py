"""The working calendars of an installation: those shipped, with `config/calendars/*.yaml` laid over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import policies
from policies.kernel.calendar import CalendarFile, WorkingCalendar
from policies.kernel.config import Loaded, load_text, read
from policies.kernel.problems import ConfigErrors, Problem, did_you_mean

DEFAULT: Final = "default"
SHIPPED: Final = Path(policies.__path__[0]) / "calendars"
FOLDER: Final = "calendars"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    path: str
    loaded: Loaded[CalendarFile]

    def problem(self, field: str, what: str) -> Problem:
        mark = self.loaded.where(field)
        return Problem(path=self.path, line=mark.line if mark else 0, field=field if mark else "", what=what)


def load_calendars(folder: Path | None = None) -> Mapping[str, WorkingCalendar]:
    """Every calendar by name, `default` among them.

    folder   the configuration's; a file `calendars/NAME.yaml` in it corrects the shipped calendar of that name, adds
             years to it, or is a new one, of its own or by `extends`. None: the shipped calendars alone.
    raises   ConfigErrors – everything that is wrong with the files
    """
    sources: dict[str, list[_Source]] = {}
    problems: list[Problem] = []
    for where in (SHIPPED, None if folder is None else folder / FOLDER):
        for path in sorted(where.glob("*.yaml")) if where is not None else ():
            try:
                loaded = load_text(read(path).text, str(path), CalendarFile)
            except ConfigErrors as errors:
                problems.extend(errors.problems)
            else:
                sources.setdefault(path.stem, []).append(_Source(path=str(path), loaded=loaded))
    if problems:
        raise ConfigErrors(problems)
    calendars: dict[str, WorkingCalendar] = {}
    for name, own in sources.items():
        try:
            files = _layers(name, sources, ())
            calendars[name] = WorkingCalendar.build(name, *(source.loaded.config for source in files))
        except ConfigErrors as errors:
            problems.extend(errors.problems)
        except ValueError as error:
            problems.append(own[-1].problem("", str(error)))
    if problems:
        raise ConfigErrors(problems)
    return MappingProxyType(calendars)


def _layers(name: str, sources: Mapping[str, list[_Source]], below: tuple[str, ...]) -> list[_Source]:
    """The files that make a calendar, the lowest first: what its topmost `extends` names, then its own."""
    own = sources[name]
    for position in range(len(own) - 1, -1, -1):
        base = own[position].loaded.config.extends
        if base is None or base == name:
            continue
        if base not in sources:
            hint = did_you_mean(base, sources)
            raise ConfigErrors([own[position].problem("extends", f"there is no calendar {base!r}{hint}")])
        if base in (*below, name):
            circle = " → ".join((*below, name, base))
            raise ConfigErrors([own[position].problem("extends", f"calendars extend one another: {circle}")])
        return [*_layers(base, sources, (*below, name)), *own[position:]]
    return own
