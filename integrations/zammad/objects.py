"""What an administrator sets up in Zammad (triggers, groups, calendars …), all through one small interface."""

import time
from collections.abc import Callable, Mapping
from typing import Literal

from integrations.zammad import wire
from integrations.zammad.calls import Calls
from integrations.zammad.errors import Transient
from integrations.zammad.writes import Value, plain

Kind = Literal[
    "applications",
    "calendars",
    "checklist_templates",
    "core_workflows",
    "data_privacy_tasks",
    "email_addresses",
    "groups",
    "jobs",
    "macros",
    "object_manager_attributes",
    "organizations",
    "overviews",
    "roles",
    "settings",
    "signatures",
    "slas",
    "templates",
    "text_modules",
    "ticket_priorities",
    "ticket_states",
    "triggers",
    "users",
    "webhooks",
]


class Objects:
    """The objects of one kind. Every method raises ZammadError."""

    def __init__(self, client: Calls, kind: Kind) -> None:
        self._client = client
        self._kind: Kind = kind

    def list(self) -> list[wire.Thing]:
        """All of them, to the end, each once."""
        return self._client.listed(wire.THING, self._kind)

    def named(self, name: str) -> wire.Thing | None:
        """The first of that exact name; objects without a note of ours are known by their name."""
        return next((thing for thing in self.list() if thing.name == name), None)

    def read(self, id: int) -> wire.Thing:
        """raises NotFound"""
        return self._client.get(wire.THING.one, f"{self._kind}/{id}")

    def create(self, fields: Mapping[str, Value]) -> wire.Thing:
        """raises Refused – a name that is taken, a missing or malformed field."""
        return self._client.send(wire.THING.one, "POST", self._kind, _plain(fields))

    def update(self, id: int, fields: Mapping[str, Value]) -> wire.Thing:
        """Changes the fields given, leaves the others. Fields that are maps or lists are replaced as a whole."""
        return self._client.send(wire.THING.one, "PUT", f"{self._kind}/{id}", _plain(fields))

    def delete(self, id: int) -> None:
        """raises Refused – something refers to it (a group with tickets: make it inactive); NotFound – roles too, for
        they cannot be deleted at all."""
        self._client.call("DELETE", f"{self._kind}/{id}")


def migrate(
    client: Calls,
    *,
    within: float = 120.0,
    quiet: float = 8.0,
    every: float = 0.5,
    sleep: Callable[[float], None] = time.sleep,
    monotonic: Callable[[], float] = time.monotonic,
) -> None:
    """Makes created, changed and deleted fields real, and comes back when the interface is there (again).

    Zammad ends its own processes 3 s after the answer when a column was added or dropped, and is gone for about ten
    seconds; after a mere change of options it stays.

    within  seconds to wait for it to come back. raises Transient when they are over.
    quiet   seconds without an outage after which none is expected any more.
    """
    client.call("POST", "object_manager_attributes_execute_migrations", json={})
    begun = monotonic()
    outage: Transient | None = None
    while True:
        gone = monotonic() - begun
        try:
            client.get(wire.version, "version")
        except Transient as not_there:
            outage = not_there
        else:
            if outage is not None or gone >= quiet:
                return
        if gone >= within and outage is not None:
            break
        sleep(every)
    raise outage


def _plain(fields: Mapping[str, Value]) -> dict[str, object]:
    return {name: plain(value) for name, value in fields.items()}
