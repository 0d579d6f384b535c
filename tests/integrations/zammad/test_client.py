"""What the client asks and says, as Zammad takes it; and what it must never say."""

import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import NotFound, Refused, Transient, ZammadError
from integrations.zammad.transport import Connection, Limits
from integrations.zammad.writes import ArticleWrite, AttachmentWrite, TicketWrite, Where, plain

Connect = Callable[..., Client]

ROWS = (Path(__file__).parent / "recorded" / "answers.jsonl").read_text().splitlines()
ANSWERS = {f"{row['from']} {row['kind']}": row["json"] for row in map(json.loads, ROWS)}
TICKET = ANSWERS["basics 21 ticket"]
ARTICLE = ANSWERS["basics 59 article"]
USER = ANSWERS["people 2 user"]
NOTE = ArticleWrite(body="<p>x</p>", internal=True, key="k-1", subject="zhidu")

CALLS: dict[str, tuple[Callable[[Client], Any], Any, str, Any]] = {
    # row                  call, what Zammad answers, the request line, its JSON
    "one read": (lambda c: c.ticket(2), ANSWERS["basics 82 one_read"], "GET tickets/2?all=true", None),
    "history": (lambda c: c.history(2), ANSWERS["basics 28 history"], "GET ticket_history/2", None),
    "articles": (lambda c: c.articles(2), [ARTICLE], "GET ticket_articles/by_ticket/2?expand=true", None),
    "one PUT": (
        lambda c: c.update_ticket(
            2, TicketWrite(fields={"state_id": 2}, article=NOTE, preferences={"zhidu": {"rungs": ("a@50",)}})
        ),
        TICKET,
        "PUT tickets/2",
        {
            "state_id": 2,
            "article": {
                "body": "<p>x</p>",
                "internal": True,
                "type": "note",
                "content_type": "text/html",
                "subject": "zhidu",
                "preferences": {"zhidu": {"key": "k-1"}},
            },
            "preferences": {"zhidu": {"rungs": ["a@50"]}},
        },
    ),
    "a new ticket": (
        lambda c: c.create_ticket(TicketWrite(fields={"title": "t", "group_id": 1, "customer_id": 4})),
        TICKET,
        "POST tickets",
        {"title": "t", "group_id": 1, "customer_id": 4},
    ),
    "a mail": (
        lambda c: c.add_article(
            2,
            ArticleWrite(body="您好", internal=False, key="z-1", type="email", to="li.si@example.com", sender="Agent"),
        ),
        ARTICLE,
        "POST ticket_articles",
        {
            "ticket_id": 2,
            "body": "您好",
            "internal": False,
            "type": "email",
            "content_type": "text/html",
            "to": "li.si@example.com",
            "sender": "Agent",
            "preferences": {"zhidu": {"key": "z-1"}},
        },
    ),
    "hiding an article": (lambda c: c.set_internal(7, True), ARTICLE, "PUT ticket_articles/7", {"internal": True}),
    "deleting": (lambda c: c.delete_ticket(2), None, "DELETE tickets/2", None),
    "a file": (lambda c: c.attachment(2, 8, 1), {}, "GET ticket_attachment/2/8/1", None),
    "a raw mail": (lambda c: c.raw_mail(8), {}, "GET ticket_article_plain/8", None),
    "a link": (
        lambda c: c.add_link(1, "21002", "parent"),
        {},
        "POST links/add",
        {
            "link_type": "parent",
            "link_object_target": "Ticket",
            "link_object_target_value": 1,
            "link_object_source": "Ticket",
            "link_object_source_number": "21002",
        },
    ),
    "tags": (lambda c: c.tags(2), {"tags": ["a"]}, "GET tags?object=Ticket&o_id=2", None),
    "a tag": (lambda c: c.add_tag(2, "投诉"), True, "POST tags/add", {"object": "Ticket", "o_id": 2, "item": "投诉"}),
    "no tag": (
        lambda c: c.remove_tag(2, "b"),
        True,
        "DELETE tags/remove",
        {"object": "Ticket", "o_id": 2, "item": "b"},
    ),
    "me": (lambda c: c.me(), USER, "GET users/me", None),
    "a user": (lambda c: c.user(3), USER, "GET users/3", None),
    "changing a user": (
        lambda c: c.update_user(3, {"group_ids": {"1": ("full",)}, "zhidu_qualified_until": date(2027, 1, 31)}),
        USER,
        "PUT users/3",
        {"group_ids": {"1": ["full"]}, "zhidu_qualified_until": "2027-01-31"},
    ),
    "a new user": (lambda c: c.create_user({"firstname": "A"}), USER, "POST users", {"firstname": "A"}),
    "people of a role": (
        lambda c: c.people((2, 4)),
        [USER],
        "GET users/search?query=%2A&role_ids%5B%5D=2&role_ids%5B%5D=4&per_page=100&page=1",
        None,
    ),
    "groups": (lambda c: c.groups(), ANSWERS["provision 31 group"], "GET groups?per_page=100&page=1", None),
    "roles": (lambda c: c.roles(), ANSWERS["basics 8 role"], "GET roles?per_page=100&page=1", None),
    "states": (
        lambda c: c.states(),
        ANSWERS["basics 5 state"],
        "GET ticket_states?expand=true&per_page=100&page=1",
        None,
    ),
    "priorities": (
        lambda c: c.priorities(),
        ANSWERS["basics 6 priority"],
        "GET ticket_priorities?per_page=100&page=1",
        None,
    ),
    "fields": (lambda c: c.object_attributes(), [], "GET object_manager_attributes", None),
    "a count": (
        lambda c: c.count(Where(field="ticket.tags", operator="contains one", value="a")),
        {"total_count": 3},
        "POST tickets/search",
        {"condition": {"ticket.tags": {"operator": "contains one", "value": "a"}}, "only_total_count": True},
    ),
    "changed since": (
        lambda c: list(c.changed_since(datetime(2026, 11, 24, 8, tzinfo=timezone(timedelta(hours=8))))),
        [TICKET],
        "POST tickets/search",
        {
            "condition": {"ticket.updated_at": {"operator": "after (absolute)", "value": "2026-11-24T00:00:00.000Z"}},
            "sort_by": ["updated_at", "id"],
            "order_by": ["asc", "asc"],
            "per_page": 200,
            "page": 1,
        },
    ),
    "a search": (
        lambda c: list(
            c.search(
                Where(field="ticket.state_id", operator="is", value=("1", "2")),
                Where(field="ticket.pending_time", operator="within last (relative)", value=10, range="minute"),
                created_since=datetime(2026, 1, 1, tzinfo=UTC),
            )
        ),
        [TICKET],
        "POST tickets/search",
        {
            "condition": {
                "ticket.state_id": {"operator": "is", "value": ["1", "2"]},
                "ticket.pending_time": {"operator": "within last (relative)", "value": 10, "range": "minute"},
                "ticket.created_at": {"operator": "after (absolute)", "value": "2026-01-01T00:00:00.000Z"},
            },
            "sort_by": ["created_at", "id"],
            "order_by": ["asc", "asc"],
            "per_page": 200,
            "page": 1,
        },
    ),
}


