"""Which of this helpdesk's states and priorities stands for what the policy means."""

from __future__ import annotations

import re
from typing import Final

from integrations.zammad.names import Names, UnknownName
from integrations.zammad.wire import Priority, State

NORMAL: Final = 2

_NUMBERED = re.compile(r"([123])(?!\w)")


def state_of_type(names: Names, state_type: str) -> State:
    """The active state of this type: the one of the same name where there is one, else the first by id.

    raises UnknownName – the helpdesk has none
    """
    fitting = [state for state in names.states() if state.active and names.state_type(state.id) == state_type]
    if not fitting:
        raise UnknownName(f"an active state of type {state_type!r}")
    return min(fitting, key=lambda state: (state.name != state_type, state.id))


def priority_number(name: str) -> int:
    """Zammad's priorities begin with their number, `1 low`, `2 normal`, `3 high`, in whatever language they go on; a
    company's own without one count as normal."""
    found = _NUMBERED.match(name)
    return NORMAL if found is None else int(found[1])


def priority_numbered(names: Names, number: int) -> Priority:
    """The active priority that begins with this number. raises UnknownName – the helpdesk has none"""
    fitting = [one for one in names.priorities() if one.active and _NUMBERED.match(one.name)]
    found = next((one for one in fitting if priority_number(one.name) == number), None)
    if found is None:
        raise UnknownName(f"an active priority whose name begins with {number}")
    return found
