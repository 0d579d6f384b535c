"""Sentences in the language of the desk: keys and values become words a person reads.

A value that begins with `@` is itself the key of a text (`@severity.major`), one that begins with `person:` the id of a
person, whose name is shown, one that begins with `period:` a period (`period:3wd`), which is written out. Instants are
shown in the zone of the calendar, to the minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from policies.kernel.decisions import Say, Value
from policies.kernel.spec import Spec, Unit
from policies.kernel.texts import LANGUAGES, Language, Texts

TEXT = "@"
PERSON = "person:"
PERIOD = "period:"

_UNITS: Mapping[Language, Mapping[Unit, str]] = {
    "zh-CN": {"wm": "个工作分钟", "wh": "个工作小时", "wd": "个工作日", "m": "分钟", "h": "小时", "d": "天"},
    "zh-TW": {"wm": "個工作分鐘", "wh": "個工作小時", "wd": "個工作日", "m": "分鐘", "h": "小時", "d": "天"},
    "en": {"wm": "working minute", "wh": "working hour", "wd": "working day", "m": "minute", "h": "hour", "d": "day"},
}

_WEEKDAYS = {
    "zh-CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "zh-TW": ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def language(name: str | None) -> Language:
    """A language of ours for a name such as `zh-tw` or `en-GB`; simplified Chinese for what is unknown."""
    folded = (name or "").lower().replace("_", "-")
    for known in LANGUAGES:
        if folded == known.lower():
            return known
    if folded.startswith(("zh-hant", "zh-hk", "zh-mo")):
        return "zh-TW"
    return "en" if folded.startswith("en") else "zh-CN"


def moment(at: datetime, tongue: Language, zone: ZoneInfo) -> str:
    """`11月25日 周三 17:30`, `Wed 25 Nov 17:30`: local, to the minute; midnight is the end of the day before it."""
    local = at.astimezone(zone)
    clock = f"{local:%H:%M}"
    if clock == "00:00":
        local, clock = local - timedelta(days=1), "24:00"
    day = _WEEKDAYS[tongue][local.weekday()]
    if tongue == "en":
        return f"{day} {local.day} {_MONTHS[local.month - 1]} {clock}"
    return f"{local.month}月{local.day}日 {day} {clock}"


def period(length: Spec, tongue: Language) -> str:
    """`3个工作日`, `3 working days`."""
    unit = _UNITS[tongue][length.unit]
    if tongue != "en":
        return f"{length.amount}{unit}"
    return f"{length.amount} {unit}" if length.amount == 1 else f"{length.amount} {unit}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Speaks one language in one zone.

    texts    module → its texts
    person   a user id → the name to show
    """

    texts: Mapping[str, Texts]
    tongue: Language
    zone: ZoneInfo
    person: Callable[[int], str]

    def say(self, text: Say, module: str) -> str:
        """The sentence, from `text.module` or else `module`. Raises KeyError when there is no such text."""
        owner = text.module or module
        values = {name: self.word(value, owner) for name, value in text.values}
        return self.texts[owner].get(text.key, self.tongue, **values)

    def text(self, module: str, key: str, **values: Value) -> str:
        return self.say(Say(key=key, values=tuple(values.items())), module)

    def word(self, value: Value, module: str) -> str:
        match value:
            case datetime():
                return moment(value, self.tongue, self.zone)
            case tuple():
                return (", " if self.tongue == "en" else "、").join(self.word(item, module) for item in value)
            case None:
                return "–"
            case str() if value.startswith(TEXT):
                return self._named(value.removeprefix(TEXT), module)
            case str() if value.startswith(PERSON):
                return self.person(int(value.removeprefix(PERSON)))
            case str() if value.startswith(PERIOD):
                return period(Spec.parse(value.removeprefix(PERIOD)), self.tongue)
            case _:
                return str(value)

    def _named(self, key: str, module: str) -> str:
        owner, _, inner = key.partition(":")
        return self.texts[owner].get(inner, self.tongue) if inner else self.texts[module].get(key, self.tongue)
