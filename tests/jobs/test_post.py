"""The outbox is sent by mail server and gateway; what is given up comes back to the policy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from integrations.notify.gateway import GatewaySettings, HttpGateway
from integrations.store.records import EntryStatus, Message, MessageStatus
from integrations.store.store import Store, open_store
from jobs.post import Post
from jobs.related import Relations
from policies.kernel.facts import Ticket

START = datetime(2026, 5, 6, 2, 0, tzinfo=UTC)
SMS = Message(key="42:completion:0", kind="sms", to="+8613800138000", subject="工单 21042", body="已办结。")
MAIL = Message(key="42:told:11", kind="mail", to="agnes@example.com", subject="s", body="b")


class Now:
    at = START

    def __call__(self) -> datetime:
        return self.at


class Counted:
    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.dead = 0

    def mailed(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def died(self, queue: str) -> None:
        self.dead += 1


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def store(tmp_path: Path, now: Now) -> Iterator[Store]:
    made = open_store(f"sqlite:///{tmp_path}/z.db", now=now, jitter=lambda: 0.5, new_id=lambda: "id")
    made.migrate()
    yield made
    made.close()


@contextmanager
def gateway(now: Now, *statuses: int) -> Iterator[tuple[HttpGateway, list[dict[str, str]]]]:
    """A real server that answers with the statuses in turn, then takes everything."""
    left, taken = list(statuses), list[dict[str, str]]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(left.pop(0) if left else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        yield HttpGateway(GatewaySettings(url=url, secret="a-secret-of-the-gateway"), now=now), taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looks(store: Store) -> list[tuple[int, str]]:
    return [(entry.ticket_id, entry.reason) for entry in store.inbox.list(EntryStatus.WAITING)]


def undelivered(store: Store) -> frozenset[str]:
    relations = Relations(store=store, repeat_within=timedelta(days=90), group_within=timedelta(days=7))
    return relations.related(Ticket(id=42, kind="business", created_at=START, updated_at=START)).undelivered


def test_a_short_message_goes_by_the_gateway_and_a_mail_waits_for_its_server(store: Store, now: Now) -> None:
    store.outbox.put(SMS)
    store.outbox.put(MAIL)

    with gateway(now) as (sender, taken):
        sent = Post(store=store, mailer=None, gateway=sender, meter=Counted()).run()  # type: ignore[arg-type]

    assert sent == 1
    assert [(one["channel"], one["to"], one["text"]) for one in taken] == [("sms", SMS.to, SMS.body)]
    assert [record.message.key for record in store.outbox.list(MessageStatus.WAITING)] == [MAIL.key]


def test_without_a_gateway_it_waits(store: Store) -> None:
    store.outbox.put(SMS)

    assert Post(store=store, mailer=None, meter=Counted()).run() == 0  # type: ignore[arg-type]
    assert store.outbox.show(SMS.key).attempts == 0


def test_a_busy_gateway_is_asked_again_with_the_same_message(store: Store, now: Now) -> None:
    store.outbox.put(SMS)

    with gateway(now, 503, 429) as (sender, taken):
        post = Post(store=store, mailer=None, gateway=sender, meter=Counted())  # type: ignore[arg-type]
        rounds = []
        for _ in range(3):
            rounds.append(post.run())
            now.at += timedelta(hours=2)

    assert rounds == [0, 0, 1]
    assert len({one["id"] for one in taken}) == 1
    assert (undelivered(store), looks(store)) == (frozenset(), [])


def test_what_the_gateway_refuses_comes_back_to_the_policy(store: Store, now: Now) -> None:
    store.outbox.put(SMS)
    meter = Counted()

    with gateway(now, 422) as (sender, _):
        Post(store=store, mailer=None, gateway=sender, meter=meter).run()  # type: ignore[arg-type]

    assert store.outbox.show(SMS.key).status is MessageStatus.DEAD
    assert (meter.outcomes, meter.dead) == (["dead"], 1)
    assert undelivered(store) == {"completion:0"}
    assert looks(store) == [(42, "message given up")]


def test_so_does_what_was_tried_too_often(store: Store, now: Now) -> None:
    store.outbox.put(SMS)

    with gateway(now, *[503] * 50) as (sender, _):
        post = Post(store=store, mailer=None, gateway=sender, meter=Counted())  # type: ignore[arg-type]
        for _ in range(50):
            post.run()
            now.at += timedelta(hours=6)

    assert store.outbox.show(SMS.key).status is MessageStatus.DEAD
    assert looks(store) == [(42, "message given up")]


def test_one_that_is_sent_again_is_on_its_way(store: Store, now: Now) -> None:
    store.outbox.put(SMS)
    with gateway(now, 422) as (sender, _):
        Post(store=store, mailer=None, gateway=sender, meter=Counted()).run()  # type: ignore[arg-type]
        store.outbox.replay(SMS.key)

        assert undelivered(store) == frozenset()
        assert Post(store=store, mailer=None, gateway=sender, meter=Counted()).run() == 1  # type: ignore[arg-type]


def test_another_ticket_s_loss_is_its_own(store: Store, now: Now) -> None:
    store.outbox.put(Message(key="421:completion:0", kind="sms", to="1", subject="", body="b"))
    with gateway(now, 422) as (sender, _):
        Post(store=store, mailer=None, gateway=sender, meter=Counted()).run()  # type: ignore[arg-type]

    assert undelivered(store) == frozenset()
