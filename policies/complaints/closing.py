"""Closing a complaint: what must be recorded, and what undoes a closing. 4.3.6."""

from policies.complaints.config import Config
from policies.core.closing import only_complete
from policies.kernel.decisions import SetField, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, has


def lacking(facts: Facts, config: Config) -> tuple[str, ...]:
    """What must still be recorded of this complaint."""
    ticket = facts.ticket
    values = {"cause": ticket.cause, "responsible": ticket.responsible, "remedy": ticket.remedy}
    return tuple(
        field for field in config.required_at_close if field not in ticket.absent and not (values[field] or "").strip()
    )


@rule("4.3.6", kind="complaint", phase="sum_up")
def show_what_is_missing(facts: Facts, config: Config) -> Wants:
    """The field in the sidebar shows what must still be recorded."""
    missing = () if facts.ticket.stage == "ended" else lacking(facts, config)
    if missing:
        what = tuple(f"@field.{field}" for field in missing)
        yield SetField(field="missing", value=say("missing.field", what=what)), say("missing.shown", what=what)
    elif facts.ticket.missing is not None:
        yield SetField(field="missing", value=None), say("missing.none")


@rule("4.3.6", kind="complaint", when=CLOSED & ~has("stage", "ended"))
def complete_before_closing(facts: Facts, config: Config) -> Wants:
    """A complaint closed without cause, responsibility and remedy is opened again, unless a person overrides it."""
    what = tuple(f"@field.{field}" for field in lacking(facts, config))
    return only_complete(
        facts,
        what,
        say("close.incomplete", what=what),
        lambda person: say("close.overridden", what=what, person=person),
    )
