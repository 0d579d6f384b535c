"""Which of this helpdesk's states and priorities stands for what the policy means."""

from __future__ import annotations

from integrations.zammad.names import Names, UnknownName
from integrations.zammad.wire import Priority, State

_PRIORITIES = {1: "1 low", 2: "2 normal", 3: "3 high"}


def state_of_type(names: Names, state_type: str) -> State:
    """The active state of this type: the one of the same name where there is one, else the first by id.

    raises UnknownName – the helpdesk has none
    """
    fitting = [state for state in names.states() if state.active and names.state_type(state.id) == state_type]
    if not fitting:
        raise UnknownName(f"an active state of type {state_type!r}")
    return min(fitting, key=lambda state: (state.name != state_type, state.id))


def priority_numbered(names: Names, number: int) -> Priority:
    """Zammad's own priorities: 1 low, 2 normal, 3 high. raises UnknownName – the helpdesk has renamed them"""
    return names.priority_named(_PRIORITIES[number])
