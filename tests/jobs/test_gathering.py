"""Mails of the day: what waits for the end of the working day goes to each person in one mail, once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from integrations.notify.mail import Mail, MailError, Permanent, Transient
from integrations.store.records import Message, MessageStatus
from integrations.store.store import Store, open_store
from jobs.gathering import GATHERED, NAME, TONGUE, Frame, end_of_day
from jobs.post import Post
from policies.kernel.decisions import Tell
from tests.integrations.zammad.tickets import AGNES, CALENDARS, NOW, decision, facts, one_read, plain, planner, verdict
from tests.jobs.test_record import RECORDER
from zhidu.policy import Policy, load_policy

CHINA = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CHINA)


ENDS = {
    # row                                     written           goes at
    "in the morning":                        ("05-06 09:30", "05-06 18:00"),
    "over lunch":                            ("05-06 12:30", "05-06 18:00"),
    "a minute before closing":               ("05-06 17:59", "05-06 18:00"),
    "at closing":                            ("05-06 18:00", "05-07 18:00"),
    "in the evening":                        ("05-06 21:00", "05-07 18:00"),
    "before opening":                        ("05-07 03:00", "05-07 18:00"),
    "on a holiday":                          ("05-02 10:00", "05-06 18:00"),
    "on the last evening before a holiday":  ("04-30 19:00", "05-06 18:00"),
    "on a Saturday that is worked":          ("05-09 10:00", "05-09 18:00"),
}  # fmt: skip


@pytest.mark.parametrize(("written", "goes"), ENDS.values(), ids=ENDS)
def test_the_end_of_the_working_day(written: str, goes: str) -> None:
    calendar = load_policy(None).calendars["default"]
    assert end_of_day(calendar, at(written)) == at(goes)


class Now:
    at = datetime(2026, 5, 6, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


class Server:
    """Takes mails, or fails with `errors` in turn."""

    def __init__(self, *errors: BaseException, after: bool = False) -> None:
        self.mails: list[Mail] = []
        self.errors, self.after = list(errors), after

    def send(self, mail: Mail) -> None:
        error = self.errors.pop(0) if self.errors else None
        if error is None or self.after:
            self.mails.append(mail)
        if error is not None:
            raise error


class Counted:
    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def mailed(self, outcome: str) -> None:
        self.outcomes.append(outcome)

    def died(self, queue: str) -> None:
        pass


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def store(tmp_path: Path, now: Now) -> Iterator[Store]:
    jitters = iter(index / 97 for index in range(1000))
    made = open_store(f"sqlite:///{tmp_path}/z.db", now=now, jitter=lambda: next(jitters), new_id=lambda: "id")
    made.migrate()
    yield made
    made.close()


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(None)


def entry(number: int, to: str = "agnes", tongue: str = "en", day: str = "Wed 6 May 18:00") -> Message:
    return Message(
        key=f"{number}:coaching:1:11",
        kind=GATHERED,
        to=f"{to}@example.com",
        subject=day,
        body=f"Ticket {number}: too long.",
        headers={NAME: to.title(), TONGUE: tongue},
    )


def post(store: Store, policy: Policy, server: Server | None, meter: Counted | None = None) -> Post:
    return Post(store=store, mailer=server, meter=meter or Counted(), frame=Frame(texts=policy.texts).mail)  # type: ignore[arg-type]


def test_each_person_gets_one_mail_with_everything(store: Store, policy: Policy) -> None:
    """In the order in which it came; those in another language, or of another day, in a mail of its own."""
    for number, to in ((1, "agnes"), (2, "bo"), (3, "agnes")):
        store.outbox.put(entry(number, to))
    store.outbox.put(entry(4, tongue="zh-TW"))
    store.outbox.put(entry(5, day="Thu 7 May 18:00"))
    server, meter = Server(), Counted()
    assert post(store, policy, server, meter).run() == 5
    assert [(mail.to, mail.subject) for mail in server.mails] == [
        ("agnes@example.com", "Your replies until Wed 6 May 18:00: 2 could be better"),
        ("bo@example.com", "Your replies until Wed 6 May 18:00: 1 could be better"),
        ("agnes@example.com", "截至Wed 6 May 18:00的回覆：1條可以更好"),
        ("agnes@example.com", "Your replies until Thu 7 May 18:00: 1 could be better"),
    ]
    assert server.mails[0].text == (
        "Agnes,\n\nwhat could be better about your replies until Wed 6 May 18:00:\n\n"
        "Ticket 1: too long.\n\nTicket 3: too long.\n\nOnly you get this mail."
    )
    assert server.mails[0].headers == {}
    assert meter.outcomes == ["sent"] * 4
    assert store.outbox.list(MessageStatus.WAITING) == ()


def test_it_waits_for_the_end_of_the_day(store: Store, now: Now, policy: Policy) -> None:
    server = Server()
    store.outbox.put(entry(1), not_before=now.at + timedelta(hours=1))
    assert post(store, policy, server).run() == 0
    now.at += timedelta(hours=1)
    assert post(store, policy, server).run() == 1


def test_what_failed_goes_together_again_in_the_very_same_mail(store: Store, now: Now, policy: Policy) -> None:
    """However chance spreads retries: entries of one mail stay together, and the receiving side can tell it."""
    for number in range(1, 6):
        store.outbox.put(entry(number))
    server = Server(Transient("451"), after=True)
    assert post(store, policy, server).run() == 0
    assert len({one.due_at for one in store.outbox.list(MessageStatus.WAITING)}) == 1
    now.at += timedelta(hours=1)
    assert post(store, policy, server).run() == 5
    first, second = server.mails
    assert (first.key, first.text) == (second.key, second.text)


def test_a_sender_that_dies_sends_the_very_same_mail_again(store: Store, now: Now, policy: Policy) -> None:
    for number in (1, 2, 3):
        store.outbox.put(entry(number))
    server = Server(KeyboardInterrupt(), after=True)
    with pytest.raises(KeyboardInterrupt):
        post(store, policy, server).run()
    now.at += timedelta(hours=1)
    assert post(store, policy, server).run() == 3
    assert server.mails[0].key == server.mails[1].key


def test_a_mail_that_cannot_be_is_a_dead_letter_and_stops_no_other(store: Store, policy: Policy) -> None:
    store.outbox.put(entry(1))
    store.outbox.put(entry(2, "bo"))
    error: MailError = Permanent("550")
    server = Server(error)
    assert post(store, policy, server).run() == 1
    assert [one.message.to for one in store.outbox.list(MessageStatus.DEAD)] == ["agnes@example.com"]
    assert [mail.to for mail in server.mails] == ["bo@example.com"]


def test_without_a_mail_server_it_waits(store: Store, policy: Policy) -> None:
    store.outbox.put(entry(1))
    assert post(store, policy, None).run() == 0
    assert len(store.outbox.list(MessageStatus.WAITING)) == 1


def test_an_entry_holds_no_frame_and_no_reason() -> None:
    """What a decision becomes: the words alone, with whom, when and in which language."""
    given = facts(one_read())
    tell = Tell(key="t", person=AGNES, text=plain("yours"), private=True, gathered=True)
    judged = replace(verdict(given), decisions=(decision(tell, because=plain("so")),))
    (message,) = RECORDER.messages(planner().plan(judged, given, one_read()), judged)
    assert (message.key, message.kind, message.to) == ("7:t:11", GATHERED, "agnes@example.com")
    assert message.body == "It is yours"
    assert message.headers == {NAME: "Agnes Chen", TONGUE: "en"}
    assert message.subject == "Wed 6 May 18:00"
    assert end_of_day(CALENDARS["default"], NOW) == at("05-06 18:00")
