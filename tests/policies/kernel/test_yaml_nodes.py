"""YAML's traps stay shut: what an unquoted word is, and where everything stands."""

import pytest

from policies.kernel.config import StrictModel, load_text
from policies.kernel.problems import ConfigErrors, Mark
from policies.kernel.yaml_nodes import DecimalNumber, locs, parse, scalar

WORDS = {
    "true": ("true", True),
    "false": ("false", False),
    "null": ("null", None),
    "tilde": ("~", None),
    "integer": ("15", 15),
    "negative": ("-3", -3),
    "zero": ("0", 0),
    "decimal": ("21.10", 21.1),
    "negative decimal": ("-0.5", -0.5),
    "yes is no boolean": ("yes", "yes"),
    "on is no boolean": ("on", "on"),
    "NO is Norway": ("NO", "NO"),
    "True is a word": ("True", "True"),
    "Null is a word": ("Null", "Null"),
    "time of day, not base 60": ("17:30", "17:30"),
    "date stays text": ("2026-05-01", "2026-05-01"),
    "underscore": ("1_000", "1_000"),
    "octal": ("010", "010"),
    "hexadecimal": ("0x1F", "0x1F"),
    "exponent": ("1e3", "1e3"),
    "plus": ("+5", "+5"),
    "no digit before the point": (".5", ".5"),
    "infinity": (".inf", ".inf"),
    "full-width digits": ("１５", "１５"),
    "card number": ("6222021234567890123", "6222021234567890123"),
    "clause": ("4.3.2", "4.3.2"),
}


@pytest.mark.parametrize(("text", "value"), WORDS.values(), ids=WORDS)
def test_an_unquoted_word(text, value):
    found = parse(f"key: {text}\n", "x.yaml").value["key"]

    assert found == value
    assert scalar(text) == value
    assert isinstance(found, type(value))


def test_a_decimal_remembers_how_it_was_written():
    number = parse("21.10", "x.yaml").value

    assert isinstance(number, DecimalNumber)
    assert (number, number.text) == (21.1, "21.10")


@pytest.mark.parametrize("text", ["'true'", '"5"', "|\n  5\n".strip("\n"), "''"], ids=str)
def test_quoted_and_block_texts_stay_text(text):
    assert isinstance(parse(f"key: {text}", "x.yaml").value["key"], str)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "\ufeff"], ids=repr)
def test_a_file_without_content_is_an_empty_mapping(text):
    document = parse(text, "x.yaml")

    assert document.value == {}
    assert document.mark("anything") == Mark(path="x.yaml", line=1)


TEXT = """\
# a comment
desks:
  major:
    group: Major
  minor: {group: Minor}
keywords:
  - late
  - - deep
"""


def test_lines_of_everything():
    document = parse(TEXT, "x.yaml")

    lines = {loc: mark.line for loc, mark in document.marks.items()}
    assert lines == {
        (): 2,
        ("desks",): 2,
        ("desks", "major"): 3,
        ("desks", "major", "group"): 4,
        ("desks", "minor"): 5,
        ("desks", "minor", "group"): 5,
        ("keywords",): 6,
        ("keywords", 0): 7,
        ("keywords", 1): 8,
        ("keywords", 1, 0): 8,
    }
    assert set(lines) == set(locs(document.value))


def test_a_part_keeps_lines_and_names_of_the_whole():
    part = parse(TEXT, "x.yaml").at("desks", "major")

    assert part.value == {"group": "Major"}
    assert str(part.problem("no such group", "group")) == "x.yaml:4: desks.major.group: no such group"
    assert str(part.problem("no deputy", "deputy")) == "x.yaml:3: desks.major.deputy: no deputy"


def test_what_is_no_text_at_all_is_one_problem():
    with pytest.raises(ConfigErrors, match=r"^x.yaml: not readable as YAML: .*control characters"):
        parse("name: \x01", "x.yaml")


KEYS = {
    # row                  key                              in the line
    "very long": ("k" * 5000, f"{'k' * 20}…{'k' * 20}"),
    "of several lines": ('"a\\nb"', r"a\nb: unknown"),
    "for the terminal": ('"a\\e[31mb"', r"a\x1b[31mb: unknown"),
    "turning the text": ('"a\\u202Eb"', r"a\u202eb: unknown"),
    "Chinese": ("时限", "时限: unknown"),
    "tagged": (f"!x {'k' * 5000}", "has an anchor or a tag"),
}


@pytest.mark.parametrize(("key", "said"), KEYS.values(), ids=KEYS)
def test_a_problem_is_one_line_of_bounded_length_whatever_the_key(key, said):
    with pytest.raises(ConfigErrors) as caught:
        load_text(f"? {key}\n: 1\n", "f.yaml", StrictModel)

    assert len(str(caught.value).splitlines()) == 1
    assert len(str(caught.value)) < 300
    assert said in str(caught.value)
