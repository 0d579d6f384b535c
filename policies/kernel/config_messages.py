"""pydantic's complaints in the words of zhidu."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import ErrorDetails

from policies.kernel.config_fields import Place
from policies.kernel.problems import Loc, did_you_mean
from policies.kernel.yaml_nodes import DecimalNumber, Value

SHOWN = 60
"""The longest value that a message quotes in full, in characters."""

_LIST = "must be a list"
_MAPPING = "must be a mapping (name: value)"
_WHOLE = "must be a whole number"
_WORDS: Mapping[str, str] = {
    "string_type": "must be text",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dataclass_type": _MAPPING,
    "none_required": "must be null",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must have at least {min_length} entries",
    "too_long": "must have at most {max_length} entries",
    "value_error": "{error}",
    "assertion_error": "{error}",
    "union_tag_not_found": "needs {discriminator}, which says what it is",
    "union_tag_invalid": "{discriminator} must be one of {expected_tags}",
}
_OWN_WORDS = frozenset({"value_error", "assertion_error"})
_NAMED = re.compile(r"([a-z][a-z_]*(?:\.[a-z][a-z_]*)*)(: )?")
_UNQUOTED = frozenset({"missing", "extra_forbidden", "union_tag_not_found"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What is wrong, and in brackets after it what was there and a hint, as far as there are any."""

    what: str
    details: tuple[str, ...]


def named_setting(error: ErrorDetails, value: Value, place: Place) -> tuple[Loc, ErrorDetails]:
    """Which setting a validator of several of them finds wrong: the one whose name its message begins with.

    Given is what the validator looked at; returned are the setting's loc in it – `()` when the message names none – and
    the error without a leading `name: `.
    """
    if error["type"] not in _OWN_WORDS:
        return (), error
    said = str(error["ctx"]["error"])
    named = _NAMED.match(said)
    loc = tuple(named[1].split(".")) if named else ()
    for part in loc:
        known = part in place.names or (isinstance(value, dict) and part in value)
        if not known:
            return (), error
        place, value = place.child(part), value.get(part) if isinstance(value, dict) else None
    if named and named[2]:
        error = {**error, "ctx": {"error": said[named.end() :]}}
    return loc, error


def worded(error: ErrorDetails, value: Value, place: Place, around: Place) -> Wording:
    """What is wrong, for people: "must be a whole number", "got 'soon'".

    value    what the file says there
    place    what the model knows of the spot
    around   the spot that holds it, whose names are suggested for an unknown one

    A value is quoted only when its field is not secret, of a list or mapping only that it is one, where that is what is
    wrong; of a secret field, not even the words of
    its own validator are passed on, for they may quote it.
    """
    kind = error["type"]
    what, hint = _what(error, value, place, around)
    if place.secret and (kind in _OWN_WORDS or (kind not in _WORDS and kind not in _UNQUOTED)):
        what = "is not valid"
    if error["loc"][-1:] == ("[key]",):
        what = f"key: {what}"
    said = kind in _OWN_WORDS and "got " in what  # a validator that quotes the value itself
    telling = not isinstance(value, dict | list) or kind.endswith(("_type", "_required"))
    quoted = "" if place.secret or said or kind in _UNQUOTED or not telling else quote(value)
    return Wording(what=what, details=tuple(part for part in (quoted, hint) if part))


def _what(error: ErrorDetails, value: Value, place: Place, around: Place) -> tuple[str, str]:
    kind = error["type"]
    if kind == "missing":
        return "required, not set", ""
    if kind == "extra_forbidden":
        name = error["loc"][-1]
        return "unknown setting", did_you_mean(name, around.names).removeprefix("; ")
    if kind in ("enum", "literal_error") and place.choices:
        hint = "" if place.secret else did_you_mean(value, place.choices).removeprefix("; ")
        return f"must be one of {', '.join(place.choices)}", hint
    context: dict[str, Any] = error.get("ctx", {})
    words = _WORDS.get(kind)
    return words.format_map(context) if words else error["msg"], ""


def quote(value: Value) -> str:
    """`got 'soon'`, cut to `SHOWN` characters; of a list or mapping only that it is one."""
    match value:
        case dict():
            shown = "a mapping"
        case list():
            shown = "a list"
        case None:
            shown = "null"
        case bool():
            shown = str(value).lower()
        case DecimalNumber():
            shown = value.text
        case str():
            shown = repr(value if len(value) <= SHOWN else value[: SHOWN - 1] + "…")
        case _:
            shown = str(value)
    return f"got {shown}"
