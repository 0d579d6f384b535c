"""The client against a helpdesk that behaves like Zammad, its silences and its failures included."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import AnswerLost, NotFound, Refused, Transient
from integrations.zammad.names import Names
from integrations.zammad.objects import migrate
from integrations.zammad.sandbox import Fault, Sandbox, serve
from integrations.zammad.transport import Connection
from integrations.zammad.writes import ArticleWrite, AttachmentWrite, TicketWrite, Where

BEGIN = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


class Hours:
    """The desk's clock: a second passes whenever it is looked at."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        self.at += timedelta(seconds=1)
        return self.at


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Sandbox, str]]:
    """One desk for all these tests: each makes the tickets it needs."""
    box = Sandbox(now=Hours().now, token="desk-token-1")
    with serve(box, deliver=False) as url:
        yield box, url


@pytest.fixture
def url(served: tuple[Sandbox, str]) -> str:
    return served[1]


@pytest.fixture
def box(served: tuple[Sandbox, str]) -> Iterator[Sandbox]:
    yield served[0]
    served[0].faults.clear()


@pytest.fixture
def client(box: Sandbox, url: str) -> Iterator[Client]:
    with Client(Connection(url=url, token="desk-token-1"), sleep=lambda seconds: None) as client:
        yield client


def _note(key: str = "k-1", internal: bool = True) -> ArticleWrite:
    return ArticleWrite(body="<p>受理</p>", internal=internal, key=key, subject="zhidu")


def _new(client: Client, title: str = "扣款两次") -> int:
    article = ArticleWrite(body="请退款", internal=False, key=None, type="phone", sender="Customer")
    fields = {"title": title, "group": "Users", "customer_id": 2, "tags": "投诉"}
    return client.create_ticket(TicketWrite(fields=fields, article=article)).id


def test_who_and_what(client: Client) -> None:
    assert client.version().startswith("6.5")
    assert client.me().id == 3
    assert "Users" in [group.name for group in client.groups()]
    assert {"Admin", "Agent", "Customer"} <= {role.name for role in client.roles()}


def test_one_put_and_what_the_one_read_shows_of_it(client: Client) -> None:
    id = _new(client)

    answer = client.update_ticket(
        id,
        TicketWrite(
            fields={"state": "open", "priority": "3 high"}, article=_note(), preferences={"zhidu": {"rungs": ("50%",)}}
        ),
    )
    read = client.ticket(id)

    assert answer == read.ticket
    assert read.ticket.memory == {"rungs": ["50%"]}
    assert [(article.key, article.internal) for article in read.articles] == [(None, False), ("k-1", True)]
    assert read.tags == ("投诉",)
    states = [(entry.value_from, entry.value_to) for entry in client.history(id).entries if entry.attribute == "state"]
    assert states == [("new", "open")]


def test_tags_articles_files_links(client: Client) -> None:
    id, other = _new(client), _new(client, "又扣了")
    client.add_tag(id, "重大")
    client.add_tag(id, "重大")
    client.remove_tag(id, "没有")
    client.remove_tag(id, "投诉")
    article = client.add_article(
        id,
        ArticleWrite(
            body="看附件",
            internal=True,
            key="k-2",
            attachments=(AttachmentWrite(filename="a.txt", mime_type="text/plain", data="5L2g5aW9"),),
        ),
    )
    client.add_link(id, client.ticket(other).ticket.number)

    assert client.tags(id) == ("重大",)
    assert [each.key for each in client.articles(id)] == [None, "k-2"]
    assert client.attachment(id, article.id, article.attachments[0].id).decode() == "你好"
    assert [(link.type, link.object_id) for link in client.ticket(id).links] == [("normal", other)]
    assert client.set_internal(article.id, False).internal is False


REFUSED: dict[str, tuple[Callable[[Client], object], str]] = {
    "an unknown group": (lambda c: c.update_ticket(1, TicketWrite(fields={"group": "Nowhere"})), "Nowhere"),
    "pending without a time": (
        lambda c: c.update_ticket(1, TicketWrite(fields={"state": "pending reminder"})),
        "pending_time",
    ),
    "no title": (lambda c: c.update_ticket(1, TicketWrite(fields={"title": ""})), "title"),
    "on behalf of nobody": (lambda c: c.add_article(1, _note(), on_behalf_of="x@example.com"), "No such user"),
    "a group's name twice": (lambda c: c.objects("groups").create({"name": "Users"}), "already been taken"),
}


@pytest.mark.parametrize(("call", "words"), REFUSED.values(), ids=REFUSED)
def test_refusals_keep_zammads_words(client: Client, call: Callable[[Client], object], words: str) -> None:
    with pytest.raises(Refused, match=words):
        call(client)


def test_a_wrong_token(url: str) -> None:
    with Client(Connection(url=url, token="wrong")) as client, pytest.raises(Refused) as caught:
        client.me()

    assert caught.value.kind == "credentials"


def test_silences(client: Client) -> None:
    """An owner without access is dropped without a word: the answer tells."""
    id = _new(client)

    assert client.update_ticket(id, TicketWrite(fields={"owner_id": 2})).owner_id == 1


