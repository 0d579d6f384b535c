"""6.1.1 a ticket made anew with confidential data masked: whole, once, and with nothing readable left of it."""

import base64
import itertools
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import generate_latest

from integrations.store.twins import Step
from integrations.store.vault.errors import Denied
from integrations.store.vault.keys import KeyRing, RingKey
from integrations.store.vault.records import Actor, Rules
from integrations.store.vault.vault import Vault
from integrations.zammad.client import Client
from integrations.zammad.transport import Connection
from jobs.twin import Twinning
from policies.kernel.config import load_text
from policies.kernel.facts import Post
from policies.kernel.provisioning import Needs
from tests.jobs.conftest import PEOPLE, TOKEN, Desk, make_desk
from zhidu.commands.vault import vault as vault_command
from zhidu.compose import helpdesk_of
from zhidu.config import Config
from zhidu.originals.report import gathered
from zhidu.people_file import People
from zhidu.policy import Policy, load_policy
from zhidu.twinning import TwinChore, twinning_of

CARD = "6222021000112233449"
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in CARD)
IDENTITY = "440305199301026898"
PASSWORD = "Abc12345"
SECRETS = (CARD, WIDE, " ".join(re.findall(".{1,4}", CARD)), IDENTITY, PASSWORD, "13800138000")
OPEN = Rules(ask=frozenset(Post), approve=frozenset(Post))


class Killed(BaseException):
    """The process dies."""


@dataclass
class Twins:
    desk: Desk
    vault: Vault
    job: Twinning

    def mail(self, subject: str, html: str, **files: str) -> int:
        """A customer's mail as it comes in; the ticket it ended in."""
        message = EmailMessage()
        message["From"], message["To"] = "Li Si <li.si@example.com>", "desk@example.com"
        message["Subject"], message["Message-ID"] = subject, f"<{len(self.desk.box.desk.articles)}@example.com>"
        message.set_content(html, subtype="html")
        for name, text in files.items():
            message.add_attachment(text.encode(), maintype="text", subtype="plain", filename=name.replace("_", "."))
        return int(self.desk.box.receive_mail(message.as_bytes(), group_id=2)["ticket_id"])

    def number(self, ticket: int) -> str:
        return str(self.desk.ticket(ticket)["number"])

    def by_number(self, number: str) -> int:
        return int(self.desk.box.desk.numbers[number])

    def helpdesk_text(self) -> str:
        """All that the helpdesk keeps of tickets: rows, history, raw mails, files."""
        desk = self.desk.box.desk
        rows = [
            list(desk.tickets),
            list(desk.articles),
            list(desk.history_of.values()),
            list(desk.table("attachments")),
        ]
        files = b"\n".join([*desk.files.values(), *desk.raw_mails.values()]).decode("utf-8", "replace")
        return json.dumps(rows, ensure_ascii=False, default=str) + files


def ring() -> KeyRing:
    return KeyRing(keys=(RingKey(id="k", secret=b"k" * 32),), current="k", secret=b"s" * 32)


@pytest.fixture(scope="module")
def twin_policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    folder = tmp_path_factory.mktemp("config")
    (folder / "policies").mkdir()
    (folder / "policies" / "masking.yaml").write_text("mode: twin\n", encoding="utf-8")
    return load_policy(folder)


def twins_at(desk: Desk, wrap: Callable[[Client], Client] = lambda client: client) -> Twins:
    vault = desk.store.vault(ring(), OPEN, os.urandom)
    admin = wrap(Client(Connection(url=desk.url, token=TOKEN)))
    helpdesk = desk.processor.reader.names
    job = twinning_of(
        desk.policy, _Helpdesk(wrap(desk.processor.helpdesk()), helpdesk, desk), lambda: admin, vault, desk.store,
        desk.outside,
    )  # fmt: skip
    return Twins(desk, vault, job)


class _Pool:
    def __init__(self, client: Client) -> None:
        self._client = client

    def client(self) -> Client:
        return self._client


