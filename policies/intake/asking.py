"""What must be known of a ticket, and is asked for once where it is missing."""

from typing import Final, get_args

from policies.core.lacking import lacking
from policies.intake.config import Asked, Config
from policies.kernel.decisions import Reply, say
from policies.kernel.facts import Facts
from policies.kernel.once import is_done
from policies.kernel.rules import Wants, rule
from policies.kernel.traits import OPEN, has

MODULE: Final = "intake"


@rule("4.1.2", when=OPEN & has("kind", *get_args(Asked)))
def ask_for_missing(facts: Facts, config: Config) -> Wants:
    """What a ticket of its kind lacks of name, way to reach the customer, and matter is asked for once.

    Complaints are asked for theirs by their own module.
    """
    ticket = facts.ticket
    required = next((names for kind, names in config.required.items() if kind == ticket.kind), ())
    if not required or is_done(facts.memory, MODULE, "ask_details"):
        return
    missing = lacking(facts, required, matter_from=config.matter_from)
    if missing:
        what = tuple(f"@field.{name}" for name in missing)
        yield Reply(key="ask_details", text=say("reply.ask_details", what=what), send=config.ask), say("ask", what=what)
