"""The calendars by which laws count: there, with the holidays they need, and kept for cases that began under them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from policies.kernel.calendar import WorkingCalendar
from policies.kernel.modules import Module
from policies.kernel.problems import Problem, did_you_mean
from policies.kernel.regulations import Profile


def law_problems(modules: Iterable[Module], calendars: Mapping[str, WorkingCalendar]) -> Iterator[Problem]:
    """What is wrong where a module's law counts by a calendar that is not there, or working days by one that knows the
    holidays of no year."""
    for module in modules:
        law, name = getattr(module.config, "law", None), getattr(module.config, "counted_by", None)
        if not isinstance(law, Profile):
            continue
        calendar = None if name is None else calendars.get(name)
        if law.counts_business_days and (calendar is None or not calendar.knows_holidays):
            whose = f"calendar {name!r}" if name else "calendar"
            what = f"{law.id} counts working days, and there is no {whose} with the holidays to count them by"
        elif name is not None and calendar is None:
            what = f"there is no such calendar (got {name!r}){did_you_mean(name, calendars)}"
        else:
            continue
        field = "law_calendar" if getattr(module.config, "law_calendar", "") else "profile"
        mark = module.settings.where(field)
        path, line = (module.shown, 0) if mark is None else (mark.path, mark.line)
        yield Problem(path=path, line=line, field=field, what=what)


def with_those_of_eras(
    modules: Iterable[Module], calendars: Mapping[str, WorkingCalendar], before: Iterable[Mapping[str, WorkingCalendar]]
) -> Mapping[str, WorkingCalendar]:
    """`calendars`, with those by which the law still counts for cases that began under an earlier version, where the
    version in force has none of that name. `before` are those of earlier versions, the earliest first."""
    counted_by = {getattr(era.config, "counted_by", None) for module in modules for era in module.eras}
    kept = {name: calendar for then in before for name, calendar in then.items() if name in counted_by}
    return MappingProxyType({**kept, **calendars})
