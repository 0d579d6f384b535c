"""Whatever is in a file: it is read as it was meant, or refused with its lines – never anything else."""

import json
from collections.abc import Callable

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from policies.kernel.config import Layer, StrictModel, load, merge
from policies.kernel.config_fields import Place
from policies.kernel.problems import ConfigErrors
from policies.kernel.yaml_nodes import Document, locs, parse

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\u2028\u2029\ufeff"))
LEAVES = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | WORDS
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS.filter(bool), inner, max_size=4)
)
MAPPINGS = st.dictionaries(WORDS.filter(bool), VALUES, max_size=4)


TRIES = settings(max_examples=25, deadline=None, derandomize=True)


def as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def outcome(step: Callable[[], object]) -> object:
    """What it returns, or the problems it raises."""
    try:
        return step()
    except ConfigErrors as errors:
        return errors.problems


class Anything(StrictModel):
    name: str = ""
    desks: dict[str, list[int]] = Field(default_factory=dict)


@TRIES
@given(MAPPINGS)
def test_json_is_read_as_it_stands(value):
    document = parse(as_json(value), "x.yaml")

    assert document.value == value
    assert set(document.marks) == set(locs(value))


@TRIES
@given(MAPPINGS)
def test_yaml_written_by_others_is_read_as_it_was_meant(value):
    text = yaml.safe_dump(value, allow_unicode=True, width=10_000)

    assert parse(text, "x.yaml").value == value


@TRIES
@given(st.text(max_size=60) | st.text("-:?[]{}&*!|>'\"%@`,#ab1. \n\t", max_size=60))
def test_any_text_is_read_or_refused_with_its_lines(text):
    found = outcome(lambda: parse(text, "x.yaml"))

    if isinstance(found, Document):
        assert set(found.marks) == set(locs(found.value))
    else:
        assert isinstance(found, tuple)
        assert found
        assert all(problem.line <= text.count("\n") + text.count("\r") + 2 for problem in found)


@TRIES
@given(MAPPINGS)
def test_any_mapping_is_a_configuration_or_refused(value):
    found = outcome(lambda: load(Anything, [Layer(path="x.yaml", text=as_json(value))]).config)

    if isinstance(found, Anything):
        assert set(value) <= set(found.model_dump())
    else:
        assert isinstance(found, tuple)
        assert {problem.line for problem in found} == {1}


@TRIES
@given(MAPPINGS, MAPPINGS)
def test_what_is_laid_over_is_there_and_knows_its_file(low, high):
    layers = [parse(as_json(value), path) for value, path in ((low, "low"), (high, "high"))]

    merged = merge(layers, Place(kinds=()))

    assert set(merged.marks) == set(locs(merged.value))
    assert all(merged.mark(key).path == "high" for key in high)
    assert {key: merged.value[key] for key in low if key not in high} == {
        key: value for key, value in low.items() if key not in high
    }
    assert merge([*layers, layers[1]], Place(kinds=())).value == merged.value
