"""Strict configuration: layers of YAML into a pydantic model; errors and values know their file and line."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Generic, TypeAlias, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from policies.kernel.config_fields import Place, fitted, place_of, root
from policies.kernel.config_messages import Wording, named_setting, worded
from policies.kernel.config_together import Faults, faults_of
from policies.kernel.problems import ConfigErrors, Loc, Mark, Problem, field_name
from policies.kernel.yaml_nodes import Document, Value, locs, survey


class StrictModel(BaseModel):
    """The base of every configuration: unknown settings are errors, values do not change after loading.

    The loader validates strictly: no text for a number, no number for a flag; times, dates, periods and choices are
    written as text. What several settings must be together is checked by methods marked `together`. A field is secret –
    never quoted – when it is a `SecretStr` or has `json_schema_extra={"secret": True}`. The text under a field is its
    description.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One file's text. `path` is what is shown to people."""

    path: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Generic[M]):
    """A configuration and where each of its values was set.

    config   the validated model
    marks    loc → file and line, for every value that a layer sets
    """

    config: M
    marks: Mapping[Loc, Mark]

    def where(self, field: str) -> Mark | None:
        """Which file and line set `field` (`desks.major.group`, `keywords[2]`); None for the model's own default."""
        return {field_name(loc): mark for loc, mark in self.marks.items()}.get(field)


