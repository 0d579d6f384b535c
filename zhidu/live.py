"""Tickets of the helpdesk itself, judged as the service judges them, with what its store knows; nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from integrations.store.store import Store
from integrations.zammad.writes import Where
from policies.kernel.config import Loaded
from zhidu.compose import Helpdesk, Outside, helpdesk_of, reader_of, relations_of
from zhidu.judging import Judge, planner_of
from zhidu.learning import load as learnt_of
from zhidu.older import service_began
from zhidu.people_file import People
from zhidu.policy import Policy
from zhidu.settings import Settings

_DIGITS: Final = re.compile("[0-9]{1,18}")
_BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A judge over the helpdesk itself."""

    judge: Judge
    helpdesk: Helpdesk

    def ticket_id(self, text: str) -> int:
        """The id for an id, or for a number after `#`. Raises ValueError for anything else, or a number nobody has."""
        if _DIGITS.fullmatch(text):
            return int(text)
        if text.startswith("#") and _DIGITS.fullmatch(text[1:]):
            number = Where(field="ticket.number", operator="is", value=text[1:])
            found = next(iter(self.helpdesk.pool.client().search(number, created_since=_BEGINNING)), None)
            if found is not None:
                return found.id
        raise ValueError(f"no ticket {text}: an id such as 42, or a number such as '#21042'")


@contextmanager
def live_judge(
    settings: Settings, policy: Policy, people: Loaded[People], outside: Outside, store: Store | None
) -> Iterator[Live]:
    """Judge tickets of the configured helpdesk.

    store    knows the customer's other cases, what was learnt, and since when tickets are taken in: a service that
             never ran would take in what comes from now on. None: there is none yet, or it cannot be asked
    raises   ConfigErrors, StoreError, ZammadError
    """
    settings.helpdesk  # noqa: B018 - refuses, with file and line, where none is named
    began = settings.config.adopt_from if store is None else service_began(settings.config, store)
    helpdesk = helpdesk_of(settings.config, settings.token(), people, outside)
    try:
        client = helpdesk.pool.client()
        relations = None if store is None else relations_of(policy, store)
        learnt = None if store is None else learnt_of(store.learnt.enabled())
        judge = Judge(
            policy=policy,
            reader=reader_of(policy, helpdesk, people, outside.now, relations, learnt),
            planner=planner_of(policy, helpdesk.names, helpdesk.url),
            ticket=client.ticket,
            history=client.history,
            adopt_from=began or outside.now(),
        )
        yield Live(judge=judge, helpdesk=helpdesk)
    finally:
        helpdesk.pool.close()
