"""Which of the facts that a case needs nobody has given yet."""

from collections.abc import Iterable

from policies.kernel.facts import Facts


def lacking(facts: Facts, required: Iterable[str], *, matter_from: int) -> tuple[str, ...]:
    """Those of `name`, `contact` and `matter` that are required and not there, in this order.

    matter_from   characters from which a message says what the matter is; a ticket without any message of the
                  customer's is somebody's own note, and lacks none
    """
    written = facts.from_customer
    known = {
        "name": facts.ticket.customer_named,
        "contact": facts.ticket.customer_reachable,
        "matter": not written or any(article.features.length >= matter_from for article in written),
    }
    wanted = frozenset(required)
    return tuple(name for name, there in known.items() if name in wanted and not there)
