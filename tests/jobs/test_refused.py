"""What Zammad took and did not keep is not tried again, until somebody changes the ticket."""

import json
from dataclasses import replace

from jobs.outcomes import Judged
from tests.jobs.conftest import Desk


def test_a_refused_value_waits_for_the_ticket_to_change(desk: Desk) -> None:
    ticket = desk.complain()
    desk.settle()
    look = desk.store.looks.get(ticket)
    assert look is not None
    kept = json.loads(look.history) | {"refused": {"owner": 5}}
    with desk.store.unit() as unit:
        unit.looks.put(replace(look, history=json.dumps(kept)))

    same = desk.processor.judge(ticket)
    assert isinstance(same, Judged)
    assert dict(same.known.refused) == {"owner": 5}

    desk.call("PUT", f"tickets/{ticket}", {"title": "another"}, **{"X-On-Behalf-Of": "agnes@example.com"})
    changed = desk.processor.judge(ticket)
    assert isinstance(changed, Judged)
    assert dict(changed.known.refused) == {}
    assert {change.field for change in changed.known.changes} >= {"kind"}
