"""Conditions, values and effects of `provision.yaml` as Zammad writes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from integrations.zammad.provision.wanted import Key, Lists, Ref, Term, Unmeant
from integrations.zammad.wire import PREFIX
from policies.kernel.problems import did_you_mean
from policies.kernel.provision_needs import Effect
from policies.kernel.provision_parts import Condition, Put
from policies.kernel.provisioning import FieldNeed
from policies.kernel.spec import Spec

T = TypeVar("T")

_IDS: Final = frozenset({"state", "group", "owner", "priority", "customer", "organization"})
_NATIVE: Final = frozenset({
    "action", "article_count", "close_at", "created_at", "escalation_at", "first_response_at", "last_contact_agent_at",
    "last_contact_at", "last_contact_customer_at", "number", "pending_time", "tags", "title", "updated_at",
})  # fmt: skip
_TIMES: Final = {
    "before": "before (relative)",
    "after": "after (relative)",
    "within_last": "within last (relative)",
    "within_next": "within next (relative)",
    "until": "till (relative)",
}
_RANGES: Final = {"m": "minute", "h": "hour", "d": "day"}
_PEOPLE: Final = {"me": "current_user.id", "nobody": "not_set"}
_ACTS: Final = {
    "show": "show",
    "hide": "hide",
    "remove": "remove",
    "require": "set_mandatory",
    "optional": "set_optional",
    "lock": "set_readonly",
    "unlock": "unset_readonly",
}


class Words:
    """Translates for one helpdesk.

    fields   every field of tickets that the modules need, by name
    """

    def __init__(self, lists: Lists, fields: Mapping[str, FieldNeed]) -> None:
        self._lists = lists
        self._fields = fields

    def column(self, field: str) -> str:
        """A field as lists name it: `customer`, `zhidu_kind`."""
        return field if field in _IDS or field in _NATIVE or "." in field else f"{PREFIX}{field}"

    def path(self, field: str) -> str:
        """A field as conditions and forms name it: `ticket.state_id`, `ticket.zhidu_kind`, `article.type`."""
        if "." in field:
            return field
        return f"ticket.{field}_id" if field in _IDS else f"ticket.{self.column(field)}"

    def needed(self, names: Iterable[str]) -> frozenset[Key]:
        """The fields of ours among these names."""
        return frozenset(
            Key(kind="object_manager_attributes", name=f"Ticket.{PREFIX}{name}")
            for name in names
            if name in self._fields
        )

    def condition(self, when: Iterable[Condition]) -> Mapping[str, Term]:
        """raises Unmeant – a state or a priority that this helpdesk does not have"""
        return {self.path(one.field): self._compared(one) for one in when}

    def _compared(self, one: Condition) -> Mapping[str, Term]:
        kind = one.comparison
        given: object = getattr(one, kind)
        if isinstance(given, Spec):
            return {"operator": _TIMES[kind], "value": str(given.amount), "range": _RANGES[given.unit]}
        if kind == "today":
            return {"operator": "today", "value": ""}
        if kind == "filled":
            return {"operator": "is set" if given else "not set", "value": ""}
        values = one.is_ or one.is_not or one.contains or one.contains_not or ()
        negated = kind.endswith("not")
        if len(values) == 1 and one.field in _IDS and str(values[0]) in _PEOPLE:
            return {"operator": "is not" if negated else "is", "pre_condition": _PEOPLE[str(values[0])]}
        if kind.startswith("is"):
            ids = tuple(term for value in values for term in self.value(one.field, value))
            return {"operator": "is not" if negated else "is", "value": ids if one.field != "action" else ids[0]}
        return self._contains(one.field, tuple(map(str, values)), negated=negated)

    def _contains(self, field: str, values: tuple[str, ...], *, negated: bool) -> Mapping[str, Term]:
        if field == "tags":
            return {"operator": "contains one not" if negated else "contains one", "value": ", ".join(values)}
        if field in self._fields and self._fields[field].type == "multiselect":
            return {"operator": "contains one not" if negated else "contains one", "value": values}
        return {"operator": "contains not" if negated else "contains", "value": values[0]}

    def value(self, field: str, value: object) -> tuple[Term, ...]:
        """A named value as Zammad stores it; a state type may mean several states. raises Unmeant"""
        name = str(value)
        if field == "state":
            return tuple(map(str, _known("state", name, self._lists.states)))
        if field == "priority":
            return (str(_known("priority", name, self._lists.priorities)),)
        if field == "group":
            return (Ref(kind="groups", name=name, text=True),)
        return (str(value).lower() if isinstance(value, bool) else name,)

    def perform(self, puts: Iterable[Put]) -> Mapping[str, Term]:
        """What a macro does. raises Unmeant"""
        return {self.path(put.field): self._put(put) for put in puts}

    def _put(self, put: Put) -> Mapping[str, Term]:
        if put.in_ is not None:
            return {"operator": "relative", "value": str(put.in_.amount), "range": _RANGES[put.in_.unit]}
        if put.field == "tags":
            return {"operator": "remove" if put.remove else "add", "value": ", ".join(put.add or put.remove)}
        if put.field in _IDS and str(put.to) in _PEOPLE:
            return {"pre_condition": _PEOPLE[str(put.to)], "value": "", "value_completion": ""}
        return {"value": self.value(put.field, put.to)[0]}

    def effects(self, effects: Iterable[Effect]) -> Mapping[str, Term]:
        """What a core workflow does with the form. raises Unmeant"""
        return {self.path(field): self._effect(field, effect) for effect in effects for field in effect.fields}

    def _effect(self, field: str, effect: Effect) -> Mapping[str, Term]:
        acts = [_ACTS[act] for act in effect.do]
        if "set_mandatory" in acts and "show" not in acts:
            acts.insert(0, "show")
        found: dict[str, Term] = {act: "true" for act in acts}
        if effect.only is not None:
            acts.append("set_fixed_to")
            found["set_fixed_to"] = tuple(term for value in effect.only for term in self.value(field, value))
        if effect.fill is not None:
            acts.append("fill_in_empty")
            found["fill_in_empty"] = self.value(field, effect.fill)[0]
        return {"operator": tuple(acts), **found}


def _known(kind: str, name: str, known: Mapping[str, T]) -> T:
    if name not in known:
        raise Unmeant(f"this Zammad has no {kind} {name!r}{did_you_mean(name, known)}")
    return known[name]
