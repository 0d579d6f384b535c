"""What a module's source may import: nothing impure, no module it does not depend on, of zhidu only `zhidu.api`.

Read from the source, so that nothing runs before it has been looked at.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from policies.kernel.problems import Problem

PRIVATE = "zhidu_modules"
"""The package under which modules from folders are imported."""

_IMPURE = """
requests zammad_py flask sqlalchemy apscheduler jinja2 sqlite3 socket subprocess logging
aiohttp asyncio builtins concurrent ctypes ftplib glob http httpx importlib io multiprocessing os pathlib pickle psycopg
random runpy secrets select shelve shutil signal smtplib socketserver ssl sys tempfile threading time urllib urllib3
uuid integrations jobs webhooks
"""
IMPURE = frozenset(_IMPURE.split())
"""Packages a module from outside may not import: they read, write, wait, or differ from one run to the next."""

_CALLS = frozenset({"open", "eval", "exec", "compile", "__import__", "input", "print", "breakpoint"})
_CLOCK = frozenset({"now", "utcnow", "today"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Imports:
    """What one module may import.

    package   its own import name
    modules   the names of all modules there are
    depends   those its manifest lists
    trusted   shipped with the program, whose purity its own checks see to; only `depends` is looked at
    """

    package: str
    modules: tuple[str, ...]
    depends: tuple[str, ...]
    trusted: bool


def import_problems(source: str, path: str, inside: str, allowed: Imports) -> tuple[Problem, ...]:
    """What one source file must not do, with its lines.

    inside   the package the file is in, for relative imports
    A file that is no Python is one problem.
    """
    return tuple(Problem(path=path, line=line, what=what) for line, what in _faults(source, inside, allowed))


@lru_cache(maxsize=256)
def _faults(source: str, inside: str, allowed: Imports) -> tuple[tuple[int, str], ...]:
    """Lines, in order, and what is wrong there; kept, for a policy is loaded again and few of its sources change."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        return ((getattr(error, "lineno", None) or 0, f"is not valid Python: {getattr(error, 'msg', error)}"),)
    found = [(getattr(node, "lineno", 0), what) for node in ast.walk(tree) for what in _wrong(node, inside, allowed)]
    return tuple(sorted(found, key=lambda fault: fault[0]))


def _wrong(node: ast.AST, inside: str, allowed: Imports) -> Iterator[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from dict.fromkeys(what for name in _names(node, inside) if (what := _forbidden(name, allowed)))
    elif isinstance(node, ast.Call) and not allowed.trusted:
        called = node.func
        if isinstance(called, ast.Name) and called.id in _CALLS:
            yield f"{called.id}() is not for rules, which only look at facts and decide"
        if isinstance(called, ast.Attribute) and called.attr in _CLOCK:
            yield f".{called.attr}() reads the clock; the only now is facts.now"


def _names(node: ast.Import | ast.ImportFrom, inside: str) -> Iterator[str]:
    """Every dotted name the statement may bring in; `from a import b` is both `a` and `a.b`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    base = node.module or ""
    if node.level:
        around = inside.split(".")[: len(inside.split(".")) - node.level + 1]
        base = ".".join([*around, *([node.module] if node.module else [])])
    yield from (f"{base}.{alias.name}" for alias in node.names)


def _forbidden(name: str, allowed: Imports) -> str:
    """Why `name` may not be imported; "" when it may."""
    top, _, rest = name.partition(".")
    if f"{name}.".startswith(f"{allowed.package}."):
        return ""
    module = rest.partition(".")[0]
    if top in ("policies", PRIVATE) and module in allowed.modules:
        return (
            "" if module in allowed.depends else f"imports module {module}, which its manifest's depends does not list"
        )
    if allowed.trusted:
        return ""
    if top in IMPURE:
        return f"{top} may not be imported: a module only looks at facts and decides"
    if top in ("policies", "zhidu", PRIVATE) and not f"{name}.".startswith("zhidu.api."):
        return f"{name} is the program's own; a module imports zhidu.api"
    return ""
