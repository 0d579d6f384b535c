"""The words of a report, and those of the policy and the company, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from policies.kernel.texts import Language, Texts
from zhidu.own_texts import own_texts
from zhidu.simulating.tally import What

_FOLDER = Path(__file__).parent / "i18n"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_PLAIN = ("note", "mail", "mention", "assign", "route", "state", "priority", "mask", "link")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """tongue: the language; policy: the texts of the modules; people: user id → name; zone: of the days."""

    tongue: Language
    policy: Mapping[str, Texts]
    people: Mapping[int, str]
    zone: ZoneInfo

    def of(self, key: str, **values: object) -> str:
        return own_texts(_FOLDER).get(key, self.tongue, **values)

    def person(self, user: int) -> str:
        return self.people.get(user, f"#{user}")

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d}"

    def clock(self, module: str, name: str) -> str:
        """The duty that the clock measures; its bare name where the module has no text for it."""
        known = self.policy.get(module)
        key = f"duty.{name}"
        return known.get(key, self.tongue) if known is not None and key in known.keys else name

    def what(self, row: What) -> str:
        """`set severity` in words: the verb translated, clocks by their duties, all else as the helpdesk names it."""
        verb, _, rest = row.what.partition(" ")
        if verb == "rung":
            name, _, rung = rest.partition(" ")
            return self.of("verbs.rung", clock=self.clock(row.rule.partition(".")[0], name), rung=rung)
        return self.of(f"verbs.{verb}") if verb in _PLAIN else self.of(f"verbs.{verb}", rest=rest)

    def duration(self, seconds: float | None) -> str:
        """In minutes, hours or days, to two or three figures."""
        if seconds is None:
            return "–"
        for unit, length in (("days", _DAY), ("hours", _HOUR)):
            if seconds >= 2 * length:
                return self.of(f"duration.{unit}", count=f"{seconds / length:.1f}")
        return self.of("duration.minutes", count=round(seconds / _MINUTE))
