"""Calls end, reads are repeated, writes are not; against real sockets."""

import gzip
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from integrations.zammad.client import Client
from integrations.zammad.errors import AnswerLost, NotFound, Permanent, Transient, ZammadError
from integrations.zammad.transport import Connection, Limits, TimedAdapter, dated
from integrations.zammad.writes import TicketWrite

Connect = Callable[..., Client]

USUAL = Limits()
IMPATIENT = Limits(read_within=0.5)
BUSY = {"error": "busy"}
VERSION = {"version": "6.5.0"}


def _write(client: Client) -> None:
    client.update_ticket(1, TicketWrite(fields={"title": "x"}))


def _limits(reply: dict[str, Any]) -> Limits:
    """Short only where the server is going to be silent, so that a busy machine fails no other row."""
    return IMPATIENT if reply.get("misdeed") == "stall" else USUAL


def _search(client: Client) -> None:
    client.count()


def _version(client: Client) -> None:
    client.version()


A_DATE = {"Retry-After": "Tue, 24 Nov 2026 08:00:00 GMT"}

RETRIED = {
    # row                              call      replies                                       requests  waits
    "a read after 503":               (_version, [{"status": 503}], 2, [0.25]),
    "a read after two 500s":          (_version, [{"status": 500}, {"status": 502}], 3, [0.25, 0.5]),
    "a read after a reset":           (_version, [{"misdeed": "reset"}], 2, [0.25]),
    "a read after half an answer":    (_version, [{"misdeed": "stop half-way"}], 2, [0.25]),
    "a read reset half-way":          (_version, [{"misdeed": "reset half-way"}], 2, [0.25]),
    "a read that never answers":      (_version, [{"misdeed": "stall"}], 2, [0.25]),
    "429 without a time":             (_version, [{"status": 429}], 2, [0.25]),
    "429 with a time":                (_version, [{"status": 429, "headers": {"Retry-After": "3"}}], 2, [3.0]),
    "503 with a short time":          (_version, [{"status": 503, "headers": {"Retry-After": "0"}}], 2, [0.25]),
    "429 with a date":                (_version, [{"status": 429, "headers": A_DATE}], 2, [0.25]),
    "a proxy's page":                 (_version, [{"body": b"<html>", "status": 503}], 2, [0.25]),
    "a search, which is a POST":      (_search, [{"status": 503}], 2, [0.25]),
}  # fmt: skip


@pytest.mark.parametrize(("call", "replies", "requests", "waits"), RETRIED.values(), ids=RETRIED)
def test_reads_are_repeated(
    connect: Connect, scripted: Any, reply: Any, clock: Any, call: Any, replies: Any, requests: int, waits: list[float]
) -> None:
    good = reply(json={**VERSION, "total_count": 3})
    scripted.does(*[reply(json=BUSY, **each) if "body" not in each else reply(**each) for each in replies], good)

    call(connect(limits=_limits(replies[0])))

    assert len(scripted.seen) == requests
    assert clock.slept == waits


NOT_REPEATED = {
    # row                            call      reply                                       error
    "a write after 503":            (_write, {"status": 503}, Transient),
    "a write after 429":            (_write, {"status": 429, "headers": {"Retry-After": "1"}}, Transient),
    "a write after 500":            (_write, {"status": 500}, AnswerLost),
    "a write after a reset":        (_write, {"misdeed": "reset"}, AnswerLost),
    "a write with half an answer":  (_write, {"misdeed": "stop half-way"}, AnswerLost),
    "a write reset half-way":       (_write, {"misdeed": "reset half-way"}, AnswerLost),
    "a write without an answer":    (_write, {"misdeed": "stall"}, AnswerLost),
    "a write after 502":            (_write, {"status": 502}, AnswerLost),
    "a read of nothing":            (_version, {"status": 404}, NotFound),
    "a redirected read":            (_version, {"status": 302, "headers": {"Location": "/elsewhere"}}, Permanent),
}  # fmt: skip


@pytest.mark.parametrize(("call", "misbehaves", "error"), NOT_REPEATED.values(), ids=NOT_REPEATED)
def test_some_calls_are_sent_once(
    connect: Connect, scripted: Any, reply: Any, clock: Any, call: Any, misbehaves: Any, error: type[ZammadError]
) -> None:
    """Above all writes: what may have happened is not repeated before somebody has looked."""
    scripted.does(reply(json=BUSY, **misbehaves), reply(json=VERSION))

    with pytest.raises(error) as caught:
        call(connect(limits=_limits(misbehaves)))

    assert type(caught.value) is error
    assert len(scripted.seen) == 1
    assert clock.slept == []


def test_a_refused_retry_after_reaches_the_caller(connect: Connect, scripted: Any, reply: Any, clock: Any) -> None:
    """What does not fit the budget is for the queue to wait for, not for the call."""
    scripted.does(reply(status=429, json=BUSY, headers={"Retry-After": "3600"}))

    with pytest.raises(Transient) as caught:
        connect().version()

    assert caught.value.retry_after == 3600
    assert caught.value.status == 429
    assert (len(scripted.seen), clock.slept) == (1, [])


