"""What several modules do about a closing that lacks something, and about what customers write after one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.kernel.course import course
from policies.kernel.decisions import Action, Find, Note, Say, SetField, SetState
from policies.kernel.facts import Article, Change, Facts

_SHORT: Final = 40
"""A message of thanks is no longer than this many characters."""


def open_again(facts: Facts, why: Say) -> Iterator[tuple[Action, Say]]:
    """The closing is undone with a note; a reason that was given for it is used up."""
    yield SetState(state="open"), why
    if facts.ticket.override_reason is not None:
        yield SetField(field="override_reason", value=None), why
    yield Note(key=f"close_incomplete:{course(facts).occasion}", text=why, weight=90), why


def closed_all_the_same(facts: Facts, override: Change, why: Say) -> Iterator[tuple[Action, Say]]:
    """The closing stands for the reason that a person gave: a finding, waived in that person's name."""
    key = f"close_overridden:{course(facts).occasion}"
    yield Find(key=key, code="closed_incomplete", text=why, person=override.by, waived_by=override.by), why


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


def is_pleased(article: Article) -> bool:
    """Whether a message says no more than that all is well."""
    features = article.features
    if features.has("dissatisfied") or features.question_marks or features.has("complaint"):
        return False
    return features.has("satisfied") or (features.has("thanks") and features.length <= _SHORT)
