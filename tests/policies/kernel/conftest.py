"""Policy modules written into a folder, for tests that find, order and load them."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from policies.kernel.clauses import Clause, ClauseTable
from policies.kernel.discovery import discover
from policies.kernel.modules import ModuleSet, load_modules
from policies.kernel.problems import Problem

RULES = '''
from collections.abc import Iterator

from zhidu.api import Action, Facts, Say, Tag, rule, say

from .config import Config


@rule("4.3.3")
def mark(facts: Facts, config: Config) -> Iterator[tuple[Action, Say]]:
    """A ticket gets the tag."""
    yield Tag(name=config.tag), say("marked", tag=config.tag)


RULES = (mark,)
'''
CONFIG = '''
from zhidu.api import StrictModel


class Config(StrictModel):
    tag: str
    """4.3.3: the tag of such tickets."""
    most: int = 3
    """4.3.2: how many of them."""
'''
FILES = {
    "config.py": CONFIG,
    "rules.py": RULES,
    "defaults.yaml": "tag: marked\n",
    "i18n/zh-CN.yaml": "marked: 标记 {tag}\n",
    "i18n/zh-TW.yaml": "marked: 標記 {tag}\n",
    "i18n/en.yaml": "marked: Marked {tag}\n",
}

WriteModule = Callable[..., Path]


@pytest.fixture
def clauses() -> ClauseTable:
    """A small clause table."""
    numbers = ("1.3.1", "4.3.2", "4.3.3", "4.10.1")
    return ClauseTable.of(
        tuple(Clause(id=number, zh="…", en=f"Clause {number}", kind="process", enforce="…") for number in numbers)
    )


@pytest.fixture
def write_module(tmp_path: Path) -> WriteModule:
    """Writes a module that loads, under `tmp_path/modules`, with what the test wants different.

    depends, clauses   of its manifest
    files              path in the module → text; None takes one of the usual files away
    """

    def write(
        name: str,
        *,
        depends: tuple[str, ...] = (),
        clauses: tuple[str, ...] = ("4.3.3",),
        files: dict[str, str | None] | None = None,
    ) -> Path:
        manifest = (
            f"name: {name}\nversion: 1.0\nsummary: A trial\n"
            f"depends: [{', '.join(depends)}]\nclauses: [{', '.join(repr(clause) for clause in clauses)}]\n"
        )
        folder = tmp_path / "modules" / name
        for path, text in {"manifest.yaml": manifest, **FILES, **(files or {})}.items():
            if text is not None:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def load_written(tmp_path: Path, clauses: ClauseTable) -> Callable[..., ModuleSet]:
    """Loads what is in `tmp_path/modules`, with the company's files in `tmp_path/config` and `tmp_path/texts`."""

    def loaded(**how: Any) -> ModuleSet:
        discovery = discover(built_in=tmp_path / "none", paths=[tmp_path / "modules"])
        return load_modules(discovery, clauses, overrides=tmp_path / "config", texts=tmp_path / "texts", **how)

    return loaded


@pytest.fixture
def said(tmp_path: Path) -> Callable[[Iterable[Problem]], list[str]]:
    return lambda problems: [str(problem).replace(f"{tmp_path}/", "") for problem in problems]
