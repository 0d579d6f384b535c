"""The last look at a ticket: what is known of it without asking, and which deliveries say nothing new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from integrations.store.records import Delivery, Look
from integrations.zammad.plan import FieldChange, plain
from integrations.zammad.wire import Ticket
from policies.kernel.facts import Change
from policies.kernel.history import kept_word
from policies.kernel.moments import SAME_MOMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a look keeps for the next one.

    changes   the ticket's history as far as rules may know it, oldest first
    refused   field → value that the helpdesk took and did not keep
    echoes    how many deliveries of our own last write have not come yet: one more that looks like them may hide what
              a person wrote just before it. None: the history has been read since, there is nothing to hide
    """

    changes: tuple[Change, ...] = ()
    refused: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    echoes: int | None = None

    def dump(self) -> str:
        """As JSON text."""
        rows = [[change.at.isoformat(), change.by, change.field, change.old, change.new] for change in self.changes]
        kept = {"changes": rows, "refused": dict(self.refused), "echoes": self.echoes}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, look: Look | None) -> Known | None:
        """What a look kept; None without one, and for one that another program wrote."""
        if look is None:
            return None
        try:
            return cls.load(look.history)
        except (ValueError, KeyError, TypeError):
            return None

    @classmethod
    def load(cls, text: str) -> Known:
        """Reads what `dump` wrote. Raises ValueError for anything else: the look is then worth nothing."""
        kept = json.loads(text)
        changes = tuple(
            Change(at=datetime.fromisoformat(at), by=by, field=name, old=old, new=new)
            for at, by, name, old, new in kept["changes"]
        )
        return cls(changes=changes, refused=MappingProxyType(kept["refused"]), echoes=kept.get("echoes"))

    def dated(self, history: Iterable[Change], me: int) -> tuple[Change, ...]:
        """`history` as the helpdesk tells it, but our own changes at the times at which they are known already.

        The answer of a write dates it a little later than the history does; what was begun with one of the two, the
        run of a clock or a message that waits, must not begin anew with the other.
        """
        known = [change for change in self.changes if change.by == me]
        found = []
        for change in history:
            mine = next((k for k in known if change.by == me and is_the_same(k, change)), None)
            if mine is not None:
                known.remove(mine)
            found.append(change if mine is None else replace(change, at=mine.at))
        return tuple(found)

    def after(self, written: Iterable[FieldChange], ignored: Iterable[FieldChange], at: datetime, me: int) -> Known:
        """With our own write added, so that the history need not be read for it."""
        lost = {change.field: plain(change.field, change.desired) for change in ignored}
        made = [change for change in written if change.field not in lost]
        ours = tuple(
            Change(
                at=at,
                by=me,
                field=change.field,
                old=word(change.field, change.actual),
                new=word(change.field, change.desired),
            )
            for change in made
        )
        kept = {name: value for name, value in self.refused.items() if name not in {change.field for change in made}}
        return replace(self, changes=self.changes + ours, refused=MappingProxyType({**kept, **lost}))


def word(name: str, value: object) -> str:
    """A value of a field in the words of the history: people by id, times in whole seconds, nothing as empty text."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(" ", "seconds").replace("+00:00", " UTC")
    if isinstance(value, frozenset):
        return kept_word(name, json.dumps(sorted(value), ensure_ascii=False))
    return kept_word(name, str(value))


def is_the_same(known: Change, told: Change) -> bool:
    """Whether our own change as the answer showed it is the one that the history tells of."""
    return known.field == told.field and timedelta() <= known.at - told.at <= SAME_MOMENT


def says_nothing_new(delivery: Delivery, look: Look | None, me: int) -> bool:
    """Whether `delivery` tells of nothing that the last look did not show.

    True for the echo of our own write, when its answer showed no foreign change: same second, our user, as many
    articles. True as well for a ticket that was no younger at the time of sending than when we last read it; what is
    dated between that and our write is somebody else's. Everything else, and every delivery without these three
    values, costs a read.
    """
    if look is None or not look.clean or delivery.updated_at is None:
        return False
    seen, read = look.updated_at.replace(microsecond=0), look.history_until.replace(microsecond=0)
    return delivery.updated_at <= read < seen or delivery.updated_at < read or is_echo(delivery, look, me)


def is_echo(delivery: Delivery, look: Look, me: int) -> bool:
    """Whether it looks like the delivery of our own last write."""
    if delivery.updated_at != look.updated_at.replace(microsecond=0):
        return False
    return delivery.updated_by_id == look.by_user_id == me and delivery.article_count == look.article_count


def came_between(delivery: Delivery, look: Look | None) -> bool:
    """Whether somebody changed the ticket after we had read it and before we wrote."""
    if look is None or delivery.updated_at is None:
        return False
    return look.history_until.replace(microsecond=0) < delivery.updated_at < look.updated_at.replace(microsecond=0)


def is_as_last_seen(ticket: Ticket, look: Look | None) -> bool:
    """Whether nobody has changed the ticket since the last look, so that the kept history is whole."""
    if look is None or not look.clean:
        return False
    return (look.updated_at, look.by_user_id) == (ticket.updated_at, ticket.updated_by_id)
