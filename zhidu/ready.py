"""The texts that agents insert and do not write: replies the policy has ready, text modules, what the company names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from policies.kernel.config import read
from policies.kernel.modules import Module
from policies.kernel.problems import ConfigErrors
from policies.kernel.text import plain_text
from policies.kernel.yaml_nodes import parse

_REPLY: Final = "reply."
_FILE: Final = "provision.yaml"


def ready_texts(modules: Iterable[Module]) -> tuple[str, ...]:
    """All of them in every language, plain, each once, in an order of their own."""
    return tuple(sorted({text for module in modules for text in _of(module)}))


def _of(module: Module) -> Iterator[str]:
    yield from getattr(module.config, "ready_texts", ())
    for texts in module.texts.by_language.values():
        yield from (text for key, text in texts.items() if key.startswith(_REPLY))
    for content in _text_modules(module):
        yield from (plain_text(text, "text/html") for text in content.values() if isinstance(text, str))


def _text_modules(module: Module) -> Iterator[dict[str, Any]]:
    """The contents of its text modules by language; a file that cannot be read is told of where it is provisioned."""
    path = module.folder / _FILE
    if not path.is_file():
        return
    try:
        value = parse(read(path).text, str(path)).value
    except ConfigErrors:
        return
    listed = value.get("text_modules") if isinstance(value, dict) else None
    for entry in listed if isinstance(listed, list) else ():
        content = entry.get("content") if isinstance(entry, dict) else None
        if isinstance(content, dict):
            yield content
