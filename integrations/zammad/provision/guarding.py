"""What a plan may not do without being told to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from integrations.zammad.client import Client
from integrations.zammad.provision.changes import Plan, Retire, Update
from integrations.zammad.writes import Where

_FEWEST = 6
"""Of fewer objects a third is no sign of a mistake."""


def objections(plan: Plan, client: Client) -> tuple[str, ...]:
    """Why this plan needs `--force`: it changes more than a third of what is there, or values would be lost.

    raises   ZammadError
    """
    return (*_too_many(plan), *_losses(plan, client))


def _too_many(plan: Plan) -> Iterator[str]:
    touched = sum(isinstance(change, Update | Retire) for change in plan.changes)
    if plan.known >= _FEWEST and touched * 3 > plan.known:
        yield f"{touched} of {plan.known} objects would change, more than a third"


def _losses(plan: Plan, client: Client) -> Iterator[str]:
    for change in plan.changes:
        if isinstance(change, Retire) and change.key.kind == "object_manager_attributes":
            yield from _field(change, client)
        elif isinstance(change, Retire) and change.key.kind == "groups":
            count = client.count(Where(field="ticket.group_id", operator="is", value=(str(change.id),)))
            if count:
                yield f"group {change.name} is retired and has {count} tickets"
        elif isinstance(change, Update) and change.key.kind == "object_manager_attributes":
            yield from _options(change, client)


def _field(change: Retire, client: Client) -> Iterator[str]:
    """Zammad cannot say how many tickets have a value in any kind of field: who retires a field must look."""
    kind, _, name = change.key.name.partition(".")
    held = f", which {kind.lower()}s may have values in"
    if kind == "Ticket":
        empty = client.count(Where(field=f"ticket.{name}", operator="is", value=("",)))
        filled = client.count() - empty
        if not filled:
            return
        held = f", in which {filled} tickets have values"
    yield f"field {name} is retired{held}"


def _options(change: Update, client: Client) -> Iterator[str]:
    kind, _, name = change.key.name.partition(".")
    for one in change.differences:
        if one.field == "data_option":
            gone = sorted(_values(one.old) - _values(one.new))
            count = client.count(Where(field=f"ticket.{name}", operator="is", value=tuple(gone))) if gone else 0
            if kind == "Ticket" and count:
                yield f"field {name} loses the options {', '.join(gone)}, which {count} tickets have"
            elif gone and kind != "Ticket":
                yield f"field {name} loses the options {', '.join(gone)}"


def _values(option: object) -> frozenset[str]:
    options = option.get("options") if isinstance(option, Mapping) else None
    if isinstance(options, Mapping):
        return frozenset(map(str, options))
    if isinstance(options, list):
        return frozenset(str(one.get("value")) for one in options if isinstance(one, Mapping))
    return frozenset()
