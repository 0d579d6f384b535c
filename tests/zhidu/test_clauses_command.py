"""`zhidu clauses`: for each clause, what acts on it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.records import DecisionRow
from integrations.store.store import open_store
from zhidu.cli import main

NOW = datetime(2026, 10, 12, 3, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, capsys):
    """A configuration with one module of its own, the only one that decides."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "zhidu.yaml").write_text("modules: [vip]\nmodules_path: [modules]\n")
    main(["modules", "new", "vip", "--clause", "4.3.2"])
    capsys.readouterr()
    return tmp_path


def run(capsys, *words):
    status = main(["clauses", *words])
    return status, *capsys.readouterr()


def test_all_clauses(capsys):
    status, out, _ = run(capsys)

    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["clause", "status", "rules", "settings", "rows", "modules", "demand"]
    assert lines[-1] == "74 clauses: 1 enforced, 0 assisted, 73 manual"
    assert next(line for line in lines if line.startswith("4.3.2 ")).split()[:6] == [
        *("4.3.2", "enforced", "1", "2", "3", "vip"),
    ]


def test_the_beginning_of_several(capsys):
    _, out, _ = run(capsys, "4.3", "--quiet")

    assert [line.split()[0] for line in out.splitlines()] == [f"4.3.{item}" for item in range(1, 7)]


def test_one_clause(capsys, folder):
    status, out, _ = run(capsys, "4.3.2")

    rows = f"{folder}/config/modules/vip/cases.yaml"
    assert status == 0
    assert out.splitlines()[-8:] == [
        "status    enforced",
        "modules   vip",
        "rules     vip.mark",
        "settings  vip: groups",
        "          vip: tag",
        f"rows      {rows}:2: a ticket of a chosen group gets the tag",
        f"          {rows}:10: a ticket that has the tag is left alone",
        f"          {rows}:17: a ticket of another group gets none",
    ]


def test_a_clause_on_which_nothing_acts(capsys):
    _, out, _ = run(capsys, "7.1.1")

    assert out.splitlines()[-5:] == [
        "status    manual: no rule of an enabled module acts on it",
        "modules   none",
        "rules     none",
        "settings  none",
        "rows      none",
    ]


def test_for_machines(capsys):
    _, out, _ = run(capsys, "4.3.2", "--json")

    (answer,) = json.loads(out)
    assert (answer["id"], answer["status"], answer["rules"]) == ("4.3.2", "enforced", ["vip.mark"])
    assert [setting["field"] for setting in answer["settings"]] == ["groups", "tag"]
    assert [row["case"] for row in answer["rows"]] == [
        "a ticket of a chosen group gets the tag",
        "a ticket that has the tag is left alone",
        "a ticket of another group gets none",
    ]


def test_a_clause_that_is_not_there(capsys):
    assert run(capsys, "4.33") == (2, "", "there is no clause '4.33'; did you mean `4.3.3`?\n")


def test_what_is_wrong_is_said_after_the_answer(capsys, folder):
    (folder / "config" / "modules" / "vip" / "cases.yaml").write_text("- case: bare\n")

    status, out, err = run(capsys, "4.3.2")

    assert (status, out.splitlines()[-1]) == (2, "rows      none")
    assert "cases.yaml:1: [0].given: required, not set" in err


def test_what_a_clause_did_in_a_month(capsys, folder):
    """Months are those of the default calendar's zone: 1 November 00:30 in Shanghai is no longer October."""
    (folder / "var").mkdir()
    with open_store(
        f"sqlite:///{folder}/var/zhidu.db", now=lambda: NOW, jitter=lambda: 0.0, new_id=lambda: "n"
    ) as store:
        store.migrate()
        store.decisions.append(
            DecisionRow(
                ticket_id=1,
                case_id="c",
                at=at,
                rule="vip.mark",
                clauses=("4.3.2",),
                slot="",
                action="tag tag=vip",
                because="a chosen group",
                policy="p",
            )
            for at in (NOW, NOW + timedelta(days=1), datetime(2026, 10, 31, 16, 30, tzinfo=UTC))
        )

    status, out, _ = run(capsys, "4.3.2", "--period", "2026-10")

    assert status == 0
    assert "did       2 decisions, 0 findings in 2026-10" in out.splitlines()
    (answer,) = json.loads(run(capsys, "4.3.2", "--period", "2026-11", "--json")[1])
    assert (answer["period"], answer["decisions"], answer["findings"]) == ("2026-11", 1, 0)


def test_a_period_that_is_no_month(capsys):
    assert run(capsys, "--period", "2026-13") == (2, "", "--period is a month such as 2026-10, got '2026-13'\n")
