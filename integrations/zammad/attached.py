"""Whether a helpdesk has what zhidu needs of it, made by `provision` or by hand: fields, webhook, triggers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from integrations.zammad.provision.calling import PAYLOAD, TRIGGERS, WEBHOOK
from integrations.zammad.provision.compare import option_values
from integrations.zammad.provision.fields import TEXT_LENGTH, data_type
from integrations.zammad.wire import PREFIX, ObjectAttribute, Thing
from policies.kernel.provisioning import FieldNeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that is not as it must be, and what a person does about it in Zammad.

    grave   zhidu cannot work so; otherwise it can, and somebody should know
    """

    what: str
    do: str
    grave: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the webhook should be like: where it calls, the path that takes deliveries in, the secret they bear."""

    endpoint: str
    path: str
    secret: str | None = field(repr=False)


def field_gaps(attributes: Iterable[ObjectAttribute], kind: str, needs: Iterable[FieldNeed]) -> Iterator[Gap]:
    """kind   `Ticket` or `User`: whose fields `needs` are"""
    there = {attribute.name: attribute for attribute in attributes if attribute.object == kind}
    named = [(f"{PREFIX}{need.name}", need) for need in needs]
    missing = [f"{name} ({data_type(need)})" for name, need in named if name not in there]
    if missing:
        yield Gap(what=f"{kind} lacks {', '.join(missing)}", do="add these fields as the table says, and migrate")
    for name, need in named:
        if name in there:
            yield from _differences(there[name], kind, need)


def _differences(attribute: ObjectAttribute, kind: str, need: FieldNeed) -> Iterator[Gap]:
    shown = f"{kind} field {attribute.name}"
    if attribute.data_type != data_type(need):
        what = f"{shown} is of type {attribute.data_type}, not {data_type(need)}"
        yield Gap(what=what, do="delete it, migrate, and add it with the right type; its values are lost")
        return
    if not attribute.active:
        yield Gap(what=f"{shown} is inactive", do="activate it")
    if attribute.waits_for_migration:
        yield Gap(what=f"{shown} waits for the database", do="press Update database on Zammad's page Objects")
    there = option_values(attribute.data_option)
    missing = [value for value in need.options if value not in there]
    if missing:
        yield Gap(what=f"{shown} lacks the options {', '.join(missing)}", do="add them, key by key, and migrate")
    longest = (attribute.data_option or {}).get("maxlength")
    if need.type == "text" and isinstance(longest, int) and longest < TEXT_LENGTH:
        yield Gap(what=f"{shown} holds {longest} characters only", do=f"allow {TEXT_LENGTH}")


def our_webhook(webhooks: Sequence[Thing], path: str) -> Thing | None:
    """The webhook of our name, else one that calls our path: a company may have named it itself."""
    named = next((hook for hook in webhooks if hook.name == WEBHOOK), None)
    return named or next((hook for hook in webhooks if _path(hook) == path), None)


def _path(hook: Thing) -> str:
    return urlsplit(str(hook.data.get("endpoint") or "")).path


def webhook_gaps(hook: Thing | None, expected: Expected) -> Iterator[Gap]:
    if hook is None:
        yield Gap(what=f"there is no webhook {WEBHOOK!r}", do=f"add it, with the endpoint {expected.endpoint}")
        return
    data = hook.data
    if not hook.active:
        yield Gap(what="the webhook is inactive", do="activate it")
    if _path(hook) != expected.path:
        yield Gap(what=f"the webhook calls {data.get('endpoint')}", do=f"let it call {expected.endpoint}")
    elif data.get("endpoint") != expected.endpoint:
        what = f"the webhook calls {data.get('endpoint')}, the configuration says {expected.endpoint}"
        yield Gap(what=what, do="change one of them, or set http.public_url to what Zammad calls", grave=False)
    token = data.get("signature_token")
    if not token:
        yield Gap(what="the webhook does not sign", do="set its HMAC SHA1 signature token to the configured secret")
    elif expected.secret is not None and token != expected.secret:
        yield Gap(what="the webhook signs with another secret than the configured one", do="make the two the same")
    if not data.get("customized_payload") or not _is_ours(data.get("custom_payload")):
        what = "the webhook sends another payload than ours: Zammad's webhook log then may keep what customers wrote"
        yield Gap(what=what, do="give it the payload of ids", grave=False)
    if data.get("ssl_verify") is False and str(data.get("endpoint")).startswith("https:"):
        yield Gap(what="the webhook checks no certificate", do="switch SSL verify on", grave=False)


def _is_ours(payload: object) -> bool:
    try:
        return bool(json.loads(str(payload)) == PAYLOAD)
    except ValueError:
        return False


def trigger_gaps(triggers: Sequence[Thing], webhook_id: int | None) -> Iterator[Gap]:
    """For creations and for changes, one active trigger that fires the webhook and asks for nothing else."""
    ours = [trigger for trigger in triggers if webhook_id is not None and _fires(trigger) == str(webhook_id)]
    for name, action, mode in TRIGGERS:
        chosen = [trigger for trigger in ours if _action(trigger) == action]
        if not chosen:
            yield Gap(what=f"no trigger calls the webhook on {action}", do=f"add the trigger {name!r}")
            continue
        active = [trigger for trigger in chosen if trigger.active]
        if not active:
            yield Gap(what=f"the trigger {chosen[0].name!r} is inactive", do="activate it")
        elif not any(_is_plain(trigger, mode) for trigger in active):
            what = f"the trigger {active[0].name!r} does not fire on every {action}"
            yield Gap(what=what, do=f"leave the action {action} as its only condition, execution {mode!r}")


def _fires(trigger: Thing) -> str | None:
    return _inside(trigger.data.get("perform"), "notification.webhook", "webhook_id")


def _action(trigger: Thing) -> str | None:
    return _inside(trigger.data.get("condition"), "ticket.action", "value")


def _inside(value: object, outer: str, inner: str) -> str | None:
    """The text at `value[outer][inner]`; a list is none: Zammad accepts one here, and it never matches."""
    found = value.get(outer) if isinstance(value, Mapping) else None
    found = found.get(inner) if isinstance(found, Mapping) else None
    return str(found) if isinstance(found, str | int) else None


def _is_plain(trigger: Thing, mode: str) -> bool:
    condition = trigger.data.get("condition")
    alone = isinstance(condition, Mapping) and len(condition) == 1
    by_action = trigger.data.get("activator") in (None, "action")
    # A creation changes every field, so that either mode fires on it.
    return alone and by_action and trigger.data.get("execution_condition_mode") in (mode, "always")
