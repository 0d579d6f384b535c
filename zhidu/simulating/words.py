"""The words of a report, and those of the policy and the company, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from policies.kernel.spec import Spec
from policies.kernel.texts import Language, Texts
from policies.kernel.voice import period
from zhidu.own_texts import own_texts
from zhidu.simulating.figures import MovedRun
from zhidu.simulating.tally import What

_FOLDER = Path(__file__).parent / "i18n"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_CODED = {"finding": "codes", "reply": "replies", "draft": "replies"}
"""Whose names have words of ours; modules of the company's own keep their names."""
_PLAIN = ("note", "mail", "mention", "assign", "route", "state", "priority", "mask", "link", "checklist", "notify")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """tongue: the language; policy: the texts of the modules; people: user id → name; zone: of the days; fields: what
    a ticket's fields are called."""

    tongue: Language
    policy: Mapping[str, Texts]
    people: Mapping[int, str]
    zone: ZoneInfo
    fields: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str, **values: object) -> str:
        return own_texts(_FOLDER).get(key, self.tongue, **values)

    def person(self, user: int) -> str:
        return self.people.get(user, f"#{user}")

    def nothing(self, table: str) -> str:
        """What stands in an empty table."""
        return self.of(f"{table}.none") if table in ("differences", "moved") else "–"

    def day(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d}"

    def clock(self, module: str, name: str) -> str:
        """The duty that the clock measures; its bare name where the module has no text for it."""
        known = self.policy.get(module)
        key = f"duty.{name}"
        return known.get(key, self.tongue) if known is not None and key in known.keys else name

    def what(self, row: What) -> str:
        """`set severity` in words: the verb translated, fields as the helpdesk shows them, clocks by their duties."""
        verb, _, rest = row.what.partition(" ")
        module = row.rule.partition(".")[0]
        if verb == "rung":
            name, _, rung = rest.partition(" ")
            return self.of("verbs.rung", clock=self.clock(module, name), rung=self._rung(rung))
        if verb in _PLAIN:
            return self.of(f"verbs.{verb}")
        if verb == "set":
            rest = self.fields.get(rest, rest)
        elif verb in _CODED:
            rest = self._coded(_CODED[verb], rest, module)
        return self.of(f"verbs.{verb}", rest=rest)

    def _rung(self, rung: str) -> str:
        """`50%` as it is, `+1wh` as a period in words."""
        sign, _, spec = rung.partition("+")
        return rung if sign or not spec else f"+{period(Spec.parse(spec), self.tongue)}"

    def _coded(self, kind: str, code: str, module: str) -> str:
        key = f"{kind}.{code}"
        if key in own_texts(_FOLDER).keys:
            return self.of(key)
        name = code.removesuffix("_late")
        known = self.policy.get(module)
        if name != code and known is not None and f"duty.{name}" in known.keys:
            return self.of("verbs.late", clock=self.clock(module, name))
        return code

    def local(self, at: float) -> datetime:
        """An instant, in seconds since 1970, as the clock on the wall showed it, to the minute and without its zone."""
        return datetime.fromtimestamp(at, self.zone).replace(second=0, microsecond=0, tzinfo=None)

    def moment(self, at: float) -> str:
        return f"{self.local(at):%Y-%m-%d %H:%M}"

    def moved(self, run: MovedRun) -> str:
        """`2026-04-30 12:00 → 11:30`; the day again where it is another."""
        today, proposed = self.moment(run.today), self.moment(run.proposed)
        day, _, clock = proposed.partition(" ")
        moved = f"{today} → {clock if today.startswith(day) else proposed}"
        return f"{moved}, {self.of('moved.still')}" if run.open else moved

    def shift(self, seconds: float) -> str:
        """How much later, or earlier with a minus."""
        return ("−" if seconds < 0 else "+") + self.duration(abs(seconds))

    def duration(self, seconds: float | None) -> str:
        """In minutes, hours or days, to two or three figures."""
        if seconds is None:
            return "–"
        for unit, length in (("days", _DAY), ("hours", _HOUR)):
            if seconds >= 2 * length:
                return self.of(f"duration.{unit}", count=f"{seconds / length:.1f}")
        return self.of("duration.minutes", count=round(seconds / _MINUTE))
