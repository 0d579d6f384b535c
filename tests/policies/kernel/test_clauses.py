"""The clause table: order, look-up, and the clauses a prose text mentions."""

from pathlib import Path

import pytest

import policies
from policies.kernel.clauses import Clause, ClauseTable, clauses_cited, load_clauses, number
from policies.kernel.config import read

SHIPPED = Path(policies.__file__).parent / "clauses.yaml"


def test_the_shipped_table_loads_in_the_order_of_the_policy():
    table = load_clauses(read(SHIPPED))

    assert [clause.id for clause in table] == sorted(table.by_id, key=number)
    assert len(table) == 74
    assert table["4.3.2"].zh == "致歉并承诺规定时间内反馈"
    assert {clause.status for clause in table} <= {"assisted", "manual"}
    assert all(clause.why for clause in table)


def test_order_is_by_number(clauses):
    assert [clause.id for clause in clauses] == ["1.3.1", "4.3.2", "4.3.3", "4.10.1"]


def test_looking_up(clauses):
    assert "4.3.2" in clauses
    assert "4.9" not in clauses
    assert clauses["4.3.2"].en == "Clause 4.3.2"
    assert clauses.unknown("4.32") == "there is no clause '4.32'; did you mean `4.3.2`?"
    assert clauses.unknown("policy") == "there is no clause 'policy'"


CITED = {
    "heading": ("4.3.2: acknowledged within", ("4.3.2",)),
    "two": ("see 4.3.2 and 4.3.3.", ("4.3.2", "4.3.3")),
    "twice": ("4.3.2, 4.3.2", ("4.3.2",)),
    "four parts": ("(5.2.1.1)", ("5.2.1.1",)),
    "Chinese around it": ("依4.3.2条", ()),
    "with a space": ("依 4.3.2 条", ("4.3.2",)),
    "none": ("within 3 working days", ()),
    "part of a longer number": ("version 1.2.3.4.5", ()),
    "unit at its end": ("1.5wh", ()),
}


@pytest.mark.parametrize(("text", "cited"), CITED.values(), ids=CITED)
def test_clauses_in_prose(text, cited):
    assert clauses_cited(text) == cited


def test_what_remains_of_a_clause_without_a_rule():
    clause = Clause(id="4.1.4", zh="…", en="…", kind="language", enforce="…", status="assisted", why="a person judges")

    assert ClauseTable.of((clause,))["4.1.4"].status == "assisted"
