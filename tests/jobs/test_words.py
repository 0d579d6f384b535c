"""What people wrote rests in the helpdesk: not in the store, not in a log line, not in a figure."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from sqlalchemy import inspect, text

from integrations.zammad.errors import Refused
from policies.kernel.provisioning import Needs
from policies.kernel.vocabulary import TEXTS
from tests.jobs.conftest import Desk, make_desk
from zhidu.observe import configure
from zhidu.policy import Policy

PERSONAL = {
    "a mobile": "13800138000",
    "a card": "6222021234567894",
    "an identity number": "11010519491231002X",
    "an address": "zhang.san@customer.example",
}
AGENT = {"X-On-Behalf-Of": "agnes@example.com"}
LEADER = {"X-On-Behalf-Of": "sup@example.com"}


def words(place: str) -> str:
    """A text that stands in one place of the ticket only."""
    return f"quokka-{place} 袋鼠 {' '.join(PERSONAL.values())}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def desk(request: pytest.FixtureRequest, tmp_path: Path, policy: Policy, needs: Needs) -> Iterator[Desk]:
    url = None if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    yield from make_desk(tmp_path, policy, needs, store_url=url)


def written_everywhere(desk: Desk) -> int:
    """A complaint with words and personal data wherever people can write, through all that can become of it."""
    ticket = desk.complain(f"你们多扣了三十元年费，我要找记者曝光！{words('article')}", title=words("title"))
    for other in ("wang.wu@example.com", "zhao.liu@example.com"):
        desk.box.add_person(login=other, email=other, firstname="X", lastname="Y", roles=["Customer"])
        desk.complain(words("other"), customer=other, zhidu_cause=words("cause"))
    desk.settle()
    fields: dict[str, Any] = {f"zhidu_{name}": words(name) for name in TEXTS}
    desk.call("PUT", f"tickets/{ticket}", {"owner_id": desk.people["agnes"]} | fields, **AGENT)
    desk.settle()
    desk.call("PUT", f"tickets/{ticket}", {"zhidu_extension": "asked", "zhidu_kind": words("kind")}, **AGENT)
    desk.settle()
    desk.call("PUT", f"tickets/{ticket}", {"zhidu_extension": "approved", "zhidu_kind": "complaint"}, **LEADER)
    desk.answer(ticket, words("answer"))
    desk.settle()
    desk.call("PUT", f"tickets/{ticket}", {f"zhidu_{name}": words(f"{name}-again") for name in TEXTS}, **LEADER)
    desk.settle()
    override = {"zhidu_remedy": "", "zhidu_override_reason": words("override"), "zhidu_exhausted_remedy": ""}
    desk.call("PUT", f"tickets/{ticket}", override | {"state": "closed"}, **AGENT)
    desk.settle()
    return ticket


def refused(desk: Desk, ticket: int) -> None:
    """The helpdesk says no and quotes what it was asked for; then a rule stumbles over what it read."""
    whole = desk.processor
    words_of_zammad = f"Invalid value '{words('refusal')}' for field 'zhidu_remedy'!"

    class Stubborn:
        def __getattr__(self, name: str) -> Any:
            return getattr(whole.helpdesk(), name)

        def update_ticket(self, id: int, write: Any) -> Any:
            raise Refused(words_of_zammad, status=422, method="PUT", path=f"/tickets/{id}", kind="value")

    def stumbling(*_: Any) -> Any:
        return {}[words("stumble")]

    desk.call("PUT", f"tickets/{ticket}", {"state": "open", "zhidu_remedy": words("reopened")}, **AGENT)
    desk.processor = replace(whole, helpdesk=Stubborn)  # type: ignore[arg-type, return-value]
    desk.settle()
    desk.processor = replace(whole, units=(), adopt_from=stumbling)
    desk.store.inbox.enqueue(ticket, "manual")
    desk.settle()
    desk.processor = whole


def rests(desk: Desk, folder: Path) -> str:
    """All that the store holds: its rows, and the bytes of its files where it has any."""
    found = []
    with desk.store._database.read() as connection:
        for table in inspect(connection).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()  # noqa: S608 - names from the database
            found += [f"{table}: {row}" for row in rows]
    for path in folder.glob("zhidu.db*"):
        found.append(path.read_bytes().decode("utf-8", "ignore"))
    return "\n".join(found)


def test_nothing_that_people_wrote_is_kept(desk: Desk, tmp_path: Path) -> None:
    log = io.StringIO()
    configure(format="json", level="debug", stream=log, now=desk.clock.now)
    ticket = written_everywhere(desk)
    refused(desk, ticket)

    kept = rests(desk, tmp_path)
    assert f"{ticket}" in kept
    assert "KeyError" in kept
    assert "write_refused" in kept
    assert "customers who complain of one cause (…): 3" in kept
    figures = generate_latest(desk.registry).decode()
    for place in (kept.replace("quokka-override 袋鼠", ""), log.getvalue(), figures):
        assert "quokka" not in place
        assert "袋鼠" not in place
        assert not [what for what, value in PERSONAL.items() if value in place]


def test_the_reason_of_an_override_is_kept_without_personal_data(desk: Desk, tmp_path: Path) -> None:
    """Whoever waives a rule answers for it by name and reason: the one text of a person that is kept."""
    ticket = written_everywhere(desk)

    (finding,) = desk.store.findings.list(ticket_id=ticket, code="closed_incomplete")
    assert "quokka-override 袋鼠 [number] [e-mail]" in str(finding)
    assert "quokka-override" in rests(desk, tmp_path)


def test_a_refusal_is_noted_without_the_values_it_quotes(desk: Desk) -> None:
    ticket = desk.complain()
    desk.settle()
    refused(desk, ticket)

    (note,) = [n for n in desk.notes(ticket) if "zhidu_remedy" in n["body"]]
    assert "quokka" not in note["body"]
