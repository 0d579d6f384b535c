"""2.1.1 where messages lean by their plain words."""

import pytest

from policies.kernel.text.leanings import MOST, Leanings, is_run, runs

ROWS = {
    "帮我": (2.0, -1.0),
    "请": (1.0, 0.0),
    "改": (1.0, -0.5),
    "问": (-1.0, 2.0),
    "吗": (-1.0, 1.5),
    "please": (2.0, -1.0),
    "could you": (1.0, 0.5),
    **{char: (0.1, 0.1) for char in "地址电话号码"},
}
LEANINGS = Leanings(("business", "inquiry"), (-0.5, -0.5), ROWS)


def test_a_request_leans_to_business() -> None:
    leaning = LEANINGS.of("请帮我改一下地址电话号码")
    assert leaning is not None
    assert leaning.of("business") > 0 > leaning.of("inquiry")
    assert leaning.of("nothing of the kind") == 0
    assert [run for run, _ in leaning.grounds("business", most=1)] == ["帮我"]
    assert all(weight > 0 for _, weight in leaning.grounds("inquiry"))


def test_what_is_short_leans_nowhere() -> None:
    assert LEANINGS.of("请问您好吗") is None
    assert LEANINGS.of("") is None


def test_only_the_beginning_is_looked_at() -> None:
    assert "尾" not in runs("头" * MOST + "尾")
    assert runs("ab cd") >= {"ab", "cd", "ab cd"}


RUNS = {
    "characters": ("转账", True),
    "three characters": ("转账失", False),
    "a mark": ("账。", False),
    "a figure": ("3天", False),
    "a word": ("please", True),
    "two words": ("could you", True),
    "three words": ("could you please", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("text", "is_one"), RUNS.values(), ids=RUNS)
def test_runs_are_words_that_can_be_read(text: str, is_one: bool) -> None:
    assert is_run(text) is is_one


def test_a_file_that_is_wrong_is_refused() -> None:
    with pytest.raises(ValueError, match="3天"):
        Leanings(("business",), (0.0,), {"3天": (1.0,)})
    with pytest.raises(ValueError, match="2 weights"):
        Leanings(("business", "inquiry"), (0.0, 0.0), {"请": (1.0,)})
    with pytest.raises(ValueError, match="intercepts"):
        Leanings(("business", "inquiry"), (0.0,), {"请": (1.0, 2.0)})
