"""Taking deliveries in: many at a time, durable, each id once."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from integrations.store.database import Session, insert_into
from integrations.store.errors import Refused
from integrations.store.records import Accepted, Delivery, EntryStatus
from integrations.store.tables import INBOX

DELIVERY = "delivery"

_LONGEST_TEXT = 500
_LARGEST_ID = 2**63 - 1


def verify(delivery: Delivery) -> None:
    """Raises Refused for what a database could not hold, so that it is refused alone and not with its batch."""
    texts = {"delivery_id": delivery.delivery_id, "trigger": delivery.trigger, "digest": delivery.digest}
    for name, text in texts.items():
        if len(text) > _LONGEST_TEXT or not text.isprintable():
            raise Refused(f"{name}: more than {_LONGEST_TEXT} characters, or some that cannot be printed")
    if not delivery.delivery_id:
        raise Refused("delivery_id: empty")
    numbers = (
        delivery.ticket_id,
        delivery.updated_by_id,
        delivery.article_count,
        delivery.article_id,
        delivery.article_by_id,
    )
    if any(number is not None and not 0 <= number <= _LARGEST_ID for number in numbers):
        raise Refused("an id or a count is negative or beyond 64 bits")
    for at in (delivery.received_at, delivery.updated_at):
        if at is not None and at.tzinfo is None:
            raise Refused("a time without a zone")


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "ticket_id": delivery.ticket_id,
        "reason": DELIVERY,
        "status": EntryStatus.WAITING,
        "attempts": 0,
        "received_at": delivery.received_at,
        "due_at": delivery.received_at,
        "delivery_id": delivery.delivery_id,
        "trigger_name": delivery.trigger,
        "updated_at": delivery.updated_at,
        "updated_by_id": delivery.updated_by_id,
        "article_count": delivery.article_count,
        "article_id": delivery.article_id,
        "article_by_id": delivery.article_by_id,
        "digest": delivery.digest,
    }


def insert_deliveries(connection: Connection, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """Stores `deliveries` (verified) and says of each whether it was new."""
    statement = insert_into(connection, INBOX).on_conflict_do_nothing().returning(INBOX.c.delivery_id)
    new = set(connection.scalars(statement, [_row(delivery) for delivery in deliveries]))
    answers = []
    for delivery in deliveries:
        answers.append(Accepted.NEW if delivery.delivery_id in new else Accepted.DUPLICATE)
        # The same id a second time in one batch is a duplicate of the first.
        new.discard(delivery.delivery_id)
    return answers


def flush_to(session: Session, deliveries: Sequence[Delivery]) -> list[Accepted]:
    """One transaction for all of `deliveries`."""
    with session.write() as connection:
        return insert_deliveries(connection, deliveries)
