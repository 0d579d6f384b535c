"""What is written in Markdown holds: links lead somewhere, commands exist, translations keep step."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from policies.kernel.config import load_text
from zhidu import cli
from zhidu.config import Config

ROOT = Path(__file__).parents[2]
FOLDERS = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")]
PAGES = {
    str(path.relative_to(ROOT)): path
    for path in sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in folder.rglob("*.md"))])
}
TRANSLATIONS = {path.name: path for path in sorted(ROOT.glob("README.*.md"))}

_FENCE = re.compile(r"^(```+|~~~+)(.*?)$(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$", re.MULTILINE)


def without_code(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "`code`", _FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """The anchors GitHub and GitLab make of the headings."""
    names: set[str] = set()
    for _, title in _HEADING.findall(_FENCE.sub("", text)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 1
        name = slug
        while name in names:
            name, number = f"{slug}-{number}", number + 1
        names.add(name)
    return names


def broken_links(page: Path) -> Iterator[str]:
    text = page.read_text(encoding="utf-8")
    for target in _LINK.findall(without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        there = page.parent / name if name else page
        known = there.suffix == ".md" and there.exists()
        if not there.exists() or (anchor and known and anchor not in anchors(there.read_text(encoding="utf-8"))):
            yield target


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_links_lead_somewhere(page: Path) -> None:
    assert list(broken_links(page)) == []


def commands(page: Path) -> list[str]:
    """The lines of the page's shell blocks, without what only comments on them."""
    blocks = [
        code for _, language, code in _FENCE.findall(page.read_text(encoding="utf-8")) if language in ("sh", "bash")
    ]
    lines = (shlex.split(line, comments=True) for block in blocks for line in block.splitlines())
    return [shlex.join(words) for words in lines if words]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_make_targets_exist(page: Path) -> None:
    """Every `make X` of a page is a target."""
    text = page.read_text(encoding="utf-8")
    code = [*re.findall(r"`([^`\n]+)`", _FENCE.sub("", text)), *commands(page)]
    named = {target for line in code for target in re.findall(r"(?:^|&& |; )make ([a-z]+)", line)}
    assert named <= make_targets()


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_commands_exist(page: Path) -> None:
    """Every command of zhidu in a shell block is one."""
    named = {words[1] for words in map(str.split, commands(page)) if words[0].endswith("zhidu") and len(words) > 1}
    assert {name for name in named if name[0] != "-"} <= set(cli.COMMANDS)


@pytest.mark.parametrize("page", TRANSLATIONS.values(), ids=TRANSLATIONS)
def test_translations_keep_step(page: Path) -> None:
    """A translated README has the original's sections and the same commands."""
    original = ROOT / "README.md"
    shapes = [
        [len(marks) for marks, _ in _HEADING.findall(_FENCE.sub("", path.read_text(encoding="utf-8")))]
        for path in (original, page)
    ]
    assert shapes[0] == shapes[1]
    assert commands(original) == commands(page)


def test_records_are_listed() -> None:
    """docs/adr/README.md lists every record with its title and status, in order."""
    folder = ROOT / "docs" / "adr"
    expected = []
    for path in sorted(folder.glob("[0-9]*.md")):
        text = path.read_text(encoding="utf-8")
        title, status = (
            re.findall(r"^# (.+)$", text, re.MULTILINE)[0],
            re.findall(r"^Status: (.+)$", text, re.MULTILINE)[0],
        )
        assert title.startswith(path.name[:4])
        expected.append(f"| [{title}]({path.name}) | {status} |")
    listed = [
        line for line in (folder / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| [")
    ]
    assert listed == expected


def test_the_gate_is_a_script() -> None:
    """.ci/run can be run, and bash can read it."""
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert subprocess.run(["/bin/bash", "-n", str(script)], check=False).returncode == 0  # noqa: S603 – ours


def test_help_lists_every_target() -> None:
    """`make` alone shows each target that can be asked for."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.findall(r"^\.PHONY: (.+)$", text, re.MULTILINE)[0].split())
    described = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))
    assert phony == described == make_targets()


def test_shown_configurations_are_valid() -> None:
    """What docs/operations.md shows of zhidu.yaml can be used as it stands."""
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    shown = [code for _, language, code in _FENCE.findall(text) if language == "yaml"]
    assert [load_text(code, "docs/operations.md", Config).config.helpdesk is not None for code in shown] == [True]
