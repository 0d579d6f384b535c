"""Lines of a ticket's checklist: which come and go, by which calls, and what stops none of the rest. 4.2.3."""

import json
from typing import Any

import pytest

from integrations.zammad import wire
from integrations.zammad.checklists import bring, differs
from integrations.zammad.errors import AnswerLost, NotFound, Refused, Stale, Transient, ZammadError
from integrations.zammad.guard import Absurd, Limits, guard
from integrations.zammad.wire import Begun, OneRead
from policies.kernel.decisions import Checklist
from tests.integrations.zammad.tickets import ME, plan_for, ticket

BY = {"created_by_id": ME, "updated_by_id": ME}


def read(*lines: str, checklist: int | None = 4, known: bool = True) -> OneRead:
    """A ticket with these lines on its checklist, the ticked ones in brackets; `known`: the helpdesk has checklists."""
    row = ticket(checklist_id=checklist if lines else None)
    if not known:
        del row["checklist_id"]
    items = {
        str(number): {"id": number, "checklist_id": 4, "text": line.strip("[]"), "checked": line.startswith("["), **BY}
        for number, line in enumerate(lines, start=1)
    }
    lists = {"4": {"id": 4, "sorted_item_ids": list(items), **BY}}
    assets = {"Ticket": {"7": row}, "Checklist": lists, "ChecklistItem": items}
    return wire.one_read(json.dumps({"ticket_id": 7, "assets": assets}).encode())


class Writer:
    """Notes the calls; `failing` raises with the calls that begin so."""

    def __init__(self, failing: str = "", error: ZammadError | None = None) -> None:
        self.failing, self.error = failing, error
        self.calls: list[str] = []

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.error is not None and name.startswith(self.failing):
            raise self.error

    def begin_checklist(self, ticket_id: int) -> Begun:
        self._call(f"begin {ticket_id}")
        blank = wire.CHECKLIST_ITEM.one(json.dumps({"id": 81, "checklist_id": 8, **BY}).encode())
        return Begun(id=8, items=(blank,))

    def add_line(self, checklist_id: int, text: str) -> None:
        self._call(f"add {checklist_id} {text}")

    def write_line(self, item_id: int, text: str) -> None:
        self._call(f"write {item_id} {text}")

    def remove_line(self, item_id: int) -> None:
        self._call(f"remove {item_id}")


LINES: dict[str, tuple[tuple[str, ...], Checklist, list[str]]] = {
    # row: what stands there, what is wanted, the calls
    "none yet": ((), Checklist(key="k", lines=("a", "b")), ["begin 7", "write 81 a", "add 8 b"]),
    "one that somebody just began": (("",), Checklist(key="k", lines=("a", "b")), ["write 1 a", "add 4 b"]),
    "one with lines of its own": (("x",), Checklist(key="k", lines=("a",)), ["add 4 a"]),
    "a blank line among others": (("x", ""), Checklist(key="k", lines=("a",)), ["add 4 a"]),
    "some lines there": (("a", "x"), Checklist(key="k", lines=("a", "b")), ["add 4 b"]),
    "ticked": (("[a]",), Checklist(key="k", lines=("a",)), []),
    "all there": (("b", "a"), Checklist(key="k", lines=("a", "b")), []),
    "a line goes": (("a", "x"), Checklist(key="k", lines=("a",), gone=("x",)), ["remove 2"]),
    "a ticked line stays": (("a", "[x]"), Checklist(key="k", lines=("a",), gone=("x",)), []),
    "one that was written on stays": (("a", "x: expired"), Checklist(key="k", lines=("a",), gone=("x",)), []),
}


@pytest.mark.parametrize(("there", "wanted", "calls"), LINES.values(), ids=LINES)
def test_lines(there: tuple[str, ...], wanted: Checklist, calls: list[str]) -> None:
    found, writer = read(*there), Writer()

    assert differs(wanted, found) == bool(calls)
    assert bring((wanted,) if calls else (), found, writer) == len(calls)
    assert writer.calls == calls


def test_a_helpdesk_without_checklists_is_asked_for_none() -> None:
    wanted = Checklist(key="k", lines=("a",))

    assert not differs(wanted, read(known=False))
    assert plan_for(read(known=False), wanted).listing == ()
    assert plan_for(read(), wanted).lists == (wanted,)


def refused(status: int, words: str) -> dict[str, Any]:
    return {"message": words, "status": status, "method": "POST", "path": "checklists"}


STOPS: dict[str, tuple[str, ZammadError, type[ZammadError] | None, list[str]]] = {
    # row: the call that fails, how, what comes of it, the calls
    "checklists are switched off": ("begin", Refused(**refused(403, "off"), kind="rights"), None, ["begin 7"]),
    "an older helpdesk": ("begin", NotFound(**refused(404, "no page")), None, ["begin 7"]),
    "somebody was faster": (
        "begin",
        Refused(**refused(422, "Checklist has already been taken"), kind="value"),
        Stale,
        ["begin 7"],
    ),
    "down": ("begin", Transient(**refused(503, "down")), Transient, ["begin 7"]),
    "the answer is lost": ("add", AnswerLost(**refused(502, "gone")), AnswerLost, ["begin 7", "write 81 a", "add 8 b"]),
}


@pytest.mark.parametrize(("failing", "error", "raised", "calls"), STOPS.values(), ids=STOPS)
def test_what_cannot_be_listed(
    failing: str, error: ZammadError, raised: type[ZammadError] | None, calls: list[str]
) -> None:
    """What is only not there stops nothing; what may pass is tried again."""
    writer, wanted = Writer(failing, error), Checklist(key="k", lines=("a", "b"))

    if raised is None:
        bring((wanted,), read(), writer)
    else:
        with pytest.raises(raised):
            bring((wanted,), read(), writer)

    assert writer.calls == calls


def test_a_plan_of_too_many_lines_is_refused() -> None:
    plan = plan_for(read(), Checklist(key="k", lines=tuple(map(str, range(41)))))

    with pytest.raises(Absurd, match=r"lines of the checklist 41 \(at most 40\)"):
        guard(plan, Limits())
