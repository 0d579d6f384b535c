"""What a plan may not do without being told to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from integrations.zammad.client import Client
from integrations.zammad.errors import Refused
from integrations.zammad.provision.changes import Plan, Retire, Update, counted
from integrations.zammad.provision.compare import option_values, present
from integrations.zammad.writes import Where

LISTS: Final = frozenset({"multiselect", "multi_tree_select"})
TEXTS: Final = frozenset({"input", "textarea", "richtext", "select", "tree_select"})
"""Types of fields by what their columns hold; the others hold times, numbers, flags."""

_FEWEST: Final = 6
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
                yield f"group {change.name} is retired and has {counted(count, 'ticket')}"
        elif isinstance(change, Update) and change.key.kind == "object_manager_attributes":
            yield from _options(change, client)


def _field(change: Retire, client: Client) -> Iterator[str]:
    kind, _, name = change.key.name.partition(".")
    if kind != "Ticket":
        yield f"field {name} is retired, which {kind.lower()}s may have values in"
        return
    try:
        filled = _filled(name, change.data, client)
    except Refused as error:
        yield f"field {name} is retired, and whether tickets have values in it is unknown: {_why(error)}"
    else:
        if filled:
            yield f"field {name} is retired, in which {_have(filled)} values"


def _filled(name: str, data: Mapping[str, object], client: Client) -> int:
    """How many tickets have a value. Zammad compares in its database, where each type of column takes operators of its
    own: a list knows only what it contains, and what is no text has no empty text. raises Refused – it takes none"""
    field, kind = f"ticket.{name}", data.get("data_type")
    if kind in LISTS:
        return _having(
            name, data, sorted(option_values(present("object_manager_attributes", data, "data_option"))), client
        )
    empty = ("",) if kind in TEXTS else None
    return client.count() - client.count(Where(field=field, operator="is", value=empty))


def _having(name: str, data: Mapping[str, object], options: Sequence[str], client: Client) -> int:
    if not options:
        return 0
    operator = "contains one" if data.get("data_type") in LISTS else "is"
    return client.count(Where(field=f"ticket.{name}", operator=operator, value=tuple(options)))


def _options(change: Update, client: Client) -> Iterator[str]:
    kind, _, name = change.key.name.partition(".")
    for one in change.differences:
        gone = sorted(option_values(one.old) - option_values(one.new)) if one.field == "data_option" else []
        if not gone:
            continue
        loss = f"field {name} loses the options {', '.join(gone)}"
        if kind != "Ticket":
            yield loss
            continue
        try:
            count = _having(name, change.data, gone, client)
        except Refused as error:
            yield f"{loss}, and whether tickets have them is unknown: {_why(error)}"
        else:
            if count:
                yield f"{loss}, which {_have(count)}"


def _have(count: int) -> str:
    return f"{counted(count, 'ticket')} {'has' if count == 1 else 'have'}"


def _why(error: Refused) -> str:
    """raises Refused – it says nothing of the values: the token is none, or may not search"""
    if error.kind != "value":
        raise error
    return error.message
