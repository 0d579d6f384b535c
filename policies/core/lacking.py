"""Which of the facts that a case needs nobody has given yet."""

from collections.abc import Collection

from policies.kernel.facts import Facts


def lacking(facts: Facts, required: Collection[str], *, matter_from: int) -> tuple[str, ...]:
    """Those of `name`, `contact` and `matter` that are required and not there, in this order.

    matter_from   characters from which a message says what the matter is; a ticket without any message of the
                  customer's is somebody's own note, and lacks none
    """
    ticket, written = facts.ticket, facts.from_customer
    found = []
    if not ticket.customer_named:
        found.append("name")
    if not ticket.customer_reachable:
        found.append("contact")
    if written and all(article.features.length < matter_from for article in written):
        found.append("matter")
    return tuple(name for name in found if name in required)
