"""What somebody else set up in the helpdesk and works against the policy, or may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from integrations.zammad.provision.actual import Actual, There
from integrations.zammad.provision.changes import Obstacle
from integrations.zammad.provision.wanted import Site
from integrations.zammad.wire import PREFIX

_DECIDED: Final = {
    "ticket.group_id": "the group",
    "ticket.owner_id": "the owner",
    "ticket.state_id": "the state",
    "ticket.priority_id": "the priority",
}
"""What the policy decides about a ticket."""


def foreign(actual: Actual, site: Site, ours: frozenset[tuple[str, int]]) -> Iterator[Obstacle]:
    """Triggers, schedulers and core workflows of others that write what the policy decides, call zhidu a second time,
    or may refuse its writes.

    ours   kind and id of the objects that are ours
    """
    hooks = {hook.id for hook in actual.things.get("webhooks", ()) if _same_place(hook, site.hook.endpoint)}
    for trigger in actual.things.get("triggers", ()):
        if trigger.active and ("triggers", trigger.id) not in ours:
            yield from _writer("trigger", trigger.name, trigger.data.get("perform"), hooks)
    for job in actual.jobs:
        if job.active:
            yield from _writer("scheduler", job.name or "", job.data.get("perform"), hooks)
    for workflow in actual.things.get("core_workflows", ()):
        if workflow.active and ("core_workflows", workflow.id) not in ours and _binds(workflow):
            what = (
                f"the core workflow {workflow.name!r} makes a field mandatory, for zhidu too: its writes may be refused"
            )
            do = "add to it: session user is not the service user"
            yield Obstacle(key=None, what=what, do=do)


def _writer(kind: str, name: str, perform: object, hooks: set[int]) -> Iterator[Obstacle]:
    acts = perform if isinstance(perform, Mapping) else {}
    ours = sorted(str(act).removeprefix("ticket.") for act in acts if str(act).startswith(f"ticket.{PREFIX}"))
    if ours:
        what = f"the {kind} {name!r} writes {', '.join(ours)}, which zhidu fills in"
        yield Obstacle(key=None, what=what, do=f"make the {kind} inactive, or take this out of it")
    decided = [text for act, text in _DECIDED.items() if act in acts]
    if decided:
        what = (
            f"the {kind} {name!r} sets {' and '.join(decided)}, which the policy decides: the two may undo each other"
        )
        yield Obstacle(key=None, what=what, do=f"make the {kind} inactive, or narrow its condition")
    called = acts.get("notification.webhook")
    if isinstance(called, Mapping) and str(called.get("webhook_id")) in map(str, hooks):
        what = f"the {kind} {name!r} calls zhidu's webhook a second time"
        yield Obstacle(key=None, what=what, do=f"make the {kind} inactive: zhidu's own triggers tell of every change")


def _same_place(hook: There, endpoint: str) -> bool:
    ours, theirs = urlsplit(endpoint), urlsplit(str(hook.data.get("endpoint") or ""))
    return (ours.netloc, ours.path) == (theirs.netloc, theirs.path)


def _binds(workflow: There) -> bool:
    """Whether it makes a field mandatory and does not leave a user out."""
    perform = workflow.data.get("perform")
    effects = perform.values() if isinstance(perform, Mapping) else ()
    mandatory = any(
        isinstance(effect, Mapping) and "set_mandatory" in (effect.get("operator") or ()) for effect in effects
    )
    condition = workflow.data.get("condition_selected")
    apart = isinstance(condition, Mapping) and "session.id" in condition
    return mandatory and not apart
