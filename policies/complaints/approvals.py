"""Who approved what: the history says it, never the field. 1.3.2, 2.3.6.

An approval holds when whoever gave it holds the post, and is not the one who asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from policies.complaints.case import view
from policies.complaints.config import Config
from policies.core.flags import flags_in
from policies.kernel.facts import Change, Facts, Post

Wrong = Literal["", "post", "self", "reason", "too_many", "nobody"]
"""What is wrong with an approval: nothing; the post; the one who asked approved; no reason; more than the law allows;
the history knows of none."""

_SAME_ACT: Final = timedelta(seconds=10)
"""A macro writes several fields at once; the history lists them in any order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """The change that says approved (None: the history has none), and what is wrong with it."""

    change: Change | None
    wrong: Wrong


def close_approval(facts: Facts) -> Approval:
    """The approval to close a regulator's referral that stands: the manager's.

    It is given for this referral and this run of the case: one from before the regulator came in, from before the case
    was opened again, or one that was taken back or refused since, is none. So is a request for it.
    """
    approved: Change | None = None
    asked: Change | None = None
    pending: Change | None = None
    since = max(view(facts).run_started_at, _referred_at(facts))
    for change in facts.history:
        if change.field != "close_approval" or change.at < since:
            continue
        if change.new == "approved":
            approved, asked, pending = change, pending, None
        else:
            approved = None
            if change.new != "asked":
                pending = None
            elif change.by != facts.me:
                pending = change
    if approved is None:
        return Approval(change=None, wrong="nobody")
    if facts.post_of(approved.by) is not Post.MANAGER:
        return Approval(change=approved, wrong="post")
    return Approval(change=approved, wrong="self" if asked is not None and asked.by == approved.by else "")


def _referred_at(facts: Facts) -> datetime:
    """When the case became a regulator's referral: with the first receipt, when the flag came, or just now."""
    if "regulator" not in (facts.read or facts.ticket).flags:
        return facts.now
    came = (
        c for c in reversed(facts.history) if c.field == "flags" and "regulator" in flags_in(c.new) - flags_in(c.old)
    )
    return next((change.at for change in came), facts.ticket.since)


def may_extend(config: Config) -> tuple[Post, ...]:
    """The posts that may approve an extension."""
    return (Post.MANAGER,) if config.extension_needs == "manager" else (Post.SUPERVISOR, Post.MANAGER)


def judged_extensions(facts: Facts, config: Config) -> tuple[Approval, ...]:
    """Every approval of an extension, oldest first; each needs a reason of its own, and the law knows only so many."""
    found: list[Approval] = []
    asked: Change | None = None
    held, last = 0, None
    for change in facts.history:
        if change.field != "extension":
            continue
        if change.new == "asked" and change.by != facts.me:
            asked = change
        elif change.new == "approved":
            wrong: Wrong = ""
            if facts.post_of(change.by) not in may_extend(config):
                wrong = "post"
            elif asked is not None and asked.by == change.by:
                wrong = "self"
            elif not _reason(facts, change, last):
                wrong = "reason"
            elif held + 1 >= len(config.law.stages):
                wrong = "too_many"
            found.append(Approval(change=change, wrong=wrong))
            if not wrong:
                held, last, asked = held + 1, change, None
    if not found and facts.ticket.extension == "approved":
        found.append(Approval(change=None, wrong="nobody"))
    return tuple(found)


def _reason(facts: Facts, approval: Change, last: Change | None) -> bool:
    """Whether a reason was written for this approval: since the last one that holds, and no later than with it."""
    reasons = [c for c in facts.history if c.field == "extension_reason"]
    if last is None and not reasons:
        return bool((facts.ticket.extension_reason or "").strip())
    given = [c for c in reasons if c.at <= approval.at + _SAME_ACT and (last is None or c.at > last.at + _SAME_ACT)]
    return bool(given and given[-1].new.strip())


def extensions(facts: Facts, config: Config) -> tuple[Change, ...]:
    """The extensions that hold, oldest first; one that was given counts, whatever the field says since."""
    if "extension" not in facts.latest:
        return ()
    return tuple(a.change for a in judged_extensions(facts, config) if a.change is not None and not a.wrong)
