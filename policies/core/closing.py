"""What several modules do about a closing that lacks something, and about what customers write after one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from policies.kernel.course import course
from policies.kernel.decisions import Action, Find, Note, Say, SetField, SetState
from policies.kernel.facts import Article, Change, Facts

_SHORT: Final = 40
"""A message of thanks is no longer than this many characters."""


def only_complete(
    facts: Facts, lacking: tuple[str, ...], incomplete: Say, overridden: Callable[[str], Say]
) -> Iterator[tuple[Action, Say]]:
    """The gate of a closing: one that lacks something is undone with a note, and a reason that was given before is
    used up; where a person gave a reason for it, it stands, and is a finding that is waived in that person's name.

    lacking     what it lacks; nothing: the closing stands
    incomplete  says so, in the words of the module whose gate it is
    overridden  says of a person that they closed it all the same, in the same words
    """
    override = course(facts).override
    if lacking and override is not None:
        why, key = overridden(f"person:{override.by}"), f"close_overridden:{course(facts).occasion}"
        yield Find(key=key, code="closed_incomplete", text=why, person=override.by, waived_by=override.by), why
    elif lacking:
        yield SetState(state="open"), incomplete
        if facts.ticket.override_reason is not None:
            yield SetField(field="override_reason", value=None), incomplete
        yield Note(key=f"close_incomplete:{course(facts).occasion}", text=incomplete, weight=90), incomplete


def go_on(facts: Facts, why: Say) -> Iterator[tuple[Action, Say]]:
    """The case is worked on again: what was said, approved and overridden for the last closing is used up."""
    ticket = facts.ticket
    if ticket.stage != "handling":
        yield SetField(field="stage", value="handling"), why
    for field in ("satisfaction", "close_approval", "override_reason"):
        if getattr(ticket, field) is not None:
            yield SetField(field=field, value=None), why


def last_word(facts: Facts) -> Article | None:
    """The customer's last message since the case was closed."""
    last = facts.from_customer[-1] if facts.from_customer else None
    return last if last is not None and last.at > course(facts).closed_since else None


def unseen_closing(facts: Facts) -> Change | None:
    """A closing of which the customer has spoken before anybody of zhidu looked at it, and nobody has answered since.

    The ticket lies closed as it was, or the customer's own message opened it; None for every other.
    """
    states = course(facts).states
    place = next((index for index in reversed(range(len(states))) if states[index].new == "closed"), None)
    if place is None:
        return None
    closing, after = states[place], states[place + 1 :]
    if facts.ticket.closed:
        as_it_was = not after
    else:
        as_it_was = len(after) == 1 and after[0].by != facts.me and after[0].by not in facts.people
    spoken = max((article.at for article in facts.from_customer), default=closing.at)
    answered = any(reply.at > spoken for reply in facts.to_customer)
    seen = any(change.field == "stage" and change.at >= closing.at for change in facts.history)
    return closing if as_it_was and spoken > closing.at and not answered and not seen else None


def is_pleased(article: Article) -> bool:
    """Whether a message says no more than that all is well."""
    features = article.features
    if features.has("dissatisfied") or features.question_marks or features.has("complaint"):
        return False
    return features.has("satisfied") or (features.has("thanks") and features.length <= _SHORT)
