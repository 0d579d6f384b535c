"""Whether the helpdesk's set-up is as the modules need it: what differs, who changed it, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.zammad.errors import Transient, ZammadError
from integrations.zammad.provision.changes import Plan, lines
from integrations.zammad.provision.record import Forgetful, Record
from integrations.zammad.provision.whole import Look
from policies.kernel.config import Loaded
from policies.kernel.problems import ConfigErrors
from zhidu import exits
from zhidu.compose import Outside, helpdesk_of
from zhidu.doctoring.lines import Line, fail, warn
from zhidu.exits import Unreachable, WrongUse
from zhidu.people_file import People
from zhidu.policy import Policy
from zhidu.provisioner import StoredRecord, provisioner_of
from zhidu.settings import Settings
from zhidu.stores import if_there

_ABOUT = "provisioning"


def provisioned_lines(settings: Settings, policy: Policy, people: Loaded[People], outside: Outside) -> Iterator[Line]:
    """Nothing is said where the helpdesk or the store cannot be reached: other lines say so."""
    if settings.config.helpdesk is None:
        return
    try:
        found = _looked(settings, policy, people, outside)
    except ConfigErrors as errors:
        for problem in errors.problems:
            yield fail(_ABOUT, str(problem), "mend the file", exits.WRONG)
    except WrongUse as error:
        yield fail(_ABOUT, str(error), "see http in zhidu.yaml", exits.WRONG)
    except (Transient, Unreachable):
        return
    except (ZammadError, ValueError) as error:
        yield warn(_ABOUT, f"the helpdesk's set-up cannot be compared: {error}", "`zhidu plan` says more")
    else:
        yield from plan_lines(found.plan)
        if found.lacking:
            yield warn(_ABOUT, f"the token lacks {', '.join(found.lacking)}", "give it to the service user's token")


def _looked(settings: Settings, policy: Policy, people: Loaded[People], outside: Outside) -> Look:
    helpdesk = helpdesk_of(settings.config, settings.token(), people, outside)
    store = if_there(settings, outside)
    try:
        record: Record = Forgetful() if store is None else StoredRecord(store)
        return provisioner_of(settings, policy, people, helpdesk.pool.client(), record, outside).look()
    finally:
        helpdesk.pool.close()
        if store is not None:
            store.close()


def plan_lines(plan: Plan) -> Iterator[Line]:
    """Drift object by object, the rest in one line."""
    drifted = plan.drifted
    for change in drifted:
        what, *fields = lines(change)
        do = "`zhidu apply` puts it back, `zhidu apply --adopt` keeps it"
        yield warn(_ABOUT, " ".join([what.lstrip("~+ "), *(field.strip() for field in fields)]), do)
    other = len(plan.changes) - len(drifted)
    if other:
        yield warn(
            _ABOUT, f"{other} objects are missing or differ", "`zhidu plan` shows them, `zhidu apply` makes them so"
        )
    for obstacle in plan.obstacles:
        yield warn(_ABOUT, obstacle.what, obstacle.do)
    if not plan.changes and not plan.obstacles:
        yield Line(about=_ABOUT, what=f"all {plan.known} objects are as the modules need them")
