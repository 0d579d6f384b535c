"""The repository as a whole: the lock, the size of things, the contracts, and what may stand in no file."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGES = ("policies", "integrations", "webhooks", "jobs", "zhidu")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SOURCES = {str(path.relative_to(ROOT)): path for name in PACKAGES for path in sorted((ROOT / name).rglob("*.py"))}

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
LONGER: dict[str, tuple[int, str]] = {
    # file, or file:function: lines, and why it is better in one piece
    "integrations/zammad/sandbox/registers.py:_handlers": (50, "five short handlers over one register"),
    "jobs/process.py": (320, "one use case in the order in which it happens"),
    "webhooks/serve.py:__init__": (42, "one call to the server with all it is told"),
    "policies/kernel/discovery.py:discover": (44, "three origins, each a few lines"),
}

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
PINS = {canonicalize_name(name): version for name, version in _PIN.findall(LOCK)}


def direct_dependencies() -> list[str]:
    groups = PROJECT["dependency-groups"]
    return [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *groups["dev"], *groups["build"]]


@pytest.mark.parametrize("wanted", direct_dependencies())
def test_a_dependency_is_locked_within_its_range(wanted: str) -> None:
    requirement = Requirement(wanted)
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])


def test_every_pin_has_hashes() -> None:
    """A package may be there twice, for Pythons that its newest release has left behind."""
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(_PIN.findall(LOCK)) >= len(PINS) > 50
    twice = [entry for entry in entries if len(re.findall(rf"^{re.escape(entry.split('==')[0])}==", LOCK, re.M)) > 1]
    assert [entry.split("==")[0] for entry in twice if "python_" not in entry.splitlines()[0]] == []
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("word", ["://", "--index", "--extra-index", "--find-links", "file:", " @ "])
def test_the_lock_names_no_address(word: str) -> None:
    assert word not in LOCK


def lengths(path: Path) -> Iterator[tuple[str, int]]:
    """(file or file:function, lines); a function's docstring is a contract and does not count."""
    name, text = str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
    yield name, len(text.splitlines())
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield f"{name}:{node.name}", lines


def limit(name: str) -> int:
    return LONGER[name][0] if name in LONGER else LONGEST_FUNCTION if ":" in name else LONGEST_FILE


def test_sizes() -> None:
    """Files have at most 300 lines, functions at most 40, save those with a reason."""
    found = [(name, lines) for path in SOURCES.values() for name, lines in lengths(path)]
    assert [f"{name}: {lines} lines" for name, lines in found if lines > limit(name)] == []


def test_exceptions_are_needed() -> None:
    """An exception that is well under the usual limit again is taken off the list."""
    found = dict(pair for path in SOURCES.values() for pair in lengths(path))
    usual = {name: LONGEST_FUNCTION if ":" in name else LONGEST_FILE for name in LONGER}
    assert [name for name in LONGER if found.get(name, 0) < 0.9 * usual[name]] == []


def uses(tree: ast.AST, module: str, names: set[str]) -> bool:
    """Whether `module.name` or `from module import name` stands in the code."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in names and getattr(node.value, "id", "") == module)
        or (isinstance(node, ast.ImportFrom) and node.module == module and names & {alias.name for alias in node.names})
        for node in ast.walk(tree)
    )


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        name
        for name, path in SOURCES.items()
        if uses(ast.parse(path.read_text(encoding="utf-8")), "os", {"environ", "getenv", "environb", "getenvb"})
    ]
    assert readers == ["zhidu/settings.py"]


def test_every_adapter_is_under_the_contract() -> None:
    """No adapter can be added that may import another."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    independent = next(contract for contract in contracts if contract["type"] == "independence")
    adapters = sorted(path.parent.name for path in (ROOT / "integrations").glob("*/__init__.py"))
    assert sorted(independent["modules"]) == [f"integrations.{name}" for name in adapters]


def test_every_package_is_checked_and_shipped() -> None:
    tool = PROJECT["tool"]
    shipped = tool["hatch"]["build"]["targets"]["wheel"]["packages"]
    checked = (tool["mypy"]["packages"], tool["importlinter"]["root_packages"], tool["coverage"]["run"]["source"])
    assert all(sorted(listed) == sorted(PACKAGES) for listed in (shipped, *checked))


def written_files() -> dict[str, Path]:
    """The files people write: what git tracks or would, without recordings, licences and the lock."""
    listed = subprocess.run(
        ["/usr/bin/env", "git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines() or [str(path.relative_to(ROOT)) for path in SOURCES.values()]
    wanted = {".py", ".md", ".yaml", ".toml", ".html", ".js", ".css", ""}
    paths = {name: ROOT / name for name in names if not name.startswith(("tests/recordings/", "LICENSE"))}
    return {name: path for name, path in paths.items() if path.suffix in wanted and path.is_file()}


# Put together from parts, so that this file does not hold what it forbids.
FORBIDDEN = {
    "path of one machine": re.compile(
        "/(?:" + "|".join(["home/[a-z]", "Users/[A-Z]", "root/", "work/", "opt/wheels"]) + ")"
    ),
    "registry": re.compile("(?:pypi|python" + r"hosted|registry\.npmjs)\.(?:org|com)|--(?:extra-)?" + "index-url[ =]"),
    "number of an issue": re.compile(r"(?i)\b(?:issue|pull request|merge request|closes|fixes)s?[ /]#?" + r"\d+\b"),
    "note to self": re.compile(r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b"),
}


@pytest.mark.parametrize("pattern", FORBIDDEN.values(), ids=FORBIDDEN)
def test_what_stands_in_no_file(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, path in written_files().items()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []
