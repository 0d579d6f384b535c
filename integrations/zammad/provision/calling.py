"""The webhook that tells zhidu of changes, and the triggers that fire it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from integrations.zammad.provision.wanted import Key, Ref, Site, Wanted, mark_of

WEBHOOK: Final = "zhidu"
TRIGGERS: Final = (("zhidu: create", "create", "selective"), ("zhidu: update", "update", "always"))
PAYLOAD: Final = {
    "ticket_id": "#{ticket.id}",
    "number": "#{ticket.number}",
    "updated_at": "#{ticket.updated_at}",
    "updated_by_id": "#{ticket.updated_by_id}",
    "article_count": "#{ticket.article_count}",
    "article_id": "#{article.id}",
    "article_by_id": "#{article.created_by_id}",
}
"""Ids and a time, and nothing else: the helpdesk keeps what it sends in a log of its own."""


def calling(site: Site) -> Iterator[Wanted]:
    """The webhook, then the triggers."""
    key = Key(kind="webhooks", name=WEBHOOK)
    yield Wanted(
        key=key,
        name=WEBHOOK,
        fields={
            "name": WEBHOOK,
            "endpoint": site.hook.endpoint,
            "signature_token": site.hook.secret,
            "ssl_verify": site.hook.verify,
            "active": True,
            "customized_payload": True,
            "custom_payload": json.dumps(PAYLOAD),
            "note": mark_of(key),
        },
    )
    for name, action, mode in TRIGGERS:
        trigger = Key(kind="triggers", name=action)
        yield Wanted(
            key=trigger,
            name=name,
            fields={
                "name": name,
                "active": True,
                "activator": "action",
                "execution_condition_mode": mode,
                "condition": {"ticket.action": {"operator": "is", "value": action}},
                "perform": {"notification.webhook": {"webhook_id": Ref(kind="webhooks", name=WEBHOOK)}},
                "note": mark_of(trigger),
            },
        )
