"""Whether the helpdesk's set-up is as the modules need it: what differs, who changed it, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.store.errors import StoreError
from integrations.zammad.errors import Transient, ZammadError
from integrations.zammad.provision.changes import Plan, counted, lines
from integrations.zammad.provision.record import Forgetful, Record
from integrations.zammad.provision.whole import Look
from policies.kernel.config import Loaded
from policies.kernel.problems import ConfigErrors
from zhidu import exits
from zhidu.basis import Basis, basis_of
from zhidu.compose import Outside, helpdesk_of
from zhidu.doctoring.lines import Line, fail, warn
from zhidu.exits import NotOk, Unreachable, WrongUse
from zhidu.people_file import People
from zhidu.policy import Policy
from zhidu.provisioner import StoredRecord, provisioner_of
from zhidu.settings import Settings
from zhidu.stores import if_there

_ABOUT = "provisioning"


def provisioned_lines(settings: Settings, policy: Policy, people: Loaded[People], outside: Outside) -> Iterator[Line]:
    """By the version in force, as `zhidu apply` goes.

    Nothing is said where the helpdesk or the store cannot be reached: other lines say so.

    policy   the folder's, for an installation that has published nothing yet
    """
    if settings.config.helpdesk is None:
        return
    try:
        found, basis = _looked(settings, policy, people, outside)
    except ConfigErrors as errors:
        for problem in errors.problems:
            yield fail(_ABOUT, str(problem), "mend the file", exits.WRONG)
    except WrongUse as error:
        yield fail(_ABOUT, str(error), "see http in zhidu.yaml", exits.WRONG)
    except NotOk as error:
        yield warn(_ABOUT, str(error), "`zhidu policy log` says more")
    except (Transient, Unreachable):
        return
    except (ZammadError, ValueError) as error:
        yield warn(_ABOUT, f"the helpdesk's set-up cannot be compared: {error}", "`zhidu plan` says more")
    else:
        yield from plan_lines(found.plan, basis)
        if found.lacking:
            yield warn(_ABOUT, f"the token lacks {', '.join(found.lacking)}", "give it to the service user's token")


def policy_needed(settings: Settings, policy: Policy, outside: Outside) -> Policy:
    """The version in force, by which the helpdesk must be; the folder's where none can be had: other lines say why."""
    try:
        store = if_there(settings, outside)
        if store is None:
            return policy
        with store:
            return basis_of(settings, store, outside, lambda: policy).policy
    except (ConfigErrors, NotOk, StoreError, Unreachable):
        return policy


def _looked(settings: Settings, policy: Policy, people: Loaded[People], outside: Outside) -> tuple[Look, Basis]:
    helpdesk = helpdesk_of(settings.config, settings.token(), people, outside)
    store = if_there(settings, outside)
    try:
        record: Record = Forgetful() if store is None else StoredRecord(store)
        basis = basis_of(settings, store, outside, lambda: policy)
        client = helpdesk.pool.client()
        return provisioner_of(settings, basis.policy, people, client, record, outside).look(), basis
    finally:
        helpdesk.pool.close()
        if store is not None:
            store.close()


def plan_lines(plan: Plan, basis: Basis) -> Iterator[Line]:
    """Drift object by object, the rest in one line."""
    drifted = plan.drifted
    for change in drifted:
        what, *fields = lines(change)
        do = "`zhidu apply` puts it back, `zhidu apply --adopt` keeps it"
        yield warn(_ABOUT, " ".join([what.lstrip("~+ "), *(field.strip() for field in fields)]), do)
    if plan.due:
        do = "`zhidu apply` is due; `zhidu plan` shows what it does"
        yield warn(_ABOUT, _compared(len(plan.due), "not ", basis), do)
    for obstacle in plan.obstacles:
        yield warn(_ABOUT, obstacle.what, obstacle.do)
    if not plan.changes and not plan.obstacles:
        yield Line(about=_ABOUT, what=_compared(plan.known, "", basis))


def _compared(count: int, negation: str, basis: Basis) -> str:
    verb, them = ("is", "it") if count == 1 else ("are", "them")
    return f"{counted(count, 'object')} {verb} {negation}as {basis.shown} needs {them}"
