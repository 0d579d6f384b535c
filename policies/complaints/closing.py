"""Closing a complaint: what must be recorded, and what undoes a closing. 4.3.6."""

from policies.complaints.case import view
from policies.complaints.config import Config
from policies.core.closing import closed_all_the_same, open_again
from policies.kernel.decisions import SetField, say
from policies.kernel.facts import Facts
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import CLOSED, has


def _lacking(facts: Facts, config: Config) -> tuple[str, ...]:
    ticket = facts.ticket
    values = {"cause": ticket.cause, "responsible": ticket.responsible, "remedy": ticket.remedy}
    return tuple(
        field for field in config.required_at_close if field not in ticket.absent and not (values[field] or "").strip()
    )


@rule("4.3.6", kind="complaint", phase="sum_up")
def show_what_is_missing(facts: Facts, config: Config) -> Wants:
    """The field in the sidebar shows what must still be recorded."""
    lacking = () if facts.ticket.stage == "ended" else _lacking(facts, config)
    if lacking:
        what = tuple(f"@field.{field}" for field in lacking)
        yield SetField(field="missing", value=say("missing.field", what=what)), say("missing.shown", what=what)
    elif facts.ticket.missing is not None:
        yield SetField(field="missing", value=None), say("missing.none")


@rule("4.3.6", kind="complaint", when=CLOSED & ~has("stage", "ended"))
def complete_before_closing(facts: Facts, config: Config) -> Wants:
    """A complaint closed without cause, responsibility and remedy is opened again, unless a person overrides it."""
    lacking = _lacking(facts, config)
    if not lacking:
        return
    what = tuple(f"@field.{field}" for field in lacking)
    override = view(facts).override
    if override is not None:
        why = say("close.overridden", what=what, person=f"person:{override.by}")
        yield from closed_all_the_same(facts, override, why)
    else:
        yield from open_again(facts, say("close.incomplete", what=what))
