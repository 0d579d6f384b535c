"""Whether a module's texts have what its rules say: keys and placeholders of each `say("key", name=…)`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from policies.kernel.problems import Problem, did_you_mean
from policies.kernel.texts import LANGUAGES, Texts, placeholders


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One call of `say` whose key is written out; `named` has None among it where values come by `**`."""

    line: int
    key: str
    named: frozenset[str | None]


def text_problems(source: str, path: str, texts: Texts) -> tuple[Problem, ...]:
    """What `say` is called with that the texts do not have, with its line.

    source   valid Python
    Calls whose key is not written out, and those of another module's texts (`module=…`), are not looked at.
    """
    return tuple(
        Problem(path=path, line=said.line, field="say", what=what)
        for said in _calls(source)
        for what in _wrong(said, texts)
    )


@lru_cache(maxsize=256)
def _calls(source: str) -> tuple[_Said, ...]:
    """Kept, for a policy is loaded again and again while few of its sources change."""
    found = (_said(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return tuple(sorted((said for said in found if said), key=lambda said: said.line))


def _said(call: ast.Call) -> _Said | None:
    named = frozenset(keyword.arg for keyword in call.keywords)
    if not (isinstance(call.func, ast.Name) and call.func.id == "say" and call.args) or "module" in named:
        return None
    key = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    return _Said(line=call.lineno, key=key, named=named) if isinstance(key, str) else None


def _wrong(said: _Said, texts: Texts) -> Iterator[str]:
    key, named = said.key, said.named
    if key not in texts.keys:
        yield f"there is no text {key!r}{did_you_mean(key, texts.keys)}"
        return
    wanted = placeholders(texts.by_language[LANGUAGES[0]][key])
    for name in sorted(wanted - named) if None not in named else ():
        yield f"text {key!r} has {{{name}}}, which gets no value"
    for name in sorted(str(name) for name in named - wanted - {None}):
        yield f"text {key!r} has no {{{name}}}"
