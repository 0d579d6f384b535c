"""Layers of settings: what wins, where it came from, and what each field makes of what was written."""

import enum
from collections.abc import Mapping
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, NewType

import pytest
from pydantic import BaseModel, Field, RootModel, SecretStr, ValidationError
from typing_extensions import TypeAliasType

from policies.kernel.config import Layer, StrictModel, load, load_text, read, validated
from policies.kernel.config_fields import place_of
from policies.kernel.problems import ConfigErrors, Problem
from policies.kernel.yaml_nodes import parse


class Desk(StrictModel):
    group: str
    within: timedelta = timedelta(hours=2)
    deputy: str | None = "nobody"


class Settings(StrictModel):
    desks: dict[str, Desk] = Field(default_factory=dict)
    loose: dict[str, str | None] = Field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    most: int | None = 5
    extra: Any = None


def layers(*texts: str) -> list[Layer]:
    return [Layer(path=path, text=text) for path, text in zip(("defaults.yaml", "company.yaml"), texts, strict=False)]


DEFAULTS = """\
desks:
  major: {group: Major, within: PT1H}
  minor: {group: Minor}
loose: {a: x}
keywords: [late, lost]
most: 7
extra: {deep: {a: 1, b: [1, 2]}}
"""

LAID_OVER = {
    # row                                  company's file                            field                value
    "nothing changed": ("", "most", 7),
    "one key of a mapping": ("desks: {major: {group: Chief}}", "desks.major.group", "Chief"),
    "its neighbours stay": ("desks: {major: {group: Chief}}", "desks.major.within", timedelta(hours=1)),
    "other entries stay": ("desks: {major: {group: Chief}}", "desks.minor.group", "Minor"),
    "an entry of its own": ("desks: {third: {group: Third}}", "desks.third.group", "Third"),
    "lists replace": ("keywords: [gone]", "keywords", ("gone",)),
    "null sets a setting to null": ("most: null", "most", None),
    "null in an entry": ("desks: {major: {deputy: null}}", "desks.major.deputy", None),
    "null takes an entry away": ("desks: {minor: null}", "desks", {"major": Desk(group="Major", within="PT1H")}),
    "null is a value where entries may be null": ("loose: {a: null}", "loose", {"a": None}),
    "a value for a mapping": ("extra: 5", "extra", 5),
    "a mapping for a value": ("extra: {deep: {a: {c: 1}}}", "extra", {"deep": {"a": {"c": 1}, "b": [1, 2]}}),
}


def value_of(config: BaseModel, field: str) -> object:
    value: Any = config
    for part in field.split("."):
        value = value[part] if isinstance(value, dict) else getattr(value, part)
    return value


@pytest.mark.parametrize(("company", "field", "value"), LAID_OVER.values(), ids=LAID_OVER)
def test_the_companys_file_is_laid_over_the_defaults(company, field, value):
    assert value_of(load(Settings, layers(DEFAULTS, company)).config, field) == value


SOURCES = {
    # row               field                 where
    "default": ("most", "defaults.yaml:6"),
    "changed": ("desks.major.group", "company.yaml:4"),
    "around the change": ("desks.major", "company.yaml:3"),
    "beside the change": ("desks.major.within", "defaults.yaml:2"),
    "taken away": ("desks.minor", None),
    "inside what was taken away": ("desks.minor.group", None),
    "list": ("keywords", "company.yaml:1"),
    "item of a list that was replaced": ("keywords[0]", "company.yaml:1"),
    "item that is no longer there": ("keywords[1]", None),
    "the model's own": ("desks.major.deputy", None),
    "no such setting": ("colour", None),
}


@pytest.mark.parametrize(("field", "where"), SOURCES.values(), ids=SOURCES)
def test_where_a_value_was_set(field, where):
    company = "keywords: [gone]\ndesks:\n  major:\n    group: Chief\n  minor: null\n"
    loaded = load(Settings, layers(DEFAULTS, company))

    assert (str(loaded.where(field)) if loaded.where(field) else None) == where


def test_errors_point_to_the_layer_that_set_the_value():
    with pytest.raises(ConfigErrors) as caught:
        load(Settings, layers(DEFAULTS.replace("most: 7", "most: many"), "desks: {major: {within: soon}}"))

    assert str(caught.value).splitlines() == [
        "company.yaml:1: desks.major.within: Input should be a valid duration, invalid digit in duration (got 'soon')",
        "defaults.yaml:6: most: must be a whole number (got 'many')",
    ]


def test_syntax_errors_of_all_layers_come_together():
    with pytest.raises(ConfigErrors) as caught:
        load(Settings, layers("most: [", "most:"))

    assert [problem.path for problem in caught.value.problems] == ["defaults.yaml", "company.yaml"]


def test_a_part_of_a_document_is_a_layer():
    part = parse("rows:\n  - most: 9\n", "cases.yaml").at("rows", 0)

    loaded = load(Settings, [Layer(path="defaults.yaml", text=DEFAULTS), part])

    assert loaded.config.most == 9
    assert str(loaded.where("most")) == "cases.yaml:2"


