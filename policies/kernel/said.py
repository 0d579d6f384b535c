"""Whether a module's texts have what its rules say: keys and placeholders of each `say("key", name=…)`."""

import ast
from collections.abc import Iterator

from policies.kernel.problems import Problem, did_you_mean
from policies.kernel.texts import LANGUAGES, Texts, placeholders


def text_problems(source: str, path: str, texts: Texts) -> tuple[Problem, ...]:
    """What `say` is called with that the texts do not have, with its line.

    source   valid Python
    Calls whose key is not written out, and those of another module's texts (`module=…`), are not looked at.
    """
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return tuple(
        Problem(path=path, line=call.lineno, field="say", what=what)
        for call in sorted(calls, key=lambda call: call.lineno)
        for what in _wrong(call, texts)
    )


def _wrong(call: ast.Call, texts: Texts) -> Iterator[str]:
    named = {keyword.arg for keyword in call.keywords}
    if not (isinstance(call.func, ast.Name) and call.func.id == "say" and call.args) or "module" in named:
        return
    key = call.args[0].value if isinstance(call.args[0], ast.Constant) else None
    if not isinstance(key, str):
        return
    if key not in texts.keys:
        yield f"there is no text {key!r}{did_you_mean(key, texts.keys)}"
        return
    wanted = placeholders(texts.by_language[LANGUAGES[0]][key])
    for name in sorted(wanted - named) if None not in named else ():
        yield f"text {key!r} has {{{name}}}, which gets no value"
    for name in sorted(str(name) for name in named - wanted - {None}):
        yield f"text {key!r} has no {{{name}}}"