@pytest.mark.parametrize(("call", "answer", "line", "sent"), CALLS.values(), ids=CALLS)
def test_calls(
    connect: Connect, scripted: Any, reply: Any, token: str, call: Any, answer: Any, line: str, sent: Any
) -> None:
    scripted.does(reply(json=answer))

    call(connect())

    (seen,) = scripted.seen
    assert f"{seen.method} {seen.path.removeprefix('/api/v1/')}" == line
    assert (seen.json if seen.body else None) == sent
    assert seen.headers["Authorization"] == f"Token token={token}"
    assert seen.headers["User-Agent"] == "zhidu"
    assert "X-On-Behalf-Of" not in seen.headers


def test_a_helpdesk_below_a_path(scripted: Any, reply: Any) -> None:
    scripted.does(reply(json={"version": "6.5.0"}))

    with Client(Connection(url=f"{scripted.url}/desk/", token="t")) as client:
        client.version()

    assert scripted.seen[0].path == "/desk/api/v1/version"


def test_users_that_are_gone_are_left_out(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.answer = lambda seen: (
        reply(json=USER) if seen.path.endswith("/3") else reply(status=404, json={"error": "Couldn't find User"})
    )

    assert list(connect().users([3, 9, 3])) == [3]
    assert len(scripted.seen) == 2


# On behalf of others


def _as_agnes(client: Client) -> None:
    client.add_article(2, NOTE, on_behalf_of="agnes@example.com")


OUTCOMES: dict[str, tuple[dict[str, Any], type[ZammadError] | None]] = {
    "done": ({"json": ARTICLE}, None),
    "no such person": ({"status": 403, "json": {"error": "No such user 'agnes@example.com'"}}, Refused),
    "an unreadable answer": ({"json": {"id": "x"}}, ZammadError),
    "a broken connection": ({"misdeed": "reset"}, Transient),
}


@pytest.mark.parametrize(("first", "error"), OUTCOMES.values(), ids=OUTCOMES)
def test_another_persons_name_does_not_stick(
    connect: Connect, scripted: Any, reply: Any, first: dict[str, Any], error: type[ZammadError] | None
) -> None:
    """zammad-py leaves it on the session after an exception: everything later is then done as that person."""
    scripted.does(reply(**first), reply(json=ARTICLE))
    client = connect()

    if error is None:
        _as_agnes(client)
    else:
        with pytest.raises(error):
            _as_agnes(client)
    client.add_article(2, NOTE)

    assert [seen.headers.get("X-On-Behalf-Of") for seen in scripted.seen] == ["agnes@example.com", None]


def test_tickets_on_behalf_of(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json=TICKET))
    client = connect()

    client.update_ticket(2, TicketWrite(), on_behalf_of=5)
    client.create_ticket(TicketWrite(), on_behalf_of="7")

    assert [seen.headers.get("X-On-Behalf-Of") for seen in scripted.seen] == ["5", "7"]


