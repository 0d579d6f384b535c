"""The fast reader has no shapes of its own: what it takes, requires and leaves out is what `records` says."""

from typing import Any

import msgspec
import pytest

from integrations.zammad import slim
from integrations.zammad.records import PREFIX, Article, HistoryEntry, Ticket, Wire

SHAPES: dict[str, tuple[type[msgspec.Struct], type[Wire]]] = {
    "ticket": (slim._Ticket, Ticket),
    "article": (slim._Article, Article),
    "entry of the history": (slim._Entry, HistoryEntry),
}


def default_of(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


@pytest.mark.parametrize(("fast", "record"), SHAPES.values(), ids=SHAPES)
def test_a_field_is_required_and_left_out_alike(fast: type[msgspec.Struct], record: type[Wire]) -> None:
    fields = [field for field in msgspec.structs.fields(fast) if field.encode_name != PREFIX]
    assert fields
    for field in fields:
        told = record.model_fields[field.name]
        assert field.required == told.is_required(), field.name
        if not field.required:
            default = told.get_default(call_default_factory=True, validated_data={})
            assert told_alike(default_of(field)) == told_alike(default), field.name


def told_alike(value: Any) -> Any:
    """A sequence by its items, whether it may be changed or not; what the other keeps by its set of fields as None."""
    if value is msgspec.UNSET:
        return None
    return list(value) if isinstance(value, tuple | list) else value