def test_a_lost_answer_is_found_by_its_key(box: Sandbox, client: Client) -> None:
    """The write has happened: looking shows it, so it is not repeated."""
    id = _new(client)
    box.faults.add(Fault(kind="lost_answer", method="PUT"))

    with pytest.raises(AnswerLost):
        client.update_ticket(id, TicketWrite(article=_note("k-7")))

    assert [article.key for article in client.ticket(id).articles] == [None, "k-7"]


def test_a_reset_before_the_write_is_found_too(box: Sandbox, client: Client) -> None:
    id = _new(client)
    box.faults.add(Fault(kind="reset", method="PUT"))

    with pytest.raises(AnswerLost):
        client.update_ticket(id, TicketWrite(article=_note("k-7")))

    assert [article.key for article in client.ticket(id).articles] == [None]


@pytest.mark.parametrize("kind", ["reset", "error", "rate_limit"])
def test_reads_get_over_a_bad_moment(box: Sandbox, client: Client, kind: str) -> None:
    box.faults.add(Fault(kind=kind, method="GET", times=2))  # type: ignore[arg-type]

    assert client.ticket(1).ticket.number == "21001"


def test_writes_tell_of_a_bad_moment(box: Sandbox, client: Client) -> None:
    box.faults.add(Fault(kind="rate_limit", method="PUT", seconds=7))

    with pytest.raises(Transient) as caught:
        client.update_ticket(1, TicketWrite(article=_note()))

    assert (type(caught.value), caught.value.status, caught.value.retry_after) == (Transient, 429, 7.0)


def test_what_changed_since(client: Client) -> None:
    ids = [_new(client, f"单 {number}") for number in range(60)]
    since = client.ticket(ids[0]).ticket.updated_at

    read = []
    for ticket in client.changed_since(since):
        if len(read) == 30:
            client.update_ticket(ids[2], TicketWrite(fields={"title": "changed meanwhile"}))
        read.append(ticket)

    assert {ticket.id for ticket in read} == set(ids)
    assert next(client.changed_since(since + timedelta(days=1)), None) is None


def test_searching_and_counting(client: Client) -> None:
    high = Where(field="ticket.priority_id", operator="is", value=("3",))
    before = client.count(high)
    ids = [_new(client), _new(client)]
    client.update_ticket(ids[1], TicketWrite(fields={"priority": "3 high"}))
    since = client.ticket(ids[0]).ticket.created_at

    assert [ticket.id for ticket in client.search(high, created_since=since)] == [ids[1]]
    assert client.count(high) == before + 1


def test_finding_by_an_articles_message_id(client: Client) -> None:
    """The whole id, of any article of the ticket."""
    ids = [_new(client), _new(client)]
    for id, message_id in zip(ids, ("<a@x>", "<aa@x>"), strict=True):
        article = ArticleWrite(body="b", internal=True, key=None, message_id=message_id)
        client.update_ticket(id, TicketWrite(fields={}, article=article))

    assert [ticket.id for ticket in client.with_message("<a@x>")] == ids[:1]
    assert client.with_message("a@x") == []


def test_people(client: Client) -> None:
    agent = next(role.id for role in client.roles() if role.name == "Agent")
    made = client.create_user(
        {
            "firstname": "伟",
            "lastname": "王",
            "email": "wang.wei@example.com",
            "roles": ("Agent",),
            "group_ids": {"1": ("read",)},
        }
    )

    assert made.id in [user.id for user in client.people((agent,))]
    assert client.user(made.id).may("read", 1)
    changed = client.update_user(made.id, {"group_ids": {"1": ("full",)}})
    assert changed.may("change", 1)
    assert list(client.users([made.id, 999])) == [made.id]


def test_names(client: Client) -> None:
    names = Names(lambda: client)
    id = _new(client)
    first = client.ticket(id).articles[0]

    assert [names.state_type(state.id) for state in names.states() if state.name == "pending close"] == [
        "pending action"
    ]
    assert (names.type_of(first), names.sender_of(first)) == ("phone", "Customer")


def test_a_field_is_made_and_used(client: Client) -> None:
    client.objects("object_manager_attributes").create(
        {
            "name": "zhidu_kind",
            "object": "Ticket",
            "display": "类型",
            "active": True,
            "position": 1500,
            "data_type": "select",
            "data_option": {"options": {"complaint": "投诉"}, "default": "", "nulloption": True, "maxlength": 255},
            "screens": {"edit": {"ticket.agent": {"shown": True, "required": False}}},
        }
    )
    made = next(field for field in client.object_attributes() if field.name == "zhidu_kind")
    ticks = iter(range(10_000))
    migrate(client, quiet=2.0, sleep=lambda seconds: None, monotonic=lambda: float(next(ticks)))
    id = _new(client)

    assert made.waits_for_migration
    client.update_ticket(id, TicketWrite(fields={"zhidu_kind": "complaint"}))
    assert client.ticket(id).ticket.fields == {"zhidu_kind": "complaint"}


def test_what_is_deleted_is_gone(client: Client) -> None:
    id = _new(client)
    client.delete_ticket(id)

    with pytest.raises(NotFound):
        client.ticket(id)
