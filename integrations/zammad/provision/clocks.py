"""Working calendars and SLAs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from integrations.zammad.provision.conditions import Words
from integrations.zammad.provision.wanted import OWN_NAME, Key, Ref, Site, Term, Wanted
from policies.kernel.calendar import WorkingCalendar
from policies.kernel.calendar_data import WEEKDAYS, Hours
from policies.kernel.provision_needs import SlaNeed
from policies.kernel.provisioning import Needs
from policies.kernel.spec import Spec

_CLOSED: Final[Mapping[str, str]] = {"zh-CN": "休息日", "zh-TW": "休息日", "en": "not worked"}
_MINUTES: Final = {"wm": 1, "wh": 60}


def calendars(needs: Needs, site: Site) -> Iterator[Wanted]:
    """Those that an SLA counts by.

    A Zammad calendar knows no make-up days: all seven days get hours, and every free day of this year and the next is
    listed as a holiday. Then it is exact for days with the hours that their weekday has.
    """
    used = {sla.calendar for sla in needs.slas}
    for name, calendar in site.calendars.items():
        if name in used:
            yield _calendar(name, calendar, site)


def _calendar(name: str, calendar: WorkingCalendar, site: Site) -> Wanted:
    first, last = date(site.today.year, 1, 1), date(site.today.year + 1, 12, 31)
    days = [calendar.day(first + timedelta(days=offset)) for offset in range((last - first).days + 1)]
    hours: dict[int, Counter[Hours]] = {weekday: Counter() for weekday in range(7)}
    for day in days:
        if day.hours:
            hours[day.date.weekday()][day.hours] += 1
    usual = Counter(day.hours for day in days if day.hours).most_common(1)
    common = usual[0][0] if usual else ()
    week: dict[str, Term] = {
        WEEKDAYS[weekday]: _hours(found.most_common(1)[0][0] if found else common) for weekday, found in hours.items()
    }
    free: dict[str, Term] = {
        day.date.isoformat(): {"active": True, "summary": day.name or _CLOSED[site.tongue]}
        for day in days
        if not day.hours
    }
    title = f"{OWN_NAME}: {calendar.title or name}"
    return Wanted(
        key=Key(kind="calendars", name=name),
        name=title,
        fields={
            "name": title,
            "timezone": calendar.zone.key,
            "business_hours": week,
            "public_holidays": free,
        },
        first={"default": False, "ical_url": ""},
    )


def _hours(hours: Hours) -> Term:
    return {"active": bool(hours), "timeframes": tuple((_clock(opens), _clock(closes)) for opens, closes in hours)}


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def sla(need: SlaNeed, site: Site, words: Words) -> Wanted | None:
    """None where Zammad can count none of its periods. raises Unmeant"""
    times = {
        "first_response_time": _in_minutes(need.first_response),
        "response_time": _in_minutes(need.response),
        "update_time": _in_minutes(need.update),
        "solution_time": _in_minutes(need.solution),
    }
    if not any(times.values()) or need.calendar not in site.calendars:
        return None
    name = f"{OWN_NAME}: {site.word(need.display)}"
    return Wanted(
        key=Key(kind="slas", name=need.name),
        name=name,
        fields={
            "name": name,
            "calendar_id": Ref(kind="calendars", name=need.calendar),
            "condition": words.condition(need.when),
            **times,
        },
        needs=words.needed(one.field for one in need.when),
    )


def _in_minutes(period: Spec | None) -> int | None:
    """None where there is none, and for a unit that Zammad cannot count."""
    if period is None or period.unit not in _MINUTES:
        return None
    return period.amount * _MINUTES[period.unit]