def test_attempts_end(connect: Connect, scripted: Any, reply: Any, clock: Any) -> None:
    scripted.does(reply(status=503, json=BUSY))

    with pytest.raises(Transient):
        connect(limits=Limits(attempts=3)).version()

    assert len(scripted.seen) == 3
    assert clock.slept == [0.25, 0.5]


def test_the_budget_ends_attempts(connect: Connect, scripted: Any, reply: Any, clock: Any) -> None:
    scripted.does(reply(status=503, json=BUSY))

    with pytest.raises(Transient):
        connect(limits=Limits(attempts=100, budget=10.0)).version()

    assert sum(clock.slept) < 10.0
    assert len(scripted.seen) == 6


SLOW = {
    "never answers": "stall",
    "an answer in drops": "drip",
}


@pytest.mark.parametrize("misdeed", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("call", [_version, _write], ids=["read", "write"])
def test_the_budget_holds_on_the_wall_clock(
    connect: Connect, scripted: Any, reply: Any, misdeed: Any, call: Any
) -> None:
    """A server that sends a byte now and then keeps every time-out from firing, not the budget."""
    scripted.does(reply(json=VERSION, misdeed=misdeed))
    began = time.monotonic()

    with pytest.raises(AnswerLost if call is _write else Transient) as caught:
        call(connect(limits=Limits(read_within=5.0, budget=0.2), real_time=True))

    assert 0.15 < time.monotonic() - began < 4.0
    assert "within the time allowed" in str(caught.value)


def test_nobody_listens(scripted: Any, clock: Any) -> None:
    """A write that never left is worth a plain repetition: nothing can have happened."""
    url = scripted.url
    scripted.close()
    client = Client(Connection(url=url, token="t"), sleep=clock.sleep, monotonic=clock.monotonic)

    with pytest.raises(Transient) as caught:
        _write(client)

    assert type(caught.value) is Transient
    assert caught.value.status is None
    assert str(caught.value) == "PUT tickets/1: no connection: the helpdesk cannot be reached"
    with pytest.raises(Transient):
        client.version()
    assert len(clock.slept) == 3


def test_an_unknown_host(clock: Any) -> None:
    client = Client(Connection(url="http://desk.invalid", token="t"), sleep=clock.sleep, monotonic=clock.monotonic)

    with pytest.raises(Transient) as caught:
        _write(client)

    assert type(caught.value) is Transient


def test_a_flood_is_stopped(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(body=b'{"version": "' + b"9" * 100_000 + b'"}'))

    with pytest.raises(Permanent) as caught:
        connect(limits=Limits(largest=50_000)).version()

    assert "larger than 50000 bytes" in str(caught.value)
    assert len(scripted.seen) == 1


def test_a_packed_flood_is_stopped(connect: Connect, scripted: Any, reply: Any) -> None:
    """The limit counts unpacked bytes."""
    body = gzip.compress(b'{"version": "' + b"9" * 10_000_000 + b'"}')
    scripted.does(reply(body=body, headers={"Content-Encoding": "gzip"}))

    with pytest.raises(Permanent):
        connect(limits=Limits(largest=1_000_000)).version()


def test_packed_answers_are_read(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(body=gzip.compress(b'{"version": "6.5.0"}'), headers={"Content-Encoding": "gzip"}))

    assert connect().version() == "6.5.0"


def test_a_broken_packing_is_a_broken_connection(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(body=b"no gzip at all", headers={"Content-Encoding": "gzip"}))

    with pytest.raises(Transient):
        connect(limits=Limits(attempts=1)).version()


def test_a_page_instead_of_an_answer(connect: Connect, scripted: Any, reply: Any) -> None:
    """A proxy's maintenance page with status 200 passes; whether a write went through is unknown."""
    scripted.does(reply(body=b"<!doctype html>", headers={"Content-Type": "text/html"}))
    client = connect()

    with pytest.raises(Transient, match="a proxy in between"):
        client.version()
    with pytest.raises(AnswerLost):
        _write(client)


def test_an_answer_that_cannot_be_read(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json={"version": {"number": 7}}))

    with pytest.raises(Permanent, match="version: Input should be a valid string"):
        connect().version()


def test_an_error_with_status_200(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json={"error": "Elasticsearch needs to be configured!"}))

    with pytest.raises(Permanent, match="Elasticsearch"):
        connect().version()


def test_one_connection_serves_many_calls(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json=VERSION), reply(status=404, json=BUSY), reply(json=VERSION))
    client = connect()

    client.version()
    with pytest.raises(NotFound):
        client.user(9)
    client.version()

    assert len({seen.peer for seen in scripted.seen}) == 1


def test_a_connection_the_server_dropped_is_replaced(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json=VERSION, headers={"Connection": "close"}), reply(json=VERSION))
    client = connect()

    client.version()
    client.version()

    assert len({seen.peer for seen in scripted.seen}) == 2