def read(path: Path, *, shown: str = "") -> Layer:
    """The file's text; `shown` replaces the path in messages.

    raises   ConfigErrors – the file is not there, cannot be read, or is not UTF-8.
    """
    name = shown or str(path)
    try:
        return Layer(path=name, text=path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        what = "there is no such file"
    except UnicodeDecodeError as error:
        what = f"is not UTF-8 (byte {error.start})"
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
    raise ConfigErrors([Problem(path=name, what=what)])


def load_text(text: str, path: str, model: type[M]) -> Loaded[M]:
    """One file as a configuration. raises ConfigErrors – all that is wrong with it."""
    return load(model, [Layer(path=path, text=text)])


def load(model: type[M], layers: Sequence[Layer | Document]) -> Loaded[M]:
    """The configuration that `layers` make, the first one lowest (the shipped defaults), each laid over those before.

    Mappings are laid over key by key; lists and single values replace. `null` for a setting sets it to null, where its
    field allows that; `null` for a key that is the admin's own choice (an entry of a mapping whose values cannot be
    null) takes that entry away.

    raises   ConfigErrors – everything that is wrong, in all layers.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    refused: list[Loc] = []
    for layer in layers:
        if isinstance(layer, Document):
            documents.append(layer)
        else:
            document, faults, unclear = survey(layer.text, layer.path)
            documents.append(document)
            problems.extend(faults)
            refused.extend(unclear)
    merged = merge(documents, root(model))
    if not problems:
        return validated(model, merged)
    if () not in refused:
        problems.extend(_further(model, merged, refused))
    raise ConfigErrors(problems)


def _further(model: type[BaseModel], document: Document, refused: Sequence[Loc]) -> Iterator[Problem]:
    """What else is wrong than what was refused, so that it is told at once."""
    try:
        validated(model, document, refused)
    except ConfigErrors as errors:
        hidden = {field_name(loc) for loc in refused}
        for problem in errors.problems:
            if not any(problem.field == name or problem.field.startswith((f"{name}.", f"{name}[")) for name in hidden):
                yield problem


def merge(documents: Sequence[Document], place: Place) -> Document:
    """The documents laid over one another (see `load`); each line is that of the layer that set the value."""
    first, *above = documents
    value, marks = first.value, dict(first.marks)
    for document in above:
        value = _laid(value, document.value, (), marks, document.marks, place)
    return Document(path=documents[-1].path, value=value, marks=MappingProxyType(marks), prefix=documents[-1].prefix)


def _laid(low: Value, high: Value, loc: Loc, marks: dict[Loc, Mark], above: Mapping[Loc, Mark], place: Place) -> Value:
    """`high` laid over `low` at `loc`; `marks` becomes what it is for the result."""
    marks[loc] = above[loc]
    if not (isinstance(low, dict) and isinstance(high, dict)):
        _forget(low, loc, marks)
        marks.update({new: above[new] for new in locs(high, loc)})
        return high
    result = dict(low)
    for key, item in high.items():
        here, inner = (*loc, key), place.child(key)
        if item is None and key in low and inner.free and not inner.nullable:
            _forget(result.pop(key), here, marks)
        else:
            result[key] = _laid(low.get(key), item, here, marks, above, inner)
    return result


def _forget(value: Value, loc: Loc, marks: dict[Loc, Mark]) -> None:
    for old in locs(value, loc):
        marks.pop(old, None)  # a value that was not there has no mark


def validated(model: type[M], document: Document, refused: Sequence[Loc] = ()) -> Loaded[M]:
    """The document as a configuration. raises ConfigErrors – all that is wrong with it, but with what is `refused`."""
    value = fitted(document.value, root(model))
    try:
        config = model.model_validate_json(json.dumps(value), strict=True)
    except ValidationError as errors:
        told = [(*_followed(document, error), error) for error in errors.errors(include_url=False)]
        raise ConfigErrors(_problems(model, document, _completed(model, document, value, told, refused))) from None
    return Loaded(config=config, marks=document.marks)


_Told: TypeAlias = tuple[Loc, Value, ErrorDetails]
"""Where the document is wrong, what stands there, and in which way."""


def _completed(
    model: type[BaseModel], document: Document, value: Value, told: Sequence[_Told], refused: Sequence[Loc]
) -> list[_Told]:
    """`told`, with all that is wrong with settings taken together where pydantic stops at the first."""
    locs = [*(loc for loc, _, _ in told), *refused]
    found = [one for one in told if not _is_of_several(one[2])]
    for around in dict.fromkeys(loc[:size] for loc in locs for size in range(len(loc) + 1)):
        wrong = [loc[len(around) :] for loc in locs if loc[: len(around)] == around and loc != around]
        models = tuple(place_of(model, around).models)
        texts = list(faults_of(models[0], _at(value, around), wrong)) if len(models) == 1 else []
        if not any(loc[: len(around)] == around for loc in refused):
            texts += (text for loc, _, error in told if loc == around for text in _texts(error))
        here = _at(document.value, around)
        found += [(around, here, _fault(around, text)) for text in dict.fromkeys(texts)]
    return found


def _is_of_several(error: ErrorDetails) -> bool:
    return error["type"] in ("value_error", "assertion_error") and isinstance(error["input"], dict)


def _texts(error: ErrorDetails) -> tuple[str, ...]:
    if not _is_of_several(error):
        return ()
    cause = error["ctx"]["error"]
    return cause.faults if isinstance(cause, Faults) else (str(cause),)


def _fault(loc: Loc, text: str) -> ErrorDetails:
    return {"type": "value_error", "loc": loc, "msg": text, "input": None, "ctx": {"error": ValueError(text)}}


def _at(value: Value, loc: Loc) -> Value:
    for part in loc:
        inside = part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))
        value = value[part] if inside else None
    return value


def _problems(model: type[BaseModel], document: Document, told: Sequence[_Told]) -> list[Problem]:
    found: dict[Loc, list[Wording]] = {}
    deep = {loc[:size] for loc, _, _ in told for size in range(len(loc))}
    for loc, value, given in told:
        inner, error = named_setting(given, value, place_of(model, loc))
        for part in inner:
            loc, value = (*loc, part), value.get(part, {}) if isinstance(value, dict) else {}  # unset: nothing to quote
        if loc in deep and error["type"].endswith("_type"):
            continue  # of several kinds the value may be of, one fits so well that the fault is further in
        wording = worded(error, value, place_of(model, loc), place_of(model, loc[:-1]))
        found.setdefault(loc, []).append(wording)
    return [document.problem(_joined(wordings), *loc) for loc, wordings in found.items()]


def _joined(wordings: Sequence[Wording]) -> str:
    what = " or ".join(dict.fromkeys(wording.what for wording in wordings))
    details = "; ".join(dict.fromkeys(detail for wording in wordings for detail in wording.details))
    return f"{what} ({details})" if details else what


def _followed(document: Document, error: ErrorDetails) -> tuple[Loc, Value]:
    """The error's loc in the document's own terms, without the union tags pydantic puts in, and the value there."""
    value = document.value
    loc: Loc = ()
    for part in error["loc"]:
        inside = part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))
        if inside:
            value, loc = value[part], (*loc, part)
    if error["type"] == "missing":
        return (*loc, error["loc"][-1]), None
    return loc, loc[-1] if error["loc"][-1:] == ("[key]",) else value
