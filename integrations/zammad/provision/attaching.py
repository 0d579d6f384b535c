"""What zhidu needs of a helpdesk before it can work there: its fields, its webhook, the triggers that fire it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from integrations.zammad.client import Client
from integrations.zammad.objects import migrate
from integrations.zammad.provision.calling import PAYLOAD, TRIGGERS, WEBHOOK
from integrations.zammad.provision.wanted import Hook
from integrations.zammad.wire import PREFIX
from integrations.zammad.writes import Value
from policies.kernel.manifest import LocalText
from policies.kernel.provisioning import FieldNeed
from policies.kernel.texts import Language

_FIRST_POSITION = 1500


def attach(
    client: Client,
    hook: Hook,
    ticket_fields: Iterable[FieldNeed],
    user_fields: Iterable[FieldNeed],
    tongue: Language,
    migrate: Callable[[Client], None] = migrate,
) -> int:
    """Make what is missing; what is there under its name is left as it is. Returns how many objects were made.

    Fields are migrated once, at the end, those too that an interrupted attempt left waiting: Zammad then restarts and
    is away for some ten seconds.
    raises   ZammadError – the token may not do it, or the helpdesk went away; call it again
    """
    made = 0
    attributes = client.object_attributes()
    known = {(attribute.object, attribute.name) for attribute in attributes}
    waiting = any(one.waits_for_migration for one in attributes if one.name.startswith(PREFIX))
    for kind, needs in (("Ticket", ticket_fields), ("User", user_fields)):
        for position, need in enumerate(needs):
            if (kind, f"{PREFIX}{need.name}") not in known:
                client.objects("object_manager_attributes").create(_attribute(kind, need, position, tongue))
                made += 1
    if made or waiting:
        migrate(client)
    return made + _webhook(client, hook)


def _webhook(client: Client, hook: Hook) -> int:
    made = 0
    found = next((thing for thing in client.objects("webhooks").list() if thing.name == WEBHOOK), None)
    if found is None:
        found = client.objects("webhooks").create(
            {
                "name": WEBHOOK,
                "endpoint": hook.endpoint,
                "signature_token": hook.secret,
                "ssl_verify": hook.verify,
                "active": True,
                "customized_payload": True,
                "custom_payload": json.dumps(PAYLOAD),
            }
        )
        made += 1
    present = {thing.name for thing in client.objects("triggers").list()}
    for name, action, mode in TRIGGERS:
        if name not in present:
            client.objects("triggers").create(_trigger(name, action, mode, found.id))
            made += 1
    return made


def _trigger(name: str, action: str, mode: str, webhook: int) -> Mapping[str, Value]:
    return {
        "name": name,
        "active": True,
        "activator": "action",
        "execution_condition_mode": mode,
        "condition": {"ticket.action": {"operator": "is", "value": action}},
        "perform": {"notification.webhook": {"webhook_id": webhook}},
    }


def _attribute(kind: str, need: FieldNeed, position: int, tongue: Language) -> Mapping[str, Value]:
    data_type, option = _data(need, tongue)
    screens: Mapping[str, Value] = {"edit": {"ticket.agent": {"shown": True, "required": False}}}
    return {
        "name": f"{PREFIX}{need.name}",
        "object": kind,
        "display": _in(need.display, tongue),
        "active": True,
        "position": _FIRST_POSITION + position,
        "data_type": data_type,
        "data_option": option,
        "screens": screens if kind == "Ticket" else {},
    }


def _data(need: FieldNeed, tongue: Language) -> tuple[str, Mapping[str, Value]]:
    match need.type:
        case "text":
            return "input", {"type": "text", "maxlength": 250, "default": "", "null": True, "linktemplate": ""}
        case "datetime":
            return "datetime", {"future": True, "past": True, "diff": None, "null": True}
        case "date":
            return "date", {"diff": None, "null": True}
        case _:
            options = {value: _in(text, tongue) for value, text in need.options.items()}
            many = need.type == "multiselect"
            return need.type, {
                "options": options,
                "default": () if many else "",
                "null": True,
                "nulloption": True,
                "multiple": many,
                "maxlength": 255,
            }


def _in(text: LocalText, tongue: Language) -> str:
    return {"zh-CN": text.zh_cn, "zh-TW": text.zh_tw, "en": text.en}[tongue]