def test_every_attempt_is_counted(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(status=503, json=BUSY), reply(json=[]), reply(misdeed="reset"))
    counted: list[tuple[str, str, int | None]] = []
    client = connect(on_call=lambda method, path, status, seconds: counted.append((method, path, status)))

    client.articles(12)
    with pytest.raises(AnswerLost):
        client.delete_ticket(345)

    assert counted == [
        ("GET", "ticket_articles/by_ticket/{id}", 503),
        ("GET", "ticket_articles/by_ticket/{id}", 200),
        ("DELETE", "tickets/{id}", None),
    ]


ADDRESSES = {
    "no scheme": "desk.example.com",
    "another scheme": "ftp://desk.example.com",
    "no host": "https://",
    "a password": "https://u:p@desk.example.com",
    "a query": "https://desk.example.com/?x=1",
}


@pytest.mark.parametrize("url", ADDRESSES.values(), ids=ADDRESSES)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(ValueError, match="the helpdesk's address"):
        Connection(url=url, token="t")


@pytest.mark.parametrize("token", ["", "two words", "line\n", "tök"])
def test_tokens_that_are_none(token: str) -> None:
    with pytest.raises(ValueError, match="the helpdesk's token") as caught:
        Connection(url="https://desk.example.com", token=token)

    assert not token or token not in str(caught.value)


def test_chance_spreads_the_attempts(scripted: Any, reply: Any, clock: Any) -> None:
    """Many threads that failed together do not come back together."""
    scripted.does(reply(status=503, json=BUSY))
    chances = iter([0.0, 1.0, 0.5])
    client = Client(
        Connection(url=scripted.url, token="t"),
        sleep=clock.sleep,
        jitter=lambda: next(chances),
        monotonic=clock.monotonic,
    )

    with pytest.raises(Transient):
        client.version()

    assert clock.slept == [0.125, 0.75, 1.0]


def test_the_body_counts_too(connect: Connect, scripted: Any, reply: Any, clock: Any) -> None:
    """An answer that begins in time and would end too late is given up."""

    def slowly(_: Any) -> Any:
        clock.now += 120
        return reply(json=VERSION)

    scripted.answer = slowly

    with pytest.raises(Transient, match="no answer within the time allowed"):
        connect(limits=Limits(attempts=1)).version()


def test_even_zammad_pys_own_methods_end(scripted: Any, reply: Any) -> None:
    """The session itself has time-outs, whoever uses it."""
    scripted.does(reply(misdeed="stall"))
    session = requests.Session()
    session.mount("http://", TimedAdapter(Limits(read_within=0.05)))

    with session, pytest.raises(requests.ReadTimeout):
        session.get(scripted.url)


def test_a_proxy_that_is_not_there(scripted: Any, clock: Any) -> None:
    """Nothing was sent: no doubt about a write. And a proxy's password is in no message."""
    url = scripted.url.replace("http://", "http://eve:pass-word@")
    scripted.close()
    client = Client(
        Connection(url="http://desk.invalid", token="t", proxy=url), sleep=clock.sleep, monotonic=clock.monotonic
    )

    with pytest.raises(Transient) as caught:
        _write(client)

    assert type(caught.value) is Transient
    assert "pass-word" not in str(caught.value)
    client.close()


def test_a_host_that_does_not_answer_the_door(clock: Any) -> None:
    """A full queue of connections, as a dead host behind a firewall: nothing was sent."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for other in (first, second):
            other.setblocking(False)
            other.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        limits = Limits(connect_within=0.2)
        client = Client(Connection(url=url, token="t", limits=limits), sleep=clock.sleep)

        with pytest.raises(Transient, match="no connection within the time allowed") as caught:
            _write(client)

    assert type(caught.value) is Transient


def test_a_name_that_is_no_header(scripted: Any) -> None:
    client = Client(Connection(url=scripted.url, token="t", user_agent="zhidu\r\nX-Evil: 1"))

    with pytest.raises(Permanent, match="a header or the address is not valid"):
        client.version()

    assert scripted.seen == []


DATES = {
    # row            Date header                       when
    "usual": ("Tue, 24 Nov 2026 08:00:00 GMT", datetime(2026, 11, 24, 8, tzinfo=UTC)),
    "an offset": ("Tue, 24 Nov 2026 16:00:00 +0800", datetime(2026, 11, 24, 8, tzinfo=UTC)),
    "no zone": ("Tue, 24 Nov 2026 08:00:00 -0000", datetime(2026, 11, 24, 8, tzinfo=UTC)),
    "none": (None, None),
    "no date": ("soon", None),
    "two": ("Tue, 24 Nov 2026 08:00:00 GMT, Tue, 24 Nov 2026 08:00:01 GMT", datetime(2026, 11, 24, 8, tzinfo=UTC)),
}


@pytest.mark.parametrize(("header", "at"), DATES.values(), ids=DATES)
def test_the_date_of_an_answer(header: str | None, at: datetime | None) -> None:
    assert dated(header) == at


def test_an_answer_is_dated_by_the_other_clock(connect: Connect, scripted: Any, reply: Any) -> None:
    scripted.does(reply(json=VERSION))
    at = connect().call("GET", "version").dated_at
    assert at is not None
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
