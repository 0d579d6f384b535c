"""Which desks are departments that cases are handed over to: named in people.yaml, or in a module's own table."""

from collections.abc import Mapping

from policies.kernel.facts import Facts


def group_of(facts: Facts, table: Mapping[str, str], department: str | None) -> str | None:
    """The group of a department: by the module's table, by what people.yaml calls a desk's department, by the name of
    such a desk. None where none of them knows it."""
    name = _plain(department)
    if not name:
        return None
    for known, group in table.items():
        if _plain(known) == name:
            return group
    desks = [desk for desk in facts.desks.values() if desk.department is not None]
    for desk in desks:
        if _plain(desk.department) == name:
            return desk.group
    return next((desk.group for desk in desks if _plain(desk.group) == name), None)


def is_department(facts: Facts, table: Mapping[str, str], group: str) -> bool:
    """Whether cases on this group's desk are with a department."""
    desk = facts.desks.get(group)
    return (desk is not None and desk.department is not None) or group in table.values()


def known_departments(facts: Facts, table: Mapping[str, str]) -> tuple[str, ...]:
    """The names by which departments are known, in order and each once."""
    named = [desk.department for desk in facts.desks.values() if desk.department is not None]
    return tuple(sorted({*table, *named}))


def _plain(name: str | None) -> str:
    return (name or "").strip().casefold()