@pytest.mark.parametrize("person", ["", "王伟", "a\r\nX-Evil: 1"])
def test_persons_that_are_no_header(connect: Connect, scripted: Any, reply: Any, person: str) -> None:
    with pytest.raises(ValueError, match="on behalf of"):
        connect().add_article(2, NOTE, on_behalf_of=person)

    assert scripted.seen == []


# Secrets


def _failures(reply: Any, token: str) -> list[Any]:
    return [
        reply(status=401, json={"error": f"Can't find User for Token token={token}"}),
        reply(status=500, body=f"<pre>Authorization: Token token={token}</pre>".encode()),
        reply(status=422, json={"error": f"bad {token}"}),
        reply(json={"version": [token]}),
        reply(body=f"<html>{token}".encode()),
        reply(status=302, headers={"Location": f"/login?t={token}"}),
        reply(misdeed="reset"),
        reply(misdeed="stop half-way", json={"x": token}),
        reply(misdeed="stall"),
    ]


def test_the_token_is_nowhere(
    connect: Connect, scripted: Any, reply: Any, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in errors, their causes, their attributes, tracebacks, reprs or logs, whatever the server repeats."""
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    client = connect(limits=Limits(attempts=1, read_within=0.5))
    for failure in _failures(reply, token):
        scripted.seen.clear()
        scripted.does(failure)
        with pytest.raises(ZammadError) as caught:
            client.version()
        error = caught.value
        shown += [repr(error), str(error), repr(error.__dict__), repr(error.args), *traceback.format_exception(error)]
        assert (error.__cause__, error.__context__) == (None, None)
    connection = Connection(url=scripted.url, token=token, proxy=f"http://u:{token}@p:1")
    shown += [repr(client), str(client), repr(connection), caplog.text]

    assert token not in "\n".join(shown)


def test_the_environment_changes_nothing(
    connect: Connect, scripted: Any, reply: Any, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A netrc would replace the token, a proxy variable would send it elsewhere."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password x\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    scripted.does(reply(json={"version": "6.5.0"}))

    connect().version()

    assert scripted.seen[0].headers["Authorization"] == f"Token token={token}"


def test_cookies_are_not_kept(connect: Connect, scripted: Any, reply: Any) -> None:
    """Zammad asks a session who one is before it looks at the token."""
    scripted.does(reply(json={"version": "6.5.0"}, headers={"Set-Cookie": "_zammad_session_1=abc; path=/"}))
    client = connect()

    client.version()
    client.version()

    assert "Cookie" not in scripted.seen[1].headers


def test_a_redirect_is_not_followed(connect: Connect, scripted: Any, reply: Any) -> None:
    """Followed, a POST becomes a GET and the token may go to another host."""
    scripted.does(reply(status=301, headers={"Location": "http://elsewhere.invalid/"}))

    with pytest.raises(ZammadError, match="redirected"):
        connect().add_tag(2, "x")

    assert len(scripted.seen) == 1


# What is written


def test_article_extras() -> None:
    article = ArticleWrite(
        body="x",
        internal=True,
        key=None,
        from_="Wei Wang",
        cc="b@example.com",
        message_id="<k@zhidu>",
        in_reply_to="<a@example.com>",
        origin_by_id=4,
        content_type="text/plain",
        memory={"of": 7},
        attachments=(AttachmentWrite(filename="a.txt", mime_type="text/plain", data="eA=="),),
    )

    assert article.json() == {
        "body": "x",
        "internal": True,
        "type": "note",
        "content_type": "text/plain",
        "from": "Wei Wang",
        "cc": "b@example.com",
        "message_id": "<k@zhidu>",
        "in_reply_to": "<a@example.com>",
        "origin_by_id": 4,
        "preferences": {"zhidu": {"of": 7}},
        "attachments": [{"filename": "a.txt", "mime-type": "text/plain", "data": "eA=="}],
    }
    assert "preferences" not in ArticleWrite(body="x", internal=True, key=None).json()


VALUES = {
    "a time elsewhere": (
        datetime(2026, 11, 24, 8, 30, tzinfo=timezone(timedelta(hours=8))),
        "2026-11-24T00:30:00.000Z",
    ),
    "a date": (date(2026, 11, 24), "2026-11-24"),
    "nothing": (None, None),
    "an empty list": ((), []),
    "nested": ({"a": (1, {"b": date(2026, 1, 2)})}, {"a": [1, {"b": "2026-01-02"}]}),
    "a truth": (True, True),
}


@pytest.mark.parametrize(("value", "as_json"), VALUES.values(), ids=VALUES)
def test_values(value: Any, as_json: Any) -> None:
    assert plain(value) == as_json


def test_a_time_without_a_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        TicketWrite(fields={"pending_time": datetime(2026, 11, 24)}).json()  # noqa: DTZ001


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_json_has_not_are_not_written(number: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        TicketWrite(fields={"zhidu_amount": number}).json()


def test_articles_have_their_own_place() -> None:
    with pytest.raises(ValueError, match="article: not a field"):
        TicketWrite(fields={"article": {"body": "x"}}).json()


CONDITIONS: dict[str, tuple[Where, ...]] = {
    "the one it pages by": (Where(field="ticket.created_at", operator="before (absolute)", value="2026-01-01"),),
    "one field twice": (
        Where(field="ticket.id", operator="is", value=1),
        Where(field="ticket.id", operator="is", value=2),
    ),
}


@pytest.mark.parametrize("where", CONDITIONS.values(), ids=CONDITIONS)
def test_conditions_that_would_replace_one_another(connect: Connect, where: tuple[Where, ...]) -> None:
    with pytest.raises(ValueError, match=r"ticket|two conditions"):
        list(connect().search(*where, created_since=datetime(2026, 1, 1, tzinfo=UTC)))


def test_a_missing_ticket(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(status=404, json={"error": "Couldn't find Ticket with 'id'=9999"}))

    with pytest.raises(NotFound, match="Couldn't find Ticket"):
        connect().ticket(9999)