def test_errors_in_a_part_have_the_names_of_the_whole():
    part = parse("rows:\n  - most: many\n", "cases.yaml").at("rows", 0)

    with pytest.raises(ConfigErrors, match=r"^cases.yaml:2: rows\[0\].most: must be a whole number \(got 'many'\)$"):
        validated(Settings, part)


class Colour(enum.Enum):
    RED = "red"
    TEN = 10


Number = NewType("Number", str)
Alias = TypeAliasType("Alias", int | str)


class Words(RootModel[dict[str, str]]):
    pass


class Fields(StrictModel):
    text: str = ""
    number: Number = Number("")
    alias: Alias = 0
    share: float = 0
    exact: Decimal = Decimal(0)
    at: time = time(0)
    on: date = date(2026, 1, 1)
    version: Literal["1.10", "x"] = "x"
    level: Literal[1, 2] = 1
    colour: Colour = Colour.RED
    choice: Literal["a"] | Colour | None = None
    token: SecretStr = SecretStr("")
    words: Words = Words({})
    texts: Mapping[str, str] = Field(default_factory=dict)
    pair: tuple[str, int] = ("", 0)
    flags: frozenset[str] = frozenset()
    years: dict[int, str] = Field(default_factory=dict)
    aliased: Annotated[str, Field(alias="from")] = ""
    free: dict[str, Any] = Field(default_factory=dict)
    pairs: tuple[()] = ()
    plain: dict = Field(default_factory=dict)  # type: ignore[type-arg]


WRITTEN = {
    "number as text": ("text: 8001", "text", "8001"),
    "decimal as text keeps its nought": ("text: 21.10", "text", "21.10"),
    "word as text": ("text: NO", "text", "NO"),
    "new type of text": ("number: 4.10", "number", "4.10"),
    "number or text is a number": ("alias: 5", "alias", 5),
    "whole number as decimal": ("share: 1", "share", 1.0),
    "decimal": ("share: 0.25", "share", 0.25),
    "exact decimal": ("exact: 21.10", "exact", Decimal("21.10")),
    "time": ("at: 17:30", "at", time(17, 30)),
    "date": ("on: 2026-05-01", "on", date(2026, 5, 1)),
    "choice that looks like a number": ("version: 1.10", "version", "1.10"),
    "choice that is a number": ("level: 2", "level", 2),
    "member by number": ("colour: 10", "colour", Colour.TEN),
    "choice of two kinds": ("choice: red", "choice", Colour.RED),
    "secret that looks like a number": ("token: 1234", "token", SecretStr("1234")),
    "root model": ("words: {a: 1.0}", "words", Words({"a": "1.0"})),
    "mapping of texts": ("texts: {a: 1.0}", "texts", {"a": "1.0"}),
    "pair": ("pair: [1, 2]", "pair", ("1", 2)),
    "set": ("flags: [1, on]", "flags", frozenset({"1", "on"})),
    "keys that are numbers": ("years: {2026: 7}", "years", {2026: "7"}),
    "alias": ("from: 5", "aliased", "5"),
    "anything": ("free: {a: 5, b: [1.5]}", "free", {"a": 5, "b": [1.5]}),
    "bare mapping": ("plain: {a: {b: 5}}", "plain", {"a": {"b": 5}}),
}


@pytest.mark.parametrize(("text", "field", "value"), WRITTEN.values(), ids=WRITTEN)
def test_a_field_gets_what_it_wants(text, field, value):
    assert getattr(load_text(text, "x.yaml", Fields).config, field) == value


@pytest.mark.parametrize(
    "loc",
    [("pair", 5), ("pair", "x"), ("flags", "x"), ("text", 0), ("nothing", "at", "all"), ("words", 0), ("pairs", 0)],
    ids=str,
)
def test_nothing_is_known_of_a_spot_that_is_not_there(loc):
    assert place_of(Fields, loc).kinds == ()


def test_settings_do_not_change():
    config = load_text("text: a", "x.yaml", Fields).config

    with pytest.raises(ValidationError, match="frozen"):
        config.text = "b"


def test_read_a_file(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: \xe8\xa6\x81\xe5\xae\xa2\n")

    assert read(path) == Layer(path=str(path), text="name: 要客\n")
    assert read(path, shown="config/x.yaml").path == "config/x.yaml"


UNREADABLE = {
    "missing": (None, "there is no such file"),
    "folder": ("folder", "cannot be read: Is a directory"),
    "other encoding": (b"name: \xbf\xcd", "is not UTF-8 (byte 6)"),
}


@pytest.mark.parametrize(("content", "what"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read(tmp_path, content, what):
    path = tmp_path / "x.yaml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()

    with pytest.raises(ConfigErrors) as caught:
        read(path, shown="x.yaml")

    assert caught.value.problems == (Problem(path="x.yaml", what=what),)
    assert str(caught.value) == f"x.yaml: {what}"
