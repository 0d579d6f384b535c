"""Which of the facts that a case needs nobody has given yet."""

from collections.abc import Collection
from typing import Final

from policies.kernel.facts import Facts

_WAYS: Final = frozenset({"mobile", "landline", "email"})
"""Kinds of personal data by which somebody can be reached."""


def is_named(facts: Facts) -> bool:
    """Whether the helpdesk knows the customer's name, or the customer gave it in a message."""
    return facts.ticket.customer_named or any(article.features.has("own_name") for article in facts.from_customer)


def is_reachable(facts: Facts) -> bool:
    """Whether the helpdesk knows how to reach the customer, or the customer wrote it."""
    return facts.ticket.customer_reachable or any(
        found.kind in _WAYS and found.own for article in facts.from_customer for found in article.confidential
    )


def lacking(facts: Facts, required: Collection[str], *, matter_from: int) -> tuple[str, ...]:
    """Those of `name`, `contact` and `matter` that are required and not there, in this order.

    matter_from   characters from which a message says what the matter is; a ticket without any message of the
                  customer's is somebody's own note, and lacks none
    """
    written = facts.from_customer
    found = []
    if not is_named(facts):
        found.append("name")
    if not is_reachable(facts):
        found.append("contact")
    if written and all(article.features.length < matter_from for article in written):
        found.append("matter")
    return tuple(name for name in found if name in required)
