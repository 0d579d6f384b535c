"""What a pydantic model says of the value at a loc: the types it takes, the names it knows, whether it is secret."""

import enum
import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, RootModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo
from typing_extensions import TypeAliasType

from policies.kernel.problems import Loc
from policies.kernel.yaml_nodes import DecimalNumber, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A spot in a configuration.

    kinds    what the value there may be: classes, and generics such as `dict[str, int]`; unions are taken apart
    secret   whether the value, or anything around it, must never be printed
    free     whether its name is the admin's choice (a key of a mapping) and not a setting's
    """

    kinds: tuple[Any, ...]
    secret: bool = False
    free: bool = False

    @property
    def models(self) -> Iterator[type[BaseModel]]:
        return (kind for kind in self.kinds if isinstance(kind, type) and issubclass(kind, BaseModel))

    @property
    def names(self) -> tuple[str, ...]:
        """The settings known here, as they are written in a file."""
        return tuple(written_name(name, info) for model in self.models for name, info in model.model_fields.items())

    @property
    def nullable(self) -> bool:
        return any(kind in (None, type(None), Any, object) for kind in self.kinds)

    @property
    def wants_number(self) -> bool:
        """Whether a plain number may stay a number here; else the field gets what was written, as text."""
        return any(_numeric(kind) for kind in self.kinds)

    @property
    def choices(self) -> tuple[str, ...]:
        """The closed set of words the value comes from; empty when it is not of that kind."""
        found: list[object] = []
        for kind in self.kinds:
            if get_origin(kind) is Literal:
                found.extend(get_args(kind))
            elif isinstance(kind, type) and issubclass(kind, enum.Enum):
                found.extend(member.value for member in kind)
        return tuple(str(choice) for choice in found)

    def child(self, part: str | int) -> "Place":
        """What is known of the value at `part` of this one; kinds are empty where nothing is."""
        return _child(self, part)


@lru_cache(maxsize=4096)
def _child(place: Place, part: str | int) -> Place:
    """Kept, for thousands of small files of the same model are read, and types are slow to take apart."""
    kinds: list[Any] = []
    secret, free = place.secret, False
    for kind in place.kinds:
        info = _field(kind, part)
        if info is not None:
            kinds.extend(_parts(info.annotation))
            secret = secret or _is_secret(info)
        elif kind in (Any, object, dict, list):
            kinds.append(Any)
            free = True
        else:
            items = list(_items(kind, part))
            kinds.extend(items)
            free = free or (bool(items) and isinstance(part, str))
    secret = secret or any(kind in (SecretStr, SecretBytes) for kind in kinds)
    return Place(kinds=tuple(dict.fromkeys(kinds)), secret=secret, free=free)


@lru_cache(maxsize=256)
def root(model: type[BaseModel]) -> Place:
    return Place(kinds=tuple(_parts(model)))


def place_of(model: type[BaseModel], loc: Loc) -> Place:
    """The spot at `loc` of a configuration of this model."""
    place = root(model)
    for part in loc:
        place = place.child(part)
    return place


def fitted(value: Value, place: Place) -> Value:
    """`value` with each plain number that its field does not take as a number turned back into the text it was."""
    if isinstance(value, dict):
        return {key: fitted(item, place.child(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [fitted(item, place.child(index)) for index, item in enumerate(value)]
    if isinstance(value, bool) or not isinstance(value, int | float) or not place.kinds or place.wants_number:
        return value
    return value.text if isinstance(value, DecimalNumber) else str(value)


def written_name(name: str, info: FieldInfo) -> str:
    """The name of a field as it stands in a file."""
    return info.validation_alias if isinstance(info.validation_alias, str) else name


def _field(kind: Any, part: str | int) -> FieldInfo | None:
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return None
    return next((info for name, info in kind.model_fields.items() if written_name(name, info) == part), None)


def _is_secret(info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("secret"))


def _parts(annotation: Any) -> Iterator[Any]:
    """The kinds of an annotation: unions, aliases, new types, `Annotated` and root models taken apart."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _parts(part)
    elif origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif isinstance(annotation, TypeAliasType):
        yield from _parts(annotation.__value__)
    elif hasattr(annotation, "__supertype__"):
        yield from _parts(annotation.__supertype__)
    elif isinstance(annotation, type) and issubclass(annotation, RootModel):
        yield from _parts(annotation.model_fields["root"].annotation)
    else:
        yield annotation


def _items(kind: Any, part: str | int) -> Iterable[Any]:
    """The kinds of a generic's item: of a mapping for a text part, of a list, set or tuple for a number."""
    origin, arguments = get_origin(kind), get_args(kind)
    if not isinstance(origin, type) or not arguments:
        return ()
    if issubclass(origin, Mapping):
        return _parts(arguments[1]) if isinstance(part, str) else ()
    if isinstance(part, str):
        return ()
    if origin is tuple and arguments[-1] is not Ellipsis:
        return _parts(arguments[part]) if part < len(arguments) else ()
    return _parts(arguments[0])


def _numeric(kind: Any) -> bool:
    if kind in (Any, object):
        return True
    if get_origin(kind) is Literal:
        return any(isinstance(choice, int | float) for choice in get_args(kind))
    if not isinstance(kind, type) or get_origin(kind) is not None:
        return False
    if issubclass(kind, enum.Enum):
        return any(isinstance(member.value, int | float) for member in kind)
    return issubclass(kind, int | float)  # not Decimal, which is exact only from what was written
