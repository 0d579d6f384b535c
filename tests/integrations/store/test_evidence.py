"""Decisions and findings: what was decided and why, which clauses were departed from, and what people did about it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.errors import NotFound, Refused
from integrations.store.records import DecisionRow, Finding, FindingStatus, FindingStep
from integrations.store.store import Store

AT = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

DECISION = DecisionRow(
    ticket_id=1,
    case_id="case-1",
    at=AT,
    rule="complaints.route_by_severity",
    clauses=("4.3.3", "2.2.5"),
    slot="ticket.group",
    action="Route(group='Complaints::Major')",
    because="complaint, severity major",
    policy="sha256:5f1d",
)

FINDING = Finding(
    key="case-1/4.3.2/late",
    case_id="case-1",
    ticket_id=1,
    clause="4.3.2",
    code="late",
    person_id=7,
    at=AT,
    evidence="due 2026-09-28T08:00Z, acknowledged never",
    grave=True,
)


def test_decisions_come_back_in_order_with_their_clauses_in_order(store: Store) -> None:
    second = replace(DECISION, clauses=(), slot="ticket.owner")

    store.decisions.append([DECISION, second])
    store.decisions.append([])

    assert store.decisions.list() == (DECISION, second)


def test_a_decision_without_a_clause_is_kept(store: Store) -> None:
    store.decisions.append([replace(DECISION, clauses=())])

    assert store.decisions.list()[0].clauses == ()


@pytest.fixture
def decided(store: Store) -> Store:
    store.cases.put(2, "case-1")
    store.decisions.append(
        [
            DECISION,
            replace(DECISION, ticket_id=2, case_id="case-2", at=AT + HOUR, clauses=("4.3.3",)),
            replace(DECISION, ticket_id=3, case_id="case-3", at=AT + 2 * HOUR, clauses=("3.1.1",)),
        ]
    )
    return store


DECIDED: dict[str, tuple[dict[str, object], list[int]]] = {
    "of a ticket": ({"ticket_id": 2}, [2]),
    "of a case, with the tickets that joined it": ({"case_id": "case-1"}, [1, 2]),
    "of a clause": ({"clause": "4.3.3"}, [1, 2]),
    "of the second clause": ({"clause": "2.2.5"}, [1]),
    "since, with the instant": ({"since": AT + HOUR}, [2, 3]),
    "until, without the instant": ({"until": AT + HOUR}, [1]),
    "the first": ({"limit": 1}, [1]),
    "every condition": ({"clause": "4.3.3", "since": AT + HOUR, "case_id": "case-1"}, [2]),
}


@pytest.mark.parametrize(("conditions", "tickets"), DECIDED.values(), ids=DECIDED)
def test_decisions_are_found(decided: Store, conditions: dict[str, object], tickets: list[int]) -> None:
    assert [row.ticket_id for row in decided.decisions.list(**conditions)] == tickets


def test_decisions_are_counted_by_clause(decided: Store) -> None:
    assert decided.decisions.count_by_clause(AT, AT + 2 * HOUR) == {"2.2.5": 1, "4.3.3": 2}


def test_a_finding_is_raised_once(store: Store) -> None:
    assert store.findings.raise_(FINDING)
    assert not store.findings.raise_(replace(FINDING, evidence="other"))

    record = store.findings.show(FINDING.key)
    assert (record.finding, record.status, record.steps) == (FINDING, FindingStatus.OPEN, ())


def test_a_finding_goes_its_way(store: Store) -> None:
    store.findings.raise_(replace(FINDING, person_id=None))

    store.findings.transition(FINDING.key, FindingStatus.ACKNOWLEDGED, by="li.na", why="", at=AT + HOUR)
    record = store.findings.transition(FINDING.key, FindingStatus.WAIVED, by="wang.wei", why="flood", at=AT + 2 * HOUR)

    assert record.status is FindingStatus.WAIVED
    assert record.steps == (
        FindingStep(at=AT + HOUR, status=FindingStatus.ACKNOWLEDGED, by="li.na", why=""),
        FindingStep(at=AT + 2 * HOUR, status=FindingStatus.WAIVED, by="wang.wei", why="flood"),
    )
    assert store.findings.show(FINDING.key) == record
    assert not store.findings.raise_(FINDING)


REFUSED: dict[str, tuple[list[FindingStatus], FindingStatus, str, str]] = {
    "closed stays closed": ([FindingStatus.CLOSED], FindingStatus.WAIVED, "li.na", "late regret"),
    "waived stays waived": ([FindingStatus.WAIVED], FindingStatus.CLOSED, "li.na", ""),
    "acknowledged twice": ([FindingStatus.ACKNOWLEDGED], FindingStatus.ACKNOWLEDGED, "li.na", ""),
    "back to open": ([FindingStatus.ACKNOWLEDGED], FindingStatus.OPEN, "li.na", ""),
    "a waiver without a reason": ([], FindingStatus.WAIVED, "li.na", " "),
    "by nobody": ([], FindingStatus.CLOSED, " ", "done"),
}


@pytest.mark.parametrize(("path", "status", "by", "why"), REFUSED.values(), ids=REFUSED)
def test_a_finding_refuses_other_ways(
    store: Store, path: list[FindingStatus], status: FindingStatus, by: str, why: str
) -> None:
    store.findings.raise_(FINDING)
    for step in path:
        store.findings.transition(FINDING.key, step, by="li.na", why="as agreed", at=AT)
    before = store.findings.show(FINDING.key)

    with pytest.raises(Refused):
        store.findings.transition(FINDING.key, status, by=by, why=why, at=AT)

    assert store.findings.show(FINDING.key) == before


def test_there_is_no_such_finding(store: Store) -> None:
    with pytest.raises(NotFound):
        store.findings.show("none")
    with pytest.raises(NotFound):
        store.findings.transition("none", FindingStatus.CLOSED, by="li.na", why="", at=AT)


@pytest.fixture
def found(store: Store) -> Store:
    store.findings.raise_(replace(FINDING, key="a", at=AT + 2 * HOUR))
    store.findings.raise_(
        replace(FINDING, key="b", case_id="case-2", ticket_id=2, person_id=8, at=AT + HOUR, grave=False)
    )
    store.findings.raise_(replace(FINDING, key="c", clause="6.1.2", code="sarcasm", person_id=None, at=AT))
    store.findings.transition("c", FindingStatus.CLOSED, by="li.na", why="talked", at=AT + HOUR)
    return store


FOUND: dict[str, tuple[dict[str, object], list[str]]] = {
    "all, by time": ({}, ["c", "b", "a"]),
    "open": ({"status": FindingStatus.OPEN}, ["b", "a"]),
    "of a ticket": ({"ticket_id": 2}, ["b"]),
    "of a case": ({"case_id": "case-1"}, ["c", "a"]),
    "of a clause": ({"clause": "4.3.2"}, ["b", "a"]),
    "of a code": ({"code": "sarcasm"}, ["c"]),
    "of a person": ({"person_id": 8}, ["b"]),
    "grave": ({"grave": True}, ["c", "a"]),
    "not grave": ({"grave": False}, ["b"]),
    "since, with the instant": ({"since": AT + HOUR}, ["b", "a"]),
    "until, without the instant": ({"until": AT + HOUR}, ["c"]),
    "the first": ({"limit": 1}, ["c"]),
}


@pytest.mark.parametrize(("conditions", "keys"), FOUND.values(), ids=FOUND)
def test_findings_are_found(found: Store, conditions: dict[str, object], keys: list[str]) -> None:
    assert [record.finding.key for record in found.findings.list(**conditions)] == keys


def test_findings_are_counted_by_clause(found: Store) -> None:
    assert found.findings.count_by_clause(AT, AT + 2 * HOUR) == {"4.3.2": 1, "6.1.2": 1}


def test_open_findings_by_code(store: Store) -> None:
    """Acknowledged ones are still open; grave ones are counted apart."""
    for number, (code, grave) in enumerate([("late", True), ("late", False), ("late", False), ("no_time", False)]):
        store.findings.raise_(replace(FINDING, key=f"k{number}", code=code, grave=grave))
    store.findings.transition("k1", FindingStatus.ACKNOWLEDGED, by="Xu Jing", why="", at=AT)
    store.findings.transition("k2", FindingStatus.WAIVED, by="Xu Jing", why="agreed", at=AT)
    store.findings.transition("k3", FindingStatus.CLOSED, by="Xu Jing", why="", at=AT)
    assert store.findings.open_by_code() == {("late", False): 1, ("late", True): 1}
