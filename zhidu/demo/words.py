"""The demonstration's own words, and those of the policy, in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from policies.kernel.manifest import LocalText
from policies.kernel.provisioning import FieldNeed
from policies.kernel.texts import Language, Texts
from policies.kernel.voice import moment
from zhidu.demo.company import MEMBERS
from zhidu.demo.script import ZONE
from zhidu.own_texts import own_texts

_FOLDER = Path(__file__).parent / "i18n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything the story says, in `tongue`; `fields` are the ticket fields by name, `policy` the modules' texts."""

    tongue: Language
    fields: Mapping[str, FieldNeed]
    policy: Mapping[str, Texts]

    def of(self, key: str, **values: object) -> str:
        return own_texts(_FOLDER).get(key, self.tongue, **values)

    def when(self, at: datetime) -> str:
        return moment(at, self.tongue, ZONE)

    def person(self, member: str) -> str:
        """A member's name by the short name or the login."""
        found = MEMBERS.get(member) or MEMBERS.get(member.partition("@")[0])
        return member if found is None else found.called(self.tongue)

    def field(self, name: str) -> str:
        need = self.fields.get(name)
        return name if need is None else self._in(need.display)

    def value(self, name: str, value: object) -> str:
        """A field's value as the helpdesk shows it; several joined."""
        if value in (None, "", frozenset()):
            return self.of("effect.nothing")
        if isinstance(value, frozenset | tuple | list):
            return self.joined(self.value(name, item) for item in sorted(value))
        need = self.fields.get(name)
        option = None if need is None else need.options.get(str(value))
        return str(value) if option is None else self._in(option)

    def kind(self, name: str) -> str:
        """A kind of personal data, as the policy calls it."""
        return self.policy["masking"].get(f"kind.{name}", self.tongue)

    def joined(self, parts: Iterable[str]) -> str:
        """As a list is written."""
        return (", " if self.tongue == "en" else "、").join(parts)

    def _in(self, text: LocalText) -> str:
        return {"zh-CN": text.zh_cn, "zh-TW": text.zh_tw, "en": text.en}[self.tongue]
