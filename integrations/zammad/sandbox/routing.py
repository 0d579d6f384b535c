"""From method and path to the handler: one table for every sandbox of the process."""

from functools import cache

from integrations.zammad.sandbox import (
    article_routes,
    bonds,
    checklists,
    groups,
    objects,
    people,
    privacy,
    registers,
    search,
    service,
    telephony,
    ticket_routes,
)
from integrations.zammad.sandbox.call import Handler

MODULES = (people, groups, search, ticket_routes, article_routes, bonds, objects, checklists, registers, service,
           privacy, telephony)  # fmt: skip
Rule = tuple[tuple[str, ...], Handler, bool]


@cache
def _table() -> dict[tuple[str, int], list[Rule]]:
    """The rules by method and number of segments; those with fewer placeholders come first."""
    rules: dict[tuple[str, int], list[Rule]] = {}
    own = [(route, False) for module in MODULES for route in module.ROUTES]
    for (method, path, handler), public in own + [(route, True) for route in telephony.PUBLIC]:
        parts = tuple(path.strip("/").split("/"))
        rules.setdefault((method, len(parts)), []).append((parts, handler, public))
    for found in rules.values():
        found.sort(key=lambda rule: sum(part.startswith("<") for part in rule[0]))
    return rules


def find(method: str, path: str) -> tuple[Handler, dict[str, str], bool] | None:
    """The handler for a path below the prefix, the values of its placeholders, whether it needs no credentials."""
    asked = path.strip("/").split("/")
    for parts, handler, public in _table().get((method, len(asked)), ()):
        if all(part == one or part[0] == "<" for part, one in zip(parts, asked, strict=True)):
            keys = {part[1:-1]: one for part, one in zip(parts, asked, strict=True) if part[0] == "<"}
            return handler, keys, public
    return None
