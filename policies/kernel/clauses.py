"""The clauses of the policy: what can be cited, in the order of the policy document."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Literal, NewType, Self

from pydantic import Field, RootModel

from policies.kernel.config import Layer, StrictModel, load
from policies.kernel.problems import ConfigErrors, Problem, did_you_mean
from policies.kernel.yaml_nodes import parse

ClauseId = NewType("ClauseId", str)
"""A clause's number in the policy document, such as "4.3.2"."""

Status = Literal["enforced", "assisted", "manual"]
"""What the product does for a clause: acts on it by a rule, helps people with it, or leaves it to them."""

ClauseKind = Literal["process", "deadline", "language", "data", "people", "report", "emergency", "governance"]

_ID = re.compile(r"[1-9][0-9]?(\.[1-9][0-9]?){1,3}")


class Clause(StrictModel):
    """One clause. `status` and `why` hold where no rule of an enabled module cites it (see `coverage`)."""

    id: Annotated[ClauseId, Field(pattern=f"^{_ID.pattern}$")]
    """Section, subsection, item."""
    zh: str
    """The clause in brief, in Chinese."""
    en: str
    """What it demands."""
    kind: ClauseKind
    """What sort of demand it is."""
    enforce: str
    """What the product does for it."""
    status: Literal["assisted", "manual"] = "manual"
    """What remains of it without a rule."""
    why: str = "no rule of an enabled module acts on it"
    """Why no more than that."""


class _File(RootModel[tuple[Clause, ...]]):
    """clauses.yaml as it is written."""


@dataclass(frozen=True, slots=True)
class ClauseTable:
    """All clauses, in numerical order. Iterates over the clauses; `in` and `[]` take an id."""

    by_id: Mapping[ClauseId, Clause]

    @classmethod
    def of(cls, clauses: tuple[Clause, ...]) -> Self:
        ordered = sorted(clauses, key=lambda clause: number(clause.id))
        return cls(MappingProxyType({clause.id: clause for clause in ordered}))

    def __iter__(self) -> Iterator[Clause]:
        return iter(self.by_id.values())

    def __len__(self) -> int:
        return len(self.by_id)

    def __contains__(self, clause: object) -> bool:
        return clause in self.by_id

    def __getitem__(self, clause: str) -> Clause:
        return self.by_id[ClauseId(clause)]

    def unknown(self, clause: str) -> str:
        """What to say of an id that is not in the table."""
        return f"there is no clause {clause!r}{did_you_mean(clause, self.by_id)}"


def number(clause: str) -> tuple[int, ...]:
    """The clause as numbers, for sorting: 4.10 comes after 4.9."""
    return tuple(int(part) for part in clause.split("."))


def clauses_cited(text: str) -> tuple[ClauseId, ...]:
    """The clause numbers that a prose text mentions, as they come: "4.3.2: within 2wh" cites 4.3.2.

    A decimal in prose ("1.5 times") looks the same; who knows the table keeps only what it holds.
    """
    found = re.finditer(rf"(?<![\w.]){_ID.pattern}(?!\.?\w)", text)
    return tuple(dict.fromkeys(ClauseId(match.group()) for match in found))


def load_clauses(layer: Layer) -> ClauseTable:
    """The table in one file. raises ConfigErrors – all that is wrong with it; ids set twice among it."""
    document = parse(layer.text, layer.path)
    clauses = load(_File, [document]).config.root
    first: dict[ClauseId, int] = {}
    problems: list[Problem] = []
    for index, clause in enumerate(clauses):
        earlier = first.setdefault(clause.id, index)
        if earlier != index:
            what = f"{clause.id} is there twice; first on line {document.mark(earlier).line}"
            problems.append(document.problem(what, index, "id"))
    if problems:
        raise ConfigErrors(problems)
    return ClauseTable.of(clauses)
