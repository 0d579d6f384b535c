"""What settings must be together: checks that look at several of one model, all told at once.

A check that looks at a setting which is wrong in itself is not asked; every other one is, whatever else is wrong.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import wraps
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, model_validator

from policies.kernel.config_fields import root, written_name
from policies.kernel.problems import Loc
from policies.kernel.yaml_nodes import Value

M = TypeVar("M", bound=BaseModel)


class Faults(ValueError):
    """Several things that are wrong; each begins with the name of the setting it is about, where it is about one."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(self.faults))


def together(check: Callable[[M], Iterator[str]]) -> Any:
    """Marks a method of a model that yields what is wrong with its settings taken together.

    Each text begins with the name of the setting that is to be mended (`within.major: …`): it is told at that one's
    line. Checks of different settings are methods of their own, so that none waits for the other's settings.
    """

    @wraps(check)
    def validate(self: M) -> M:
        found: list[str] = []
        try:
            found.extend(check(self))
        except AttributeError:
            if not found:
                raise
        if found:
            raise Faults(found)
        return self

    return model_validator(mode="after")(validate)


def faults_of(model: type[BaseModel], value: Value, wrong: Collection[Loc]) -> Iterator[str]:
    """What the checks of a model find in `value`; `wrong` is where in it something is wrong in itself."""
    checks = [known.func for known in model.__pydantic_decorators__.model_validators.values() if _is_check(known.info)]
    if not checks or not isinstance(value, dict):
        return
    settings = _sound(model, value, wrong)
    for check in checks:
        try:
            check(settings)
        except AttributeError:
            continue  # it looks at a setting that is not there, for it is wrong
        except Faults as errors:
            yield from errors.faults
        except (ValueError, AssertionError) as error:
            yield str(error)


def _is_check(info: Any) -> bool:
    return bool(info.mode == "after")


def _sound(model: type[M], value: Mapping[str, Value], wrong: Collection[Loc]) -> M:
    """What of `value` is right in itself, as a model that lacks the rest; down to the last section."""
    found: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        written = written_name(name, info)
        inner = [loc[1:] for loc in wrong if loc[:1] == (written,)]
        if inner:
            section = _section(model, written)
            if section is not None and () not in inner and isinstance(value.get(written), dict):
                found[name] = _sound(section, value[written], inner)
        elif written in value:
            kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            found[name] = TypeAdapter(kind).validate_json(json.dumps(value[written]), strict=True)
        elif not info.is_required():
            found[name] = info.get_default(call_default_factory=True, validated_data={})
    settings = model.model_construct()
    object.__setattr__(settings, "__dict__", found)
    return settings


def _section(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    models = tuple(root(model).child(name).models)
    return models[0] if len(models) == 1 else None