class _Helpdesk:
    """The helpdesk's parts with a client that may be killed."""

    def __init__(self, client: Client, names: Any, desk: Desk) -> None:
        self.pool, self.names, self.directory = _Pool(client), names, desk.processor.reader.directory


@pytest.fixture
def twins(tmp_path: Path, twin_policy: Policy, needs: Needs) -> Iterator[Twins]:
    for desk in make_desk(tmp_path, twin_policy, needs):
        yield twins_at(desk)


def busy_ticket(twins: Twins) -> int:
    """A ticket with all that a ticket can have."""
    desk = twins.desk
    ticket = twins.mail(
        f"身份证 {IDENTITY}", f"<p>投诉：卡号 <b>{CARD[:6]}</b>{CARD[6:]} 被盗刷，密码是 {PASSWORD}</p>",
        card_txt=f"卡号 {WIDE}",
    )  # fmt: skip
    desk.answer(ticket, "您好，我们马上查。")
    desk.call("POST", "ticket_articles", {
        "ticket_id": ticket, "body": f"补充：电话 13800138000，{SECRETS[2]}", "type": "web", "sender": "Customer",
        "internal": False, "attachments": [{"filename": f"{IDENTITY}.txt", "mime-type": "text/plain",
                                            "data": base64.b64encode("身份证复印件".encode()).decode()}],
    })  # fmt: skip
    other = desk.complain("另一件事")
    desk.call("POST", "links/add", {
        "link_type": "normal", "link_object_source": "Ticket", "link_object_source_number": twins.number(other),
        "link_object_target": "Ticket", "link_object_target_value": ticket,
    })  # fmt: skip
    desk.call("POST", "tags/add", {"object": "Ticket", "o_id": ticket, "item": "vip"})
    desk.call("POST", "tags/add", {"object": "Ticket", "o_id": ticket, "item": f"卡{CARD}"})
    desk.call("POST", "mentions", {"mentionable_type": "Ticket", "mentionable_id": ticket},
              **{"X-On-Behalf-Of": "agnes@example.com"})  # fmt: skip
    checklist = desk.call("POST", "checklists", {"ticket_id": ticket})["id"]
    for text, checked in (("核实身份", True), (f"回拨 {IDENTITY}", False)):
        desk.call("POST", "checklist_items", {"checklist_id": checklist, "text": text, "checked": checked})
    desk.settle()
    return ticket


def shape(twins: Twins, number: str) -> Any:
    """What a ticket is but for ids and times: to compare the twin with another twin."""
    desk = twins.desk
    ticket = desk.ticket(twins.by_number(number))
    articles = [
        {
            name: a[name]
            for name in ("type", "sender", "internal", "subject", "body", "message_id", "from", "content_type")
        }
        | {"body": re.sub(r"(?<=：)[0-9, ]+(?=（)", "…", a["body"])}
        | {"files": [f["filename"] for f in a["attachments"]], "by": a["created_by_id"]}
        for a in desk.articles(ticket["id"])
    ]
    read = desk.call("GET", f"tickets/{ticket['id']}?all=true")
    items = [(i["text"], i["checked"]) for i in read["assets"].get("ChecklistItem", {}).values()]
    fields = {
        name: ticket[name] for name in ("title", "state_id", "owner_id", "priority_id", "group_id", "customer_id")
    }
    return {**fields, "articles": articles, "tags": sorted(read["tags"]), "links": len(read["links"]), "items": items,
            "mentions": len(read["mentions"])}  # fmt: skip


