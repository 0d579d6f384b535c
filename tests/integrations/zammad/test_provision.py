"""Attaching to a helpdesk: what is missing is made, what is there stays, however often and from wherever it starts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad.client import Client
from integrations.zammad.errors import Transient, ZammadError
from integrations.zammad.pool import ClientPool
from integrations.zammad.provision import PAYLOAD, TRIGGERS, WEBHOOK, Hook, attach
from integrations.zammad.sandbox import Fault, Sandbox, serve
from integrations.zammad.transport import Connection
from policies.kernel.config import read
from policies.kernel.provisioning import FieldNeed, Needs, load_needs
from policies.kernel.texts import Language

NOW = datetime(2026, 5, 6, 3, 0, tzinfo=UTC)
HOOK = Hook(endpoint="http://127.0.0.1:9/hooks/zammad", secret="s3")
CORE = load_needs(read(Path(__file__).parents[3] / "policies" / "core" / "provision.yaml"))
TOKEN = "t"


@dataclass
class Place:
    box: Sandbox
    client: Client
    migrations: list[int] = field(default_factory=list)

    def migrate(self, client: Client) -> None:
        client.call("POST", "object_manager_attributes_execute_migrations", json={})
        self.migrations.append(1)

    def attach(
        self, needs: Needs = CORE, tongue: Language = "en", migrate: Callable[[Client], None] | None = None
    ) -> int:
        return attach(self.client, HOOK, needs.ticket_fields, needs.user_fields, tongue, migrate or self.migrate)

    def fields(self) -> dict[str, Any]:
        return {one.name: one for one in self.client.object_attributes() if one.name.startswith("zhidu_")}

    def things(self) -> list[str | None]:
        return [thing.name for kind in ("webhooks", "triggers") for thing in self.client.objects(kind).list()]


@pytest.fixture
def place() -> Iterator[Place]:
    box = Sandbox(now=lambda: NOW, token=TOKEN)
    with serve(box, deliver=False) as url:
        pool = ClientPool(Connection(url=url, token=TOKEN), sleep=lambda seconds: None)
        yield Place(box, pool.client())
        pool.close()


def test_a_bare_helpdesk_gets_fields_webhook_and_triggers(place: Place) -> None:
    before = place.things()
    made = place.attach()
    wanted = {f"zhidu_{need.name}" for need in (*CORE.ticket_fields, *CORE.user_fields)}
    assert set(place.fields()) == wanted
    assert not any(one.waits_for_migration for one in place.fields().values())
    assert made == len(CORE.ticket_fields) + len(CORE.user_fields) + 3
    assert sorted(map(str, place.things())) == sorted([*map(str, before), WEBHOOK, *(name for name, _, _ in TRIGGERS)])
    assert place.migrations == [1]


def test_attaching_again_does_nothing(place: Place) -> None:
    place.attach()
    calls = dict(place.box.counters.by_path)
    assert place.attach() == 0
    assert place.migrations == [1]
    after = place.box.counters.by_path
    assert {path for path in after if after[path] != calls.get(path, 0) and not path.startswith("GET")} == set()


def test_what_somebody_else_made_or_changed_stays(place: Place) -> None:
    place.attach()
    webhook = next(one for one in place.client.objects("webhooks").list() if one.name == WEBHOOK)
    place.client.objects("webhooks").update(webhook.id, {"endpoint": "http://127.0.0.1:10/mine"})
    place.client.objects("triggers").create(
        {
            "name": "mine",
            "active": True,
            "activator": "action",
            "execution_condition_mode": "always",
            "condition": {"ticket.action": {"operator": "is", "value": "create"}},
            "perform": {"notification.webhook": {"webhook_id": webhook.id}},
        }
    )
    assert place.attach() == 0
    (kept,) = [one for one in place.client.objects("webhooks").list() if one.name == WEBHOOK]
    assert kept.data["endpoint"] == "http://127.0.0.1:10/mine"
    assert "mine" in place.things()


PATHS = (
    "/object_manager_attributes$",
    "/object_manager_attributes_execute_migrations",
    "/webhooks$",
    "/triggers$",
)


@pytest.mark.parametrize("path", PATHS)
def test_interrupted_and_called_again_it_is_whole(place: Place, path: str) -> None:
    """A field that waits for its migration is there by name already: it is migrated all the same."""
    place.box.faults.add(Fault(kind="error", method="POST", path=path, times=9))
    with pytest.raises(ZammadError):
        place.attach()
    place.box.faults.clear()
    place.attach()
    assert not any(one.waits_for_migration for one in place.fields().values())
    assert len(place.fields()) == len(CORE.ticket_fields) + len(CORE.user_fields)
    assert sum(name == WEBHOOK for name in place.things()) == 1
    assert sum(str(name).startswith("zhidu: ") for name in place.things()) == 2
    assert place.attach() == 0


def test_the_migration_is_waited_for(place: Place) -> None:
    """Nothing is asked of a helpdesk that is away."""

    def away(client: Client) -> None:
        raise Transient("away", status=None, method="GET", path="version")

    with pytest.raises(Transient):
        place.attach(migrate=away)
    assert WEBHOOK not in place.things()


def test_the_webhook_carries_ids_and_is_signed(place: Place) -> None:
    place.attach()
    (made,) = [one for one in place.client.objects("webhooks").list() if one.name == WEBHOOK]
    assert made.data["customized_payload"] is True
    assert "article.body" not in str(made.data["custom_payload"])
    assert set(PAYLOAD) >= {"ticket_id", "updated_at", "updated_by_id", "article_count"}
    assert "s3" not in repr(HOOK)


KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "text": ("input", {"type": "text", "maxlength": 250}),
    "select": ("select", {"options": {"a": "A"}, "multiple": False, "default": ""}),
    "multiselect": ("multiselect", {"options": {"a": "A"}, "multiple": True}),
    "datetime": ("datetime", {"future": True, "past": True}),
    "date": ("date", {}),
}
SAID = {"zh-CN": "甲", "zh-TW": "乙", "en": "A"}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_of_fields(place: Place, kind: Any) -> None:
    needs = Needs(
        ticket_fields=(
            FieldNeed.model_validate(
                {"name": "x", "type": kind, "display": SAID, "options": {"a": SAID} if "select" in kind else {}}
            ),
        )
    )
    place.attach(needs)
    made = place.fields()["zhidu_x"]
    data_type, option = KINDS[kind]
    assert made.data_type == data_type
    assert {name: made.data_option[name] for name in option} == option


@pytest.mark.parametrize(("tongue", "word"), SAID.items())
def test_fields_are_called_in_the_language_of_the_helpdesk(place: Place, tongue: Any, word: str) -> None:
    need = FieldNeed.model_validate({"name": "x", "type": "select", "display": SAID, "options": {"a": SAID}})
    place.attach(Needs(ticket_fields=(need,)), tongue)
    made = place.fields()["zhidu_x"]
    assert (made.display, made.data_option["options"]) == (word, {"a": word})


def test_a_field_of_the_same_name_elsewhere_does_not_count(place: Place) -> None:
    need = FieldNeed.model_validate({"name": "x", "type": "text", "display": SAID})
    place.attach(Needs(user_fields=(need,)))
    assert place.attach(Needs(ticket_fields=(need,))) == 1
