"""The difference between what the policy wants of a ticket and what the helpdesk shows: all that is ever written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from integrations.zammad import picking
from integrations.zammad.checklists import differs
from integrations.zammad.choices import priority_numbered, state_of_type
from integrations.zammad.fields import UNSET, as_instant, to_wire
from integrations.zammad.memory import write_memory
from integrations.zammad.names import Names, UnknownName
from integrations.zammad.notes import Noted, NoteWriter
from integrations.zammad.notices import Notice, notices_of
from integrations.zammad.replies import sent_and_drafted
from integrations.zammad.wire import PREFIX, OneRead
from integrations.zammad.writes import ArticleWrite, TicketWrite, Value
from policies.kernel.decisions import (
    Assign,
    Checklist,
    Decision,
    Find,
    Link,
    Mask,
    Prioritise,
    Route,
    RunClock,
    Say,
    SetField,
    SetState,
    Tag,
    Tell,
    Untag,
)
from policies.kernel.digest import digest
from policies.kernel.evaluate import Verdict
from policies.kernel.facts import NOBODY, Facts, Memory
from policies.kernel.history import kept_word
from policies.kernel.vocabulary import FIELDS

LONGEST_FIELD = 250
"""Characters a text field of ours holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs. `writes` are Zammad's names and values for it (a pending state writes two)."""

    field: str
    actual: object
    desired: object
    writes: tuple[tuple[str, Value], ...]
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to write for one ticket, and why.

    note       the one internal note of this evaluation
    memory     the new `preferences.zhidu`; None when it is as it should be
    replies    to the customer, sent
    tells      messages to persons outside the helpdesk
    notices    texts to the customer outside the helpdesk
    tagging    the decisions behind the tags that are added and removed
    linking    the decisions behind the tickets that are linked
    listing    the decisions behind the lines of the checklist that come and go
    hiding     the decisions behind the articles that become internal
    twinning   the decisions for which the ticket is made anew
    lacking    fields of ours that this helpdesk does not have: wanted, but not written
    impossible decisions that this helpdesk has no group, state or access for, each with why
    refused    changes Zammad ignored before and that are not tried again until the facts change
    """

    ticket_id: int
    changes: tuple[FieldChange, ...] = ()
    note: Noted | None = None
    memory: Memory | None = None
    replies: tuple[tuple[Decision, ArticleWrite], ...] = ()
    tells: tuple[Decision, ...] = ()
    notices: tuple[Notice, ...] = ()
    findings: tuple[Decision, ...] = ()
    rungs: tuple[Decision, ...] = ()
    tagging: tuple[Decision, ...] = ()
    linking: tuple[Decision, ...] = ()
    listing: tuple[Decision, ...] = ()
    hiding: tuple[Decision, ...] = ()
    twinning: tuple[Decision, ...] = ()
    lacking: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    impossible: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing to write into the helpdesk."""
        written = (self.changes, self.note, self.memory, self.tagging, self.linking, self.listing, self.replies)
        return not any((*written, self.hiding))

    @property
    def add_tags(self) -> tuple[str, ...]:
        return tuple(decision.action.name for decision in self.tagging if isinstance(decision.action, Tag))

    @property
    def remove_tags(self) -> tuple[str, ...]:
        return tuple(decision.action.name for decision in self.tagging if isinstance(decision.action, Untag))

    @property
    def add_links(self) -> tuple[int, ...]:
        return tuple(decision.action.ticket for decision in self.linking if isinstance(decision.action, Link))

    @property
    def lists(self) -> tuple[Checklist, ...]:
        return tuple(decision.action for decision in self.listing if isinstance(decision.action, Checklist))

    @property
    def hidden(self) -> tuple[int, ...]:
        """The articles that become internal, by the ids that rules know."""
        return tuple(dict.fromkeys(d.action.article for d in self.hiding if isinstance(d.action, Mask)))

    @property
    def write(self) -> TicketWrite | None:
        """The one PUT; None when no field, note or memory differs."""
        if not (self.changes or self.note or self.memory):
            return None
        return TicketWrite(
            fields=MappingProxyType({name: value for change in self.changes for name, value in change.writes}),
            article=None if self.note is None else self.note.article,
            preferences=None if self.memory is None else {"zhidu": write_memory(self.memory)},
        )

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions that have an effect now, for the log."""
        noted = self.note.decisions if self.note is not None else ()
        parts = (change.decision for change in self.changes)
        sent = (decision for decision, _ in self.replies)
        away = (notice.decision for notice in self.notices)
        told = (*noted, *sent, *away, *self.tells, *self.findings, *self.rungs)
        return (*parts, *told, *self.tagging, *self.linking, *self.listing, *self.hiding, *self.twinning)


class NoAccess(Exception):
    """The person may not own tickets of the group. Zammad would answer 200 and leave the ticket with nobody."""


def _check_access(facts: Facts, owner: int | None) -> None:
    """raises NoAccess"""
    person = facts.person(owner)
    if person is not None and facts.ticket.group not in person.groups:
        raise NoAccess(f"{person.name or person.id} has no access to the group {facts.ticket.group!r}")


@dataclass(slots=True, kw_only=True)
class _SortedOut:
    """The fields that decisions want changed, and those that stay as they are, as `Plan` tells them."""

    changes: dict[str, FieldChange] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)


NO_CHANGES: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Compares decisions with one read of the ticket."""

    names: Names
    notes: NoteWriter

    def plan(self, verdict: Verdict, given: Facts, read: OneRead, refused: Mapping[str, object] = NO_CHANGES) -> Plan:
        """The plan for one ticket.

        given     the facts as read, before any decision
        refused   field → value that Zammad ignored when it was last tried
        raises    ZammadError – the names of groups, states or priorities have to be read and cannot be
        """
        sorted_out = self._changes(verdict, given, read, refused)
        known = {article.key for article in read.articles if article.key is not None}
        memory = verdict.memory if verdict.memory != given.memory else None
        linked = {link.object_id for link in read.links if link.object == "Ticket"} | {read.ticket.id}
        sent, drafts = sent_and_drafted(verdict, read, known, self.names, self.notes)
        return Plan(
            ticket_id=read.ticket.id,
            changes=tuple(sorted_out.changes.values()),
            note=self.notes.note(verdict, given, drafts, known),
            memory=memory if _worth_remembering(memory, given) else None,
            tagging=tuple(picking.tagging(verdict.decisions, frozenset(read.tags))),
            linking=picking.of(verdict.decisions, Link, lambda action: action.ticket not in linked),
            listing=picking.of(verdict.decisions, Checklist, lambda action: differs(action, read)),
            hiding=picking.hiding(verdict.decisions, read),
            twinning=picking.of(verdict.decisions, Mask, lambda action: action.way == "twin"),
            replies=tuple(sent),
            notices=notices_of(verdict, read, self.notes),
            tells=picking.of(verdict.decisions, Tell, lambda action: action.how == "mail"),
            findings=picking.of(verdict.decisions, Find),
            rungs=picking.of(verdict.decisions, RunClock, lambda action: bool(action.reached)),
            lacking=tuple(dict.fromkeys(sorted_out.lacking)),
            refused=tuple(dict.fromkeys(sorted_out.refused)),
            impossible=tuple(dict.fromkeys(sorted_out.impossible)),
        )

    def _changes(self, verdict: Verdict, given: Facts, read: OneRead, refused: Mapping[str, object]) -> _SortedOut:
        found = _SortedOut()
        there, spoken = read.ticket.fields, verdict.facts
        for decision in verdict.decisions:
            try:
                change = self._change(decision, given, spoken)
            except (UnknownName, NoAccess) as error:
                found.impossible.append(f"{decision.rule} ({', '.join(decision.clauses)}): {error}")
                continue
            if change is None or change.field in found.changes:
                continue
            if isinstance(decision.action, SetField) and f"{PREFIX}{change.field}" not in there:
                found.lacking.append(change.field)
            elif change.field in refused and refused[change.field] == plain(change.field, change.desired):
                found.refused.append(change.field)
            else:
                found.changes[change.field] = change
        return found

    def _change(self, decision: Decision, given: Facts, spoken: Facts) -> FieldChange | None:
        """The change a decision asks for; None when the ticket is so already, or the action is no field."""
        ticket, writes = given.ticket, []
        match decision.action:
            case SetField(field=name, value=value):
                actual = getattr(ticket, name) if name in FIELDS else ticket.custom.get(name)
                desired: Any = self.notes.field_text(value, decision, spoken) if isinstance(value, Say) else value
                desired = desired[:LONGEST_FIELD].strip() if isinstance(desired, str) else desired
                writes = [(f"{PREFIX}{name}", to_wire(name, desired, self.notes.voice(spoken).person))]
            case Route(group=group):
                name, actual, desired = "group", ticket.group, group
                if actual != desired:
                    writes = [("group_id", self.names.group_named(group).id)]
            case Assign(owner=owner):
                name, actual, desired = "owner", ticket.owner, owner
                if actual != desired:
                    _check_access(spoken, owner)
                writes = [("owner_id", NOBODY if owner is None else owner)]
            case Prioritise(priority=priority):
                name, actual, desired = "priority", ticket.priority, priority
                if actual != desired:
                    writes = [("priority_id", priority_numbered(self.names, priority).id)]
            case SetState(state=state, until=until):
                name, actual, desired = "state", ticket.state_type, state
                if actual != desired:
                    writes = [("state_id", state_of_type(self.names, state).id)]
                elif until is not None:
                    name, actual, desired = "pending_time", ticket.pending_until, until
                writes += [("pending_time", until)] if until is not None else []
            case _:
                return None
        if same(actual, desired):
            return None
        return FieldChange(field=name, actual=actual, desired=desired, writes=tuple(writes), decision=decision)


def plain(field: str, value: object) -> object:
    """A value of a field as it is kept, to compare with what was kept: of words, what tells them from others."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, str) and kept_word(field, value) != value:
        return digest(value)
    return sorted(value) if isinstance(value, frozenset) else value


def same(actual: object, desired: object) -> bool:
    """Zammad keeps some times to the second only; nothing has several spellings."""
    if isinstance(desired, datetime):
        at = actual if isinstance(actual, datetime) else as_instant(actual)
        return at is not None and abs(at - desired) < timedelta(seconds=1)
    return _empty(actual) if _empty(desired) else actual == desired


def _empty(value: object) -> bool:
    return value is None or value in UNSET or value == frozenset()


def _worth_remembering(memory: Memory | None, given: Facts) -> bool:
    """A ticket of which nothing need be remembered is left alone."""
    return memory is not None and (given.memory.case_id is not None or replace(memory, case_id=None) != given.memory)