def test_nothing_readable_remains_and_nothing_else_is_lost(twins: Twins) -> None:
    """6.1.1 tickets, articles, raw mails, attachments, history; number, order, files, tags, links and all the rest."""
    desk = twins.desk
    ticket = busy_ticket(twins)
    number, before = twins.number(ticket), desk.articles(ticket)
    was = desk.call("GET", f"tickets/{ticket}?all=true")
    case = desk.store.cases.of(ticket)
    assert twins.job.run() == 1
    desk.settle()

    new = twins.by_number(number)
    assert new != ticket
    text = twins.helpdesk_text()
    assert [text[max(0, at - 90) : at + 20] for secret in SECRETS if (at := text.find(secret)) >= 0] == []
    after = desk.articles(new)
    own = [a for a in after if "was" in ((a["preferences"] or {}).get("zhidu") or {})]
    assert [a["preferences"]["zhidu"]["was"]["id"] for a in own] == [a["id"] for a in before]
    assert [a["sender"] for a in own] == [a["sender"] for a in before]
    assert [a["internal"] for a in own] == [a["internal"] for a in before]
    assert [a["origin_by_id"] or a["created_by_id"] for a in own] == [
        a["origin_by_id"] or a["created_by_id"] for a in before
    ]
    assert own[0]["message_id"] == before[0]["message_id"]
    assert [f["filename"] for f in own[0]["attachments"]] == ["card.txt"]
    read = desk.call("GET", f"tickets/{new}?all=true")
    assert "vip" in read["tags"]
    assert len(read["links"]) == len(was["links"])
    assert len(read["mentions"]) == len(was["mentions"])
    assert desk.ticket(new)["state_id"] == was["assets"]["Ticket"][str(ticket)]["state_id"]
    assert desk.ticket(new)["owner_id"] == was["assets"]["Ticket"][str(ticket)]["owner_id"]
    assert desk.store.cases.of(new) == case
    report = gathered(desk.store, "twin", desk.clock.now())
    assert [(one.ticket, one.state, one.what) for one in report.remainders] == [(ticket, "anew", str(new))]
    (note,) = [a["body"] for a in after if "zhidu vault request" in a["body"]]
    came = datetime.fromisoformat(before[0]["created_at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    assert f"{came:%Y-%m-%d %H:%M} · Customer · email" in note
    assert "request" in vault_command.commands
    assert [a for a in after if a["type"] == "email" and a["sender"] != "Customer"] == []


def test_a_twin_is_at_rest(twins: Twins) -> None:
    """Looked at again it is made anew no second time, and nothing is said twice."""
    desk = twins.desk
    ticket = busy_ticket(twins)
    number = twins.number(ticket)
    twins.job.run()
    desk.settle()
    new = twins.by_number(number)
    notes, findings = len(desk.notes(new)), len(desk.store.findings.list())
    desk.store.inbox.enqueue(new, "look")
    desk.settle()
    assert twins.job.run() == 0
    assert desk.store.twins.unfinished() == ()
    assert (len(desk.notes(new)), len(desk.store.findings.list())) == (notes, findings)


def test_the_originals_lie_in_the_vault(twins: Twins) -> None:
    ticket = busy_ticket(twins)
    twins.job.run()
    places = {record.origin.place.partition(":")[0] for record in twins.vault.rows.records(ticket_id=ticket)}
    assert {"ticket", "history", "title", "subject", "body", "raw", "file", "name", "item"} <= places


def test_of_a_text_with_a_password_no_token_is_kept(twins: Twins) -> None:
    """Of which there are so few that whoever had the secret could try them all."""
    ticket = busy_ticket(twins)
    twins.job.run()
    kept = twins.vault.rows.records(ticket_id=ticket)
    secret = [one for one in kept if {"password", "whole"}.intersection(one.origin.kind.split(","))]
    assert any("password" in one.origin.kind for one in secret)
    assert all((one.token is None) is (one in secret) for one in kept)


def test_nothing_readable_is_in_the_store_the_logs_or_the_metrics(
    twins: Twins, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """6.1.1 the store keeps originals sealed; 6.1.4 two persons see one, once."""
    ticket = busy_ticket(twins)
    twins.job.run()
    twins.desk.settle()

    said = capsys.readouterr()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("zhidu.db*")).decode("utf-8", "replace")
    texts = {"store": kept, "log": said.out + said.err, "metrics": generate_latest(twins.desk.registry).decode()}
    assert "made anew" in texts["log"]
    found = [(name, secret) for name, text in texts.items() for secret in SECRETS if secret in text]
    assert found == []

    record = next(r for r in twins.vault.rows.records(ticket_id=ticket) if r.origin.place == "title")
    agnes = Actor(login="agnes", post=Post.SPECIALIST, account="a")
    sup = Actor(login="sup", post=Post.SUPERVISOR, account="s")
    request = twins.vault.ask(record.id, agnes, "the customer asks which card it was")
    twins.vault.approve(request.id, sup)
    assert IDENTITY in twins.vault.reveal(request.id, agnes)[1].content.decode()
    with pytest.raises(Denied):
        twins.vault.reveal(request.id, agnes)


def killed_at(desk: Desk, path: str, *methods: str, after: bool) -> None:
    """A making that is killed before or after its first call by one of `methods` to such a path."""
    killing = Killing(after=after, at=None)
    killing.watch = lambda method, called: method in methods and called.startswith(path)
    with pytest.raises(Killed):
        twins_at(desk, killing.wrap).job.run()


def test_a_mail_into_the_gap_is_merged_in(twins: Twins) -> None:
    """The number is free for a moment: what comes in then opens a ticket of its own, which is merged."""
    desk = twins.desk
    ticket = twins.mail("投诉", f"卡号 {CARD}")
    desk.settle()
    number = twins.number(ticket)
    killed_at(desk, "tickets/", "DELETE", after=True)
    stray = twins.mail(f"Re: 投诉 [Ticket#{number}]", "还有一件事")
    assert twins.number(stray) != number

    assert twins.job.run() == 1

    bodies = [a["body"] for a in desk.articles(twins.by_number(number))]
    assert any("还有一件事" in body for body in bodies)


@pytest.mark.parametrize("step", ["merge", "erase"])
@pytest.mark.parametrize("after", [False, True])
def test_what_came_into_the_gap_is_masked_too(twins: Twins, step: str, after: bool) -> None:
    """Its text with the next making; of the ticket that it had opened nothing is left, killed around that or not."""
    desk = twins.desk
    ticket = twins.mail("投诉", f"卡号 {CARD}")
    desk.settle()
    number = twins.number(ticket)
    killed_at(desk, "tickets/", "DELETE", after=True)
    fresh(desk)
    stray = twins.mail(f"Re: 投诉 [Ticket#{number}] 卡号{CARD}", f"密码是 {PASSWORD}，还有一件事")
    desk.settle()
    path_of = {"merge": f"ticket_merge/{stray}/", "erase": f"tickets/{stray}"}[step]
    killed_at(desk, path_of, "PUT", "DELETE", after=after)
    fresh(desk)
    while twins.job.run():
        desk.settle()

    text = twins.helpdesk_text()
    assert [secret for secret in (CARD, PASSWORD) if secret in text] == []
    assert any("还有一件事" in article["body"] for article in desk.articles(twins.by_number(number)))
    sealed = [one for one in twins.vault.rows.records() if one.origin.place == f"merged:{stray}"]
    assert [twins.vault.rows.record(one.id).origin.ticket_id for one in sealed] == [ticket]


def test_what_comes_while_it_is_sealed_is_sealed_first(twins: Twins) -> None:
    desk = twins.desk
    ticket = twins.mail("投诉", f"卡号 {CARD}")
    desk.settle()
    number = twins.number(ticket)
    killed_at(desk, "tickets/", "DELETE", after=False)
    twins.mail(f"Re: [Ticket#{number}]", f"密码是 {PASSWORD}")

    assert twins.job.run() == 1

    text = twins.helpdesk_text()
    assert PASSWORD not in text
    assert len([a for a in desk.articles(twins.by_number(number)) if a["sender"] == "Customer"]) == 2


@dataclass
class Killing:
    """Lets the process die at one request: before it leaves, or after it was answered."""

    after: bool
    at: int | None
    count: int = 0
    watch: Callable[[str, str], bool] = lambda method, path: False

    def wrap(self, client: Client) -> Client:
        inner = client.call

        def call(method: str, path: str, **rest: Any) -> Any:
            self.count += 1
            dies = self.count == self.at or self.watch(method, path)
            if dies and not self.after:
                raise Killed
            answer = inner(method, path, **rest)
            if dies:
                raise Killed
            return answer

        client.call = call  # type: ignore[method-assign]
        return client


def fresh(desk: Desk) -> None:
    desk.processor.helpdesk().__dict__.pop("call", None)


def calls_of(desk: Desk) -> int:
    killing = Killing(after=False, at=None)
    twins_at(desk, killing.wrap).job.run()
    fresh(desk)
    return killing.count


def test_a_crash_at_any_request_loses_and_doubles_nothing(tmp_path: Path, twin_policy: Policy, needs: Needs) -> None:
    """Killed before and after each request in turn, the next start makes the very ticket that no crash would have."""
    wanted, total = None, 0
    for number, after in itertools.chain([(0, False)], itertools.product(range(1, 200), (False, True))):
        if total and number > total:
            break
        folder = tmp_path / f"{number}-{after}"
        folder.mkdir()
        for desk in make_desk(folder, twin_policy, needs):
            twins = twins_at(desk)
            ticket = busy_ticket(twins)
            name = twins.number(ticket)
            if number == 0:
                total = calls_of(desk)
                desk.settle()
                wanted = shape(twins, name)
                continue
            killing = Killing(after=after, at=number)
            with suppress(Killed):
                twins_at(desk, killing.wrap).job.run()
            fresh(desk)
            desk.settle()
            _shows_nothing(twins, name)
            assert twins_at(desk).job.run() == 1, (number, after)
            desk.settle()
            assert shape(twins, name) == wanted, (number, after)
            assert [s for s in SECRETS if s in twins.helpdesk_text()] == [], (number, after)
    assert total > 15


def _shows_nothing(twins: Twins, number: str) -> None:
    """The original stands there whole, or nothing of it is readable."""
    twin = twins.desk.store.twins.unfinished()[0]
    if twin.step in (Step.WANTED, Step.SEALED) and number in twins.desk.box.desk.numbers:
        return
    text = twins.helpdesk_text()
    assert [secret for secret in SECRETS if secret in text] == []


CHORES = {
    # row                      vault  token  finished
    "with all that it needs": (True,  TOKEN, 1),
    "without a vault":        (False, TOKEN, 0),
    "without a token":        (True,  None,  0),
}  # fmt: skip


@pytest.mark.parametrize(("vault", "token", "finished"), CHORES.values(), ids=CHORES)
def test_the_services_own_job_touches_nothing_without_vault_and_token(
    twins: Twins, vault: bool, token: str | None, finished: int
) -> None:
    """6.1.1 by the configured clients; what it lacks leaves the ticket as it is, waiting."""
    desk = twins.desk
    ticket = twins.mail("投诉", f"卡号 {CARD}")
    desk.settle()
    config = load_text(f'helpdesk: {{url: "{desk.url}"}}', "zhidu.yaml", Config).config
    helpdesk = helpdesk_of(config, TOKEN, load_text(PEOPLE, "people.yaml", People), desk.outside)
    chore = TwinChore(
        config=config, policy=lambda: desk.policy, helpdesk=helpdesk, store=desk.store, outside=desk.outside,
        vault=twins.vault if vault else None, token=token, wake=lambda: None,
    )  # fmt: skip

    assert chore.run() == finished

    assert len(desk.store.twins.unfinished()) == 1 - finished
    there = desk.box.desk.tickets.find(ticket) is not None
    assert there is (finished == 0)
    assert chore.run() == 0
    helpdesk.pool.close()
