"""Rules: generators over frozen facts, each bound to the clauses it serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

from policies.kernel.decisions import Action, Decision, Say
from policies.kernel.facts import Facts
from policies.kernel.traits import ALWAYS, Trait

C = TypeVar("C")

Wants = Iterator[tuple[Action, Say]]
"""What a rule yields: an action and the sentence that says why."""

Phase = Literal["decide", "sum_up"]

NO_KIND: Final = ""
"""Stands for the kind of a ticket of which nobody knows yet what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[C]):
    """A rule as data: the table of clauses and rules needs no evaluation.

    kind    the rule is asked only for tickets of this kind (`NO_KIND`: that have none yet); None: for every ticket
    when    the rule is asked only where this shows on the ticket, and need not look for it again
    phase   `sum_up` rules run after all modules have decided and see `decided`
    """

    name: str
    clauses: tuple[str, ...]
    doc: str
    kind: str | None
    phase: Phase
    judge: Callable[[Facts, C], Wants]
    when: Trait = ALWAYS

    def __call__(self, facts: Facts, config: C) -> Iterator[Decision]:
        for action, because in self.judge(facts, config):
            yield Decision(action=action, clauses=self.clauses, rule=self.name, because=because)


def rule(
    *clauses: str, kind: str | None = None, when: Trait = ALWAYS, phase: Phase = "decide"
) -> Callable[[Callable[[Facts, C], Wants]], Rule[C]]:
    """Bind a generator to its clauses; one clause, or two where one act satisfies both at once.

    raises  TypeError – no clause (a rule without a clause does not exist), or no docstring
    """
    if not clauses or not all(isinstance(clause, str) for clause in clauses):
        raise TypeError('a rule cites its clause: @rule("4.3.2")')

    def bind(judge: Callable[[Facts, C], Wants]) -> Rule[C]:
        if not judge.__doc__:
            raise TypeError(f"{judge.__name__}: a rule says in its docstring what it does")
        module = judge.__module__.split(".")[-2] if "." in judge.__module__ else judge.__module__
        return Rule(
            name=f"{module}.{judge.__name__}",
            clauses=clauses,
            doc=judge.__doc__.strip(),
            kind=kind,
            when=when,
            phase=phase,
            judge=judge,
        )

    return bind
