"""docs/writing-a-module.md is run block by block, in one folder, as a reader would."""

import contextlib
import io
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from policies.kernel.module_imports import PRIVATE
from zhidu import cli

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-module.md"
_BLOCK = re.compile(r"^```(\w+)(?: exit=(\d))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A file to be written, or one command with what it prints and its exit status."""

    path: str
    command: str
    text: str
    status: int


def blocks() -> Iterator[Block]:
    for language, status, code in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "console":
            for run in re.split(r"^\$ ", code, flags=re.MULTILINE)[1:]:
                command, _, output = run.partition("\n")
                yield Block("", command, output, int(status or 0))
        else:
            yield Block(re.match(r"# (\S+/\S+)\n", code)[1], "", code, 0)  # type: ignore[index]


BLOCKS = tuple(blocks())


def run(command: str) -> tuple[int, str]:
    """Exit status and everything printed, in the order in which it was; modules of other runs are forgotten."""
    program, *arguments = shlex.split(command)
    assert program == "zhidu"
    for name in [name for name in sys.modules if name.startswith(f"{PRIVATE}.")]:
        del sys.modules[name]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        status = cli.main(arguments)
    return status, printed.getvalue()


def matches(wanted: str, printed: str) -> bool:
    """Whether `printed` is what the page shows, where `...` stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in wanted.split("..."))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def test_every_block_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    wrong = []
    for block in BLOCKS:
        if block.path:
            file = tmp_path / block.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(block.text, encoding="utf-8")
            continue
        status, printed = run(block.command)
        printed = printed.replace(f"{tmp_path}/", "")
        if status != block.status or not matches(block.text, printed):
            wrong.append(f"$ {block.command}\n{printed}exit status {status}\nthe page has:\n{block.text}{block.status}")
    assert wrong == []


def test_the_page_shows_what_it_should() -> None:
    """Files of two modules, commands that succeed and commands that refuse: an empty page would pass otherwise."""
    assert sum(bool(block.path) for block in BLOCKS) >= 15
    assert {block.status for block in BLOCKS if block.command} == {0, 1, 2}


ELLIPSES = {
    "as it is": ("a\nb\n", "a\nb\n", True),
    "the rest of a line": ("a, ...\n", "a, b, c\n", True),
    "lines in between": ("a\n...\nd\n", "a\nb\nc\nd\n", True),
    "something else": ("a ... d\n", "a b c\n", False),
    "not a pattern": ("a.c\n", "abc\n", False),
}


@pytest.mark.parametrize(("wanted", "printed", "same"), ELLIPSES.values(), ids=ELLIPSES)
def test_ellipses(wanted: str, printed: str, same: bool) -> None:
    assert matches(wanted, printed) is same
