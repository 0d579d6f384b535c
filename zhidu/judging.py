"""One ticket judged without a service: live through the interface, or out of a file; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from integrations.zammad.errors import NotFound
from integrations.zammad.facts import Reader
from integrations.zammad.features import FeatureCache
from integrations.zammad.names import Names
from integrations.zammad.notes import NoteWriter
from integrations.zammad.offline import Offline
from integrations.zammad.past import facts_at
from integrations.zammad.people import Directory
from integrations.zammad.plan import Planner
from integrations.zammad.wire import History, OneRead
from jobs.manner import Manner, in_manner, manner_of
from policies.kernel.config import Loaded
from policies.kernel.evaluate import evaluate
from policies.kernel.facts import Change, Desk, Facts
from policies.kernel.history import kept
from zhidu.explaining import Explained
from zhidu.people_file import People, desks
from zhidu.policy import Policy

_NOBODY = 0
"""Whose user id is none: in a file without a note of ours, nothing is known to be ours."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """Reads a ticket and says what the policy makes of it.

    adopt_from   tickets created before it are only observed until a person touches them; None: nobody can tell, and
                 those are whose own memory says so
    """

    policy: Policy
    reader: Reader
    planner: Planner
    ticket: Callable[[int], OneRead]
    history: Callable[[int], History]
    adopt_from: datetime | None = None

    def explain(self, ticket_id: int, now: datetime, *, tongue: str, at: datetime | None = None) -> Explained:
        """The ticket as it is at `now`, or as it was `at` an earlier instant.

        raises   NotFound – no such ticket · ValueError – it did not exist yet · ZammadError
        """
        read = self.ticket(ticket_id)
        facts = self.reader.facts(read, self._changes(ticket_id), at or now)
        if at is not None:
            facts = facts_at(facts, at)
        facts = replace(facts, history=tuple(map(kept, facts.history)))
        verdict = evaluate(self.policy.units, facts)
        memory = replace(verdict.memory, case_id=facts.memory.case_id)
        plan = self.planner.plan(replace(verdict, memory=memory), facts, read)
        manner = self._manner(facts)
        voice = self.policy.speak(facts, tongue)
        return Explained(
            facts=facts,
            verdict=verdict,
            plan=in_manner(plan, manner, facts.memory),
            policy=self.policy,
            voice=voice,
            observed=manner is Manner.OBSERVING,
        )

    def _manner(self, facts: Facts) -> Manner:
        if self.adopt_from is not None:
            return manner_of(facts, (), self.adopt_from)
        return Manner.OBSERVING if facts.memory.observed else Manner.ALOUD

    def _changes(self, ticket_id: int) -> tuple[Change, ...]:
        try:
            return self.reader.full_changes(self.history(ticket_id))
        except NotFound:
            return ()


def planner_of(policy: Policy, names: Names, url: str) -> Planner:
    """What compares decisions with a helpdesk; `url` is where a browser reaches it."""
    notes = NoteWriter(voice=policy.desk_voice, to_customer=policy.customer_voice, url=url)
    return Planner(names=names, notes=notes)


def offline_judge(policy: Policy, people: Loaded[People], paths: Iterable[Path]) -> tuple[Judge, Offline]:
    """A judge over files of recorded exchanges. Raises UnreadableExport, OSError."""
    source = Offline.load(paths)
    names = Names(lambda: source)
    directory = Directory(source.staff, names, people.config.post_by_login())
    found: Mapping[str, Desk] = MappingProxyType(dict(desks(people, directory.id_of).desks))
    reader = Reader(
        names=names,
        directory=directory,
        desks=lambda: found,
        calendars=policy.calendars,
        features=FeatureCache(policy.extractor),
        me=source.service_user or _NOBODY,
        zone=policy.calendars["default"].zone,
    )
    judge = Judge(
        policy=policy,
        reader=reader,
        planner=planner_of(policy, names, url=""),
        ticket=source.ticket,
        history=source.history,
    )
    return judge, source
