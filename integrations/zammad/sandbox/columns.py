"""What the database refuses to compare: each custom field is a column of its own type."""

from collections.abc import Iterator
from typing import Any

from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.objects import LISTS, custom_fields
from integrations.zammad.sandbox.state import Desk, Row

_COMPARING = ("is", "is not", "is any of", "is none of")
_EMPTY_IS_NONE = {"datetime": "timestamp", "date": "date"}


def refuse_what_no_column_takes(desk: Desk, condition: Row) -> None:
    """Before a search, whether or not there is anything to find. Raises `Refused` 422, in the database's words."""
    fields = custom_fields(desk, "Ticket")
    for name, part in _parts(condition):
        field = fields.get(name.removeprefix("ticket."))
        if field is not None and name.startswith("ticket.") and not part.get("pre_condition"):
            _refuse(field, part)


def _parts(condition: Row) -> Iterator[tuple[str, Row]]:
    if "conditions" in condition:
        for part in condition["conditions"]:
            yield from _parts(part)
    elif "name" in condition:
        yield condition["name"], condition
    else:
        yield from condition.items()


def _refuse(field: Row, part: Row) -> None:
    operator, value = part.get("operator", "is"), part.get("value")
    if operator in ("is set", "not set"):
        raise unprocessable(f"Invalid operator '{operator}' for '{value}'", human=True)
    if operator not in _COMPARING or value is None:
        return
    values: list[Any] = value if isinstance(value, list) else [value]
    if field["data_type"] in LISTS and values:
        text = f'PG::InvalidTextRepresentation: ERROR:  malformed array literal: "{values[0]}"'
        raise unprocessable(f"{text}\nLINE 1: ...", human=False)
    if "" in values and field["data_type"] in _EMPTY_IS_NONE:
        kind = _EMPTY_IS_NONE[field["data_type"]]
        text = f'PG::InvalidDatetimeFormat: ERROR:  invalid input syntax for type {kind}: ""'
        raise unprocessable(f"{text}\nLINE 1: ...", human=False)
