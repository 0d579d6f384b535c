"""Whether what `provision.yaml` names exists: fields, their options, roles; names used once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from policies.kernel.problems import did_you_mean
from policies.kernel.provision_needs import FieldNeed
from policies.kernel.provision_parts import Condition, Put
from policies.kernel.provisioning import PARTS, Needs

NATIVE: Final = frozenset({
    "action", "article_count", "close_at", "created_at", "customer", "escalation_at", "first_response_at", "group",
    "last_contact_agent_at", "last_contact_at", "last_contact_customer_at", "number", "organization", "owner",
    "pending_time", "priority", "state", "tags", "title", "updated_at",
})  # fmt: skip
"""The helpdesk's own fields of a ticket that conditions, columns and values may name."""

SCOPES: Final = ("article.", "customer.", "organization.")
"""What belongs to a ticket, with fields of its own: `article.type`, `customer.vip`."""

Place = tuple[str | int, ...]
Wrong = tuple[Place, str]
"""Where in the file, and what is wrong."""


def wrong_in(needs: Needs, known: Mapping[str, FieldNeed]) -> Iterator[Wrong]:
    """What is wrong with one module's needs.

    known   every field of tickets there will be, by name
    """
    yield from _twice(needs)
    for index, overview in enumerate(needs.overviews):
        here: Place = ("overviews", index)
        yield from _conditions(overview.when, (*here, "when"), known, workflow=False)
        yield from _names(overview.columns, (*here, "columns"), known)
        yield from _names((overview.order,), (*here, "order"), known)
        if overview.group_by is not None:
            yield from _names((overview.group_by,), (*here, "group_by"), known)
    for index, macro in enumerate(needs.macros):
        yield from _puts(macro.put, ("macros", index, "put"), known)
    for index, template in enumerate(needs.templates):
        yield from _puts(template.put, ("templates", index, "put"), known)
        for number, put in enumerate(template.put):
            if put.field in known and "create" not in known[put.field].screens:
                what = f"{put.field} is not on the screen create, where templates are used: add it to its screens"
                yield ("templates", index, "put", number, "field"), what
    for index, sla in enumerate(needs.slas):
        yield from _conditions(sla.when, ("slas", index, "when"), known, workflow=False)
    for index, workflow in enumerate(needs.core_workflows):
        here = ("core_workflows", index)
        yield from _conditions(workflow.when, (*here, "when"), known, workflow=True)
        yield from _conditions(workflow.saved, (*here, "saved"), known, workflow=True)
        for number, effect in enumerate(workflow.effects):
            yield from _names(effect.fields, (*here, "effects", number, "fields"), known)


def _twice(needs: Needs) -> Iterator[Wrong]:
    for part in PARTS:
        names = [item.name for item in getattr(needs, part)]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield (part, index, "name"), f"{name} is there twice"


def _conditions(
    when: Collection[Condition], place: Place, known: Mapping[str, FieldNeed], *, workflow: bool
) -> Iterator[Wrong]:
    for index, condition in enumerate(when):
        here = (*place, index)
        yield from _names((condition.field,), (*here, "field"), known)
        if condition.filled is not None and not workflow:
            yield (*here, "filled"), "only a core workflow can ask whether a field has a value"
        for value in (*(condition.is_ or ()), *(condition.is_not or ())):
            yield from _option(condition.field, value, here, known)


def _puts(puts: Collection[Put], place: Place, known: Mapping[str, FieldNeed]) -> Iterator[Wrong]:
    for index, put in enumerate(puts):
        yield from _names((put.field,), (*place, index, "field"), known)
        if put.to is not None:
            yield from _option(put.field, put.to, (*place, index, "to"), known)


def _names(names: Collection[str], place: Place, known: Mapping[str, FieldNeed]) -> Iterator[Wrong]:
    for name in names:
        if name not in NATIVE and name not in known and not name.startswith(SCOPES):
            yield place, f"there is no field {name!r}{did_you_mean(name, [*known, *NATIVE])}"


def _option(field: str, value: object, place: Place, known: Mapping[str, FieldNeed]) -> Iterator[Wrong]:
    options = known[field].options if field in known else {}
    if options and value not in ("", *options):
        yield place, f"{field} has no option {value!r}{did_you_mean(str(value), options)}"
