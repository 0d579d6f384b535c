"""Triggers: which of them a finished request sets off, and what they do."""

from typing import Any

from integrations.zammad.sandbox import tickets
from integrations.zammad.sandbox.articles import add_article
from integrations.zammad.sandbox.conditions import Context, matches
from integrations.zammad.sandbox.jobs import Delivery, Queue
from integrations.zammad.sandbox.mail import automatic_reply
from integrations.zammad.sandbox.state import SYSTEM_USER, Change, Desk, Row


def run(desk: Desk, change: Change, queue: Queue) -> None:
    """Set off the active triggers that the change fits, by name; webhooks are queued, the rest happens at once."""
    ticket = desk.tickets.rows.get(change.ticket_id)
    if ticket is None:
        return
    article = desk.articles.rows.get(change.article_id or 0)
    for trigger in sorted(desk.table("triggers"), key=lambda row: (row["name"], row["id"])):
        if trigger["active"] and trigger["activator"] == "action" and _fits(desk, trigger, change, ticket, article):
            _perform(desk, trigger, change, ticket, article, queue)


def _fits(desk: Desk, trigger: Row, change: Change, ticket: Row, article: Row | None) -> bool:
    condition = trigger["condition"] or {}
    names = _names(condition)
    if change.kind == "update" and trigger["execution_condition_mode"] == "selective":
        columns = {name.partition(".")[2] for name in names if name.startswith("ticket.") and name != "ticket.action"}
        about_article = article is not None and any(name.startswith("article.") for name in names)
        if not (columns & change.fields.keys() or about_article):
            return False
    context = Context(desk=desk, ticket=ticket, user=desk.users.rows.get(change.user_id), action=change.kind,
                      article=article, changed=change.fields)  # fmt: skip
    return _bare_action(condition) and matches(condition, context)


def _names(condition: Row) -> set[str]:
    if "conditions" in condition:
        return {name for part in condition["conditions"] for name in _names(part)}
    return {condition["name"]} if "name" in condition else set(condition)


def _bare_action(condition: Row) -> bool:
    """A list of actions is accepted and never matches."""
    return not isinstance((condition.get("ticket.action") or {}).get("value"), list)


def _perform(desk: Desk, trigger: Row, change: Change, ticket: Row, article: Row | None, queue: Queue) -> None:
    source = {"sourceable_type": "Trigger", "sourceable_id": trigger["id"], "sourceable_name": trigger["name"]}
    system = desk.users.get(SYSTEM_USER)
    new: Row = {}
    for name, effect in (trigger["perform"] or {}).items():
        if name == "notification.webhook":
            webhook = desk.table("webhooks").find(effect.get("webhook_id"))
            if webhook is not None and webhook["active"]:
                queue.put_delivery(Delivery(
                    id=desk.new_id(), webhook_id=webhook["id"], trigger=trigger["name"], ticket_id=ticket["id"],
                    article=dict(article) if article else None, fields=dict(change.fields), user_id=change.user_id,
                ))  # fmt: skip
        elif name == "notification.email":
            automatic_reply(desk, ticket, article, effect, source)
        elif name == "article.note":
            note = {"body": effect.get("body"), "subject": effect.get("subject"), "content_type": "text/html",
                    "internal": effect.get("internal"), "type": "note", "sender": "System"}  # fmt: skip
            add_article(desk, ticket, note, system, tickets.save, source=source)
        elif name == "ticket.tags":
            _tags(desk, ticket, effect, change.user_id)
        elif name.startswith("ticket."):
            new[name.partition(".")[2]] = _value(desk, effect, change, name)
    if new:
        tickets.update(desk, system | {"role_ids": [1, 2]}, ticket, new, screen=None)


def _value(desk: Desk, effect: Row, change: Change, name: str) -> Any:
    if effect.get("pre_condition") == "current_user.id":
        return change.user_id
    if effect.get("pre_condition") == "not_set":
        return SYSTEM_USER if name == "ticket.owner_id" else None
    return effect.get("value")


def _tags(desk: Desk, ticket: Row, effect: Row, by: int) -> None:
    for tag in str(effect.get("value") or "").split(","):
        if effect.get("operator") == "remove":
            tickets.remove_tag(desk, ticket, tag.strip(), by)
        else:
            tickets.add_tag(desk, ticket, tag.strip(), by)
