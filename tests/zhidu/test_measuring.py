"""Figures of a reading against labelled examples, worked out by hand."""

import pytest

from zhidu.measuring import as_json, examples, measured, table


def test_figures() -> None:
    rows = [({"a"}, {"a"}), ({"a"}, {"b"}), ({"a", "b"}, {"a", "b"}), (set(), {"b"})]

    a, b = measured(rows)

    assert (a.label, a.right, a.wrong, a.missed) == ("a", 2, 0, 1)
    assert (a.precision, round(a.recall, 3), a.f1) == (1.0, 0.667, 0.8)
    assert (b.right, b.wrong, b.missed, round(b.precision, 3), b.recall, b.f1) == (1, 2, 0, 0.333, 1.0, 0.5)
    assert as_json([a])["a"]["f1"] == 0.8
    assert list(table([a]))[1].split() == ["a", "1.000", "0.667", "0.800", "2", "0", "1"]


def test_nothing_wanted_and_nothing_given_is_no_fault() -> None:
    assert measured([(set(), set())]) == ()
    (only,) = measured([({"a"}, set())])
    assert (only.precision, only.recall, only.f1) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"text": "x"}'])
def test_a_line_that_is_no_example_is_named(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"^line 2: "):
        list(examples([b'{"expect": 1}', line]))


def test_blank_lines_are_none() -> None:
    assert [example["expect"] for example in examples([b"\n", b'{"expect": 1}'])] == [1]
