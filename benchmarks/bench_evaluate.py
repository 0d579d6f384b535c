"""Full-policy evaluations a second against zen-engine's, in the same run; and what an article's features cost.

Ours: every rule of every shipped module over the tickets of the recorded week, at rest as after a write, which is what
most looks at a ticket find. zen-engine (GoRules, Rust): one decision table of 40 rows over the same tickets, all rows
that fit collected, as ours collects all decisions. Text features are computed once per article and timed apart.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import zen

from benchmarks.harness import Row, best_of, paired, report
from integrations.zammad.offline import Offline
from integrations.zammad.wire import Article
from policies.kernel.evaluate import evaluate
from policies.kernel.facts import Facts
from policies.kernel.vocabulary import FIELDS, KINDS, SEVERITIES
from zhidu.judging import Judge, offline_judge
from zhidu.people_file import load_people
from zhidu.policy import load_policy

ROOT = Path(__file__).parent.parent
ROUNDS = 15
ROWS = 40
INPUTS = ("kind", "severity", "stage", "priority", "hours_open", "hours_silent", "replies", "flags")


def week() -> tuple[Judge, Offline]:
    """The recorded week on a helpdesk that has our fields."""
    golden = ROOT / "tests" / "golden" / "week"
    judge, source = offline_judge(
        load_policy(None), load_people(golden), [ROOT / "tests" / "recordings" / "week.jsonl"]
    )
    for ticket, body in source.reads.items():
        read = json.loads(body)
        row = read["assets"]["Ticket"][str(ticket)]
        row.update({f"zhidu_{field}": [] if field == "flags" else None for field in FIELDS})
        source.reads[ticket] = json.dumps(read).encode()
    return judge, source


def at_rest(judge: Judge, source: Offline) -> list[Facts]:
    """The facts of every ticket once the policy has had its way, as the look after the write reads them."""
    explained = (judge.explain(ticket, source.read_at(ticket), tongue="en") for ticket in source.tickets)
    return [replace(found.verdict.facts, decided=(), read=None) for found in explained]


def table() -> str:
    """One decision table of 40 rows over the facts that routing and deadlines go by; every cell holds a condition."""
    rules = []
    for number in range(ROWS):
        low = number * 3
        rules.append(
            {
                "_id": f"r{number}",
                "kind": f'"{KINDS[number % len(KINDS)]}"',
                "severity": f'"{SEVERITIES[number % len(SEVERITIES)]}"',
                "stage": '"received", "handling", "with_department"',
                "priority": f">= {number % 3 + 1}",
                "hours_open": f"[{low}..{low + 200}]",
                "hours_silent": f"< {low + 150}",
                "replies": f">= {number % 2}",
                "flags": f"<= {7 - number % 4}",
                "group": f'"Group {number}"',
                "within": str(number + 1),
            }
        )
    inputs = [{"id": name, "name": name, "field": name} for name in INPUTS]
    outputs = [{"id": name, "name": name, "field": name} for name in ("group", "within")]
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": {"x": 0, "y": 0}},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "position": {"x": 1, "y": 0},
            "content": {"hitPolicy": "collect", "inputs": inputs, "outputs": outputs, "rules": rules},
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": {"x": 2, "y": 0}},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "table", "type": "edge"},
        {"id": "b", "sourceId": "table", "targetId": "out", "type": "edge"},
    ]
    return json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})


def inputs(facts: Sequence[Facts]) -> list[dict[str, object]]:
    """The same tickets as the table takes them."""
    return [
        {
            "kind": each.ticket.kind or "inquiry",
            "severity": each.ticket.severity or "ordinary",
            "stage": each.ticket.stage or "received",
            "priority": each.ticket.priority,
            "hours_open": (each.now - each.ticket.since).total_seconds() / 3600 + number,
            "hours_silent": number,
            "replies": len(each.to_customer),
            "flags": len(each.ticket.flags),
        }
        for number, each in enumerate(facts)
    ]


def articles(source: Offline) -> Sequence[Article]:
    return [article for ticket in source.tickets for article in source.ticket(ticket).articles]


def main() -> int:
    judge, source = week()
    facts = at_rest(judge, source)
    units = judge.policy.units
    decision = zen.ZenEngine().create_decision(table())
    given = inputs(facts)
    if not any(decision.evaluate(each)["result"] for each in given):
        raise SystemExit("the decision table decides nothing")

    # A look never has what an earlier one derived: each round gets facts that nobody has looked at, made beforehand as
    # the peer's inputs are.
    fresh = iter([[replace(each) for each in facts] for _ in range(ROUNDS + 1)])

    def ours() -> None:
        for each in next(fresh):
            evaluate(units, each)

    def theirs() -> None:
        for each in given:
            decision.evaluate(each)

    times = paired(ours, theirs, rounds=ROUNDS)
    written = articles(source)
    extractor = judge.policy.extractor

    def features() -> None:
        for article in written:
            extractor.features(article.subject or "", article.body, article.content_type)

    reading = best_of(5, features)
    rows = [
        Row(
            what="full-policy evaluations",
            ours=len(facts) / times.ours,
            unit="/s",
            peer=len(given) / times.peer,
            against=f"zen-engine, one table of {ROWS} rows",
            ratio=times.ratio,
            target=1.0,
        ),
        Row(what="text features of an article", ours=len(written) / reading, unit="/s"),
    ]
    for row in rows:
        report(row)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
