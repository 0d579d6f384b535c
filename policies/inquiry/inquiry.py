"""An inquiry as its rules see it."""

from typing import Final

from policies.core.lacking import is_named, is_reachable
from policies.inquiry.config import Config
from policies.kernel.course import course
from policies.kernel.facts import Article, Change, Facts

MODULE: Final = "inquiry"
COMPLEX: Final = "complex"


def is_complex(facts: Facts) -> bool:
    """Whether somebody declared it so."""
    return facts.ticket.custom.get("complexity") == COMPLEX


def declared(facts: Facts) -> Change | None:
    """The declaration; None where the history holds none, as on a ticket that was made so."""
    change = facts.last_set("complexity")
    return change if change is not None and change.new == COMPLEX else None


def explained(facts: Facts) -> Article | None:
    """The reply of this run that names a time: the customer knows why and until when."""
    since = course(facts).run_started_at
    return next((reply for reply in facts.to_customer if reply.at >= since and names_time(reply)), None)


def names_time(reply: Article) -> bool:
    promised = reply.wording is not None and bool(reply.wording.promises)
    return promised or reply.features.has("time_named")


def recorded_missing(facts: Facts, config: Config) -> tuple[str, ...]:
    """What is not recorded that must be; fields that the helpdesk does not have are nobody's to fill in."""
    ticket = facts.ticket
    there = {
        "name": is_named(facts),
        "contact": is_reachable(facts),
        "question": any(_holds_a_question(article) for article in facts.articles),
        "category": "category" in ticket.absent or bool((ticket.category or "").strip()),
        "answer": bool(facts.to_customer) or ticket.channel == "phone",
        "summary": "answer_summary" in ticket.absent or bool((ticket.answer_summary or "").strip()),
    }
    return tuple(name for name in config.required_at_close if not there[name])


def _holds_a_question(article: Article) -> bool:
    """Whether somebody wrote down what it is about: the customer, or one of us who took it down for them."""
    noted = article.sender == "agent" and article.key is None and not article.to_customer
    return (article.from_customer or noted) and article.features.length > 0


def words_missing(facts: Facts, config: Config) -> tuple[str, ...]:
    """Which closing words the last reply lacks; a record of a call is not held to them."""
    reply = facts.to_customer[-1] if facts.to_customer else None
    if reply is None or reply.channel not in config.written_channels:
        return ()
    said = {
        "anything_else": reply.features.has("closing_question"),
        "thanks": reply.features.has("closing_thanks"),
    }
    return tuple(name for name in config.closing_words if not said[name])
