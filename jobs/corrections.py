"""What a person wrote between our read and our write, and our write undid unseen: it is put back.

The helpdesk has no locking: the last writer wins, and the answer to a write does not tell what it wrote over. The
history does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from integrations.zammad.past import with_words
from jobs.looks import Known, is_the_same
from policies.kernel.decisions import Action, Assign, Decision, Prioritise, Route, SetField, SetState, say
from policies.kernel.facts import NOBODY, Change, Ticket
from policies.kernel.history import ZAMMADS_OWN
from policies.kernel.vocabulary import FIELDS

_RULE, _CLAUSES = "core.correction_wins", ("1.3.4",)


def written_over(known: Known, told: Iterable[Change], me: int) -> Mapping[str, str]:
    """Field → the word a person gave it, where our own writes, made without knowing of it, are the last since.

    known   what the look knew that made these writes
    told    the whole history as the helpdesk tells it now, with all its words
    """
    seen = {(change.at, change.by, change.field) for change in known.changes}
    ours = [change for change in known.changes if change.by == me]
    fields: dict[str, list[Change]] = {}
    for change in told:
        fields.setdefault(change.field, []).append(change)
    found = {}
    for name, changes in fields.items():
        blind = 0
        while blind < len(changes) and _made_blind(changes[-1 - blind], ours, me):
            blind += 1
        last = changes[-1 - blind] if blind < len(changes) else None
        if blind and last is not None and last.by not in (me, NOBODY) and (last.at, last.by, name) not in seen:
            found[name] = last.new
    return found


def _made_blind(change: Change, ours: Sequence[Change], me: int) -> bool:
    return change.by == me and any(is_the_same(known, change) for known in ours)


def corrections(ticket: Ticket, words: Mapping[str, str]) -> tuple[Decision, ...]:
    """Decisions that give the fields back what the persons wrote. They have no rule: they undo what no rule wanted."""
    because = say("correction.wins", "core")
    return tuple(
        Decision(action=action, clauses=_CLAUSES, rule=_RULE, because=because)
        for action in _actions(with_words(ticket, words), words)
    )


def _actions(meant: Ticket, words: Mapping[str, str]) -> Iterator[Action]:
    for name in words:
        match name:
            case "group":
                yield Route(group=meant.group)
            case "owner":
                yield Assign(owner=meant.owner)
            case "priority":
                yield Prioritise(priority=meant.priority)
            case "state":
                yield SetState(state=meant.state_type, until=meant.pending_until)
            case _ if name in FIELDS:
                yield SetField(field=name, value=getattr(meant, name))
            case _ if name not in ZAMMADS_OWN:
                yield SetField(field=name, value=meant.custom.get(name))
