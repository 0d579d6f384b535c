"""A plan carried out, step by step; it may end at any step and be made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import cast

from integrations.zammad import objects
from integrations.zammad.client import Client
from integrations.zammad.errors import AnswerLost
from integrations.zammad.objects import Kind as ListKind
from integrations.zammad.provision.changes import Change, Create, Migrate, Plan, Retire, Update
from integrations.zammad.provision.compare import IdOf, differing, kept, present, resolved
from integrations.zammad.provision.planning import Matched, resolver
from integrations.zammad.provision.record import Applied, Record
from integrations.zammad.provision.wanted import WITHOUT_SWITCH, Key, Term, Wanted
from integrations.zammad.wire import Thing
from integrations.zammad.writes import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change that was made.

    ignored   fields that Zammad did not take, without a word: `macros/take_over: perform`
    """

    change: Change
    ignored: tuple[str, ...] = ()


Migration = Callable[[Client, bool], None]
"""Carries out the field migrations and comes back when Zammad is there; the flag: it will be away."""


def migration(client: Client, away: bool) -> None:
    """As a real Zammad needs it: after a change of options alone it stays."""
    if away:
        objects.migrate(client)
    else:
        objects.migrate(client, quiet=0)


def carry_out(
    plan: Plan,
    there: Matched,
    client: Client,
    record: Record,
    migrate: Migration = migration,
) -> Iterator[Done]:
    """Makes the plan's changes, one for each step of the iteration, and records each as soon as it is made.

    What is ours and as it should be is recorded first, so that later changes in Zammad are seen.
    raises   ZammadError – as far as it came is done and recorded; plan and apply again
    """
    work = _Work(client=client, record=record, there=there, made={})
    work.settle(plan.settled)
    for change in plan.changes:
        if isinstance(change, Migrate):
            migrate(client, change.away)
            yield Done(change=change)
        else:
            yield Done(change=change, ignored=work.make(change))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    client: Client
    record: Record
    there: Matched
    made: dict[Key, int]

    @property
    def id_of(self) -> IdOf:
        return resolver(self.there, self.made)

    def settle(self, wanted: tuple[Wanted, ...]) -> None:
        known = {one.key: one for one in self.record.all()}
        for one in wanted:
            found = self.there.matches.get(one.key)
            if found is None or not found.ours:
                continue
            now = self._applied(one, found.thing.id, found.thing.data)
            if known.get(one.key) != now:
                self.record.put(now)

    def make(self, change: Create | Update | Retire) -> tuple[str, ...]:
        if isinstance(change, Retire):
            self._retire(change)
            return ()
        if isinstance(change, Create):
            thing = self._create(change.wanted)
            self.made[change.key] = thing.id
        else:
            self._intend(change)
            thing = self._update(change)
        self.record.put(self._applied(change.wanted, thing.id, thing.data))
        return tuple(f"{change.key}: {field}" for field, _, _ in differing(change.wanted, thing.data, self.id_of, {}))

    def _create(self, wanted: Wanted) -> Thing:
        fields = self._plain({**wanted.first, **wanted.fields})
        place = self.client.objects(_list_kind(wanted.key))
        try:
            return place.create(fields)
        except AnswerLost:
            found = next((one for one in place.list() if _is(one, wanted)), None)
            if found is None:
                raise
            return found

    def _intend(self, change: Update) -> None:
        """What is recorded before it is written is no drift, should this end between the two."""
        known = next((one for one in self.record.all() if one.key == change.key), None)
        if known is not None and not known.retired:
            intended = {name: kept(name, value) for name, value in self._changed(change).items()}
            self.record.put(replace(known, intended=intended))

    def _changed(self, change: Update) -> dict[str, Value]:
        names = {one.field for one in change.differences}
        return self._plain({name: term for name, term in change.wanted.fields.items() if name in names})

    def _update(self, change: Update) -> Thing:
        plain = self._changed(change)
        if change.key.kind == "object_manager_attributes":
            plain = self._whole_field(change, plain)
        return self.client.objects(_list_kind(change.key)).update(change.id, plain)

    def _whole_field(self, change: Update, plain: dict[str, Value]) -> dict[str, Value]:
        """Zammad takes a field's definition as a whole, and keeps what its options once were inside it."""
        whole = _definition(change.data)
        option = whole["data_option"]
        wanted = plain.get("data_option")
        if isinstance(option, Mapping) and isinstance(wanted, Mapping):
            plain = {**plain, "data_option": _over_what_waits(change.data, {**option, **wanted})}
        return {**whole, **plain}

    def _retire(self, change: Retire) -> None:
        place = self.client.objects(_list_kind(change.key))
        if change.key.kind in WITHOUT_SWITCH:
            place.delete(change.id)
            self.record.forget(change.key)
            return
        if change.key.kind == "object_manager_attributes":
            place.update(change.id, {**_definition(change.data), "active": False})
        else:
            place.update(change.id, {"active": False})
        self.record.put(Applied(key=change.key, id=change.id, retired=True))

    def _plain(self, fields: Mapping[str, Term]) -> dict[str, Value]:
        return {name: cast(Value, resolved(term, self.id_of)) for name, term in fields.items()}

    def _applied(self, wanted: Wanted, id: int, data: Mapping[str, object]) -> Applied:
        """As Zammad has it now; what it does not tell, as it was written."""
        fields = {
            name: kept(name, present(wanted.key.kind, data, name) if name in data else resolved(term, self.id_of))
            for name, term in wanted.fields.items()
        }
        return Applied(key=wanted.key, id=id, fields=fields)


def _definition(data: Mapping[str, object]) -> dict[str, Value]:
    """A field as it is defined now; JSON as it came, and goes back."""
    names = ("name", "object", "display", "data_type", "active", "position", "screens", "data_option")
    return {name: cast(Value, present("object_manager_attributes", data, name)) for name in names}


def _over_what_waits(data: Mapping[str, object], option: dict[str, Value]) -> dict[str, Value]:
    """Zammad drops options that wait for their migration only for others that differ from those in force: one that is
    the same leaves them waiting. What waits is then kept as an option of the past, which makes the difference."""
    waiting = data.get("data_option_new")
    if not isinstance(waiting, Mapping) or not waiting or option != data.get("data_option"):
        return option
    past, gone = option.get("historical_options"), waiting.get("options")
    labels = {name: label for some in (gone, past) if isinstance(some, Mapping) for name, label in some.items()}
    return {**option, "historical_options": cast(Value, labels)}


def _list_kind(key: Key) -> ListKind:
    return key.kind


def _is(thing: Thing, wanted: Wanted) -> bool:
    if wanted.key.kind == "object_manager_attributes":
        return f"{thing.data.get('object')}.{thing.name}" == wanted.key.name
    return thing.name == wanted.name
