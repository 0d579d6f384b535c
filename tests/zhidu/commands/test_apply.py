"""`zhidu init`, `plan`, `apply`, `plan`; drift shown, put back and adopted; refused, hindered, and two at once."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from integrations.zammad import objects
from integrations.zammad.sandbox import Sandbox, serve
from policies.kernel.modules import ModuleSet
from policies.kernel.text import Extractor
from zhidu import exits, policy, provisioner
from zhidu.cli import main
from zhidu.commands.plan import provisioning
from zhidu.compose import real_outside
from zhidu.habits import Habits
from zhidu.older import ADOPT_FROM
from zhidu.settings import load_settings
from zhidu.stores import if_there

TOKEN, ADA = "a-token-of-tests", "ada@example.com"


@dataclass
class Place:
    box: Sandbox
    folder: Path
    capsys: pytest.CaptureFixture[str]

    def run(self, *words: str) -> tuple[int, str]:
        status = main(["--config", str(self.folder), *words])
        out, err = self.capsys.readouterr()
        return status, out + err

    def json(self, *words: str) -> tuple[int, Any]:
        status = main(["--config", str(self.folder), *words, "--json"])
        return status, json.loads(self.capsys.readouterr().out)

    def tune(self, **modules: str) -> None:
        """Writes settings of modules into the folder."""
        (self.folder / "policies").mkdir(exist_ok=True)
        for name, text in modules.items():
            (self.folder / "policies" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def configure(self, line: str) -> None:
        with (self.folder / "zhidu.yaml").open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")

    def publish(self, number: int) -> None:
        """As two people do it."""
        assert self.run("policy", "publish", "--by", "Li Min", "--reason", "sooner")[0] == exits.DONE
        assert self.run("policy", "approve", str(number), "--by", "Xu Jing")[0] == exits.DONE

    def by_ada(self, method: str, path: str, body: dict[str, Any]) -> None:
        status, answer = self.box.request(method, f"/api/v1/{path}", json=body, headers={"X-On-Behalf-Of": ADA})
        assert status < 300, answer

    def rename(self, name: str) -> None:
        row = next(row for row in self.box.desk.table("macros") if row["name"] == "接手")
        self.by_ada("PUT", f"macros/{row['id']}", {"name": name})


@pytest.fixture(autouse=True)
def compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The phrases, which no plan asks, take as long to compile as all the rest of a command."""
    known: list[Extractor] = []

    def extractor(modules: ModuleSet) -> Extractor:
        if not known:
            known.append(make(modules))
        return known[0]

    make = policy._extractor
    monkeypatch.setattr(policy, "_extractor", extractor)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Place]:
    monkeypatch.setenv("ZAMMAD_TOKEN", TOKEN)
    patient = objects.migrate
    monkeypatch.setattr(objects, "migrate", lambda client, **_: patient(client, quiet=0))
    monkeypatch.chdir(tmp_path)
    box = Sandbox(now=real_outside().now, token=TOKEN)
    box.add_person(login=ADA, email=ADA, password="pw", roles=["Admin", "Agent"], groups={"Users": ["full"]})
    with serve(box, deliver=False) as url:
        assert main(["init", "--helpdesk", url]) == 0
        capsys.readouterr()
        yield Place(box=box, folder=tmp_path / "config", capsys=capsys)


@pytest.fixture
def made(place: Place) -> Place:
    assert place.run("apply", "--yes", "--quiet")[0] == exits.DONE
    return place


def test_plan_apply_plan(place: Place) -> None:
    status, shown = place.run("plan")
    assert status == exits.NO
    assert "+ field zhidu_kind" in shown
    assert "+ macro 接手" in shown
    assert "gone for some ten seconds" in shown
    assert place.box.desk.table("webhooks").rows == {}

    status, shown = place.run("apply", "--yes")
    assert status == exits.DONE
    assert re.search(r"(\d+) of \1 done", shown)

    status, shown = place.run("plan")
    assert (status, shown.splitlines()[0].partition(":")[0]) == (exits.DONE, "nothing differs")


def test_for_machines(place: Place) -> None:
    status, answer = place.json("plan")
    assert status == exits.NO
    changes = {change["object"]: change["change"] for change in answer["changes"] if "object" in change}
    assert changes["macros/take_over"] == "create"
    assert changes["object_manager_attributes/Ticket.zhidu_kind"] == "create"
    made = {one["object"]: one["fields"] for one in answer["changes"] if one["change"] == "create"}
    assert made["macros/take_over"]["perform"]["ticket.state_id"] == {"value": "open"}
    assert made["webhooks/zhidu"]["signature_token"] == "(secret)"
    assert (answer["obstacles"], answer["lacking"]) == ([], [])
    status, answer = place.json("apply", "--yes")
    assert (status, answer["applied"], answer["ignored"]) == (exits.DONE, True, [])
    assert place.json("plan")[1]["changes"] == []


def test_every_field_of_what_would_be_made_is_shown(place: Place) -> None:
    """By names, and without the secret."""
    _, shown = place.run("plan", "--details", "--quiet")
    _, _, macro = shown.partition("\n+ macro 接手\n")
    assert macro.partition("\n+ ")[0].splitlines()[:2] == [
        '    name: "接手"',
        '    perform: {"ticket.owner_id": {"pre_condition": "current_user.id", "value": "", "value_completion": ""}, '
        '"ticket.state_id": {"value": "open"}}',
    ]
    assert '    role_ids: ["Agent", "客服专员", "客服主管", "客服经理"]\n' in shown
    assert '    signature_token: "(secret)"\n' in shown
    assert "    name:" not in place.run("plan", "--quiet")[1]


def test_drift_is_shown_and_put_back(made: Place) -> None:
    made.rename("拿走")
    status, shown = made.run("plan", "--drift", "--quiet")
    assert status == exits.NO
    assert f'name: "拿走" → "接手"   [changed in Zammad by {ADA}' in shown
    told = made.run("plan", "--drift")[1]
    assert "\n1 object changed in Zammad: `zhidu apply` puts it back, `zhidu apply --adopt` keeps it\n" in told
    assert made.run("apply", "--yes", "--quiet")[0] == exits.DONE
    assert made.run("plan", "--drift", "--quiet") == (exits.DONE, "")
    assert "nothing was changed in Zammad since the last apply\n" in made.run("plan", "--drift")[1]


def test_an_apply_that_changes_nothing_records_what_is_there(made: Place) -> None:
    """With a store that was lost nobody knows what was written last; from the next apply on drift is seen again."""
    for path in made.folder.parent.rglob("zhidu.db*"):
        path.unlink()
    assert made.run("apply", "--yes", "--quiet")[0] == exits.DONE
    made.rename("拿走")
    assert f"changed in Zammad by {ADA}" in made.run("plan", "--drift", "--quiet")[1]


def test_drift_is_adopted(made: Place) -> None:
    made.rename("拿走")
    file = made.folder / "provision.yaml"
    status, shown = made.run("apply", "--adopt", "--dry-run")
    assert status == exits.NO
    assert "+  macros/take_over:\n+    name: 拿走\n" in shown
    assert not file.exists()
    assert made.run("apply", "--adopt", "--yes")[0] == exits.DONE
    assert "拿走" in file.read_text(encoding="utf-8")
    assert made.run("plan", "--quiet") == (exits.DONE, "")
    assert made.run("apply", "--adopt", "--yes")[1] == "nothing was changed in Zammad since the last apply\n"
    assert made.run("check", "--quiet")[0] == exits.DONE


def test_a_deleted_object_and_a_secret_when_adopted(made: Place) -> None:
    made.by_ada("DELETE", f"overviews/{max(made.box.desk.table('overviews').rows)}", {})
    made.by_ada("PUT", "webhooks/1", {"signature_token": "theirs"})
    status, shown = made.run("apply", "--adopt", "--yes")
    assert status == exits.DONE
    assert "leave_out:" in shown
    assert "webhooks/zhidu: signature_token is a secret and is not kept in a file" in shown
    assert "theirs" not in shown
    status, shown = made.run("plan", "--quiet")
    assert (status, shown.splitlines()[0]) == (exits.NO, "~ webhook zhidu")


WRONG = {
    "no such kind": ("keep: {macro/take_over: {name: x}}", "an object is a kind and a name"),
    "no name": ("leave_out: [overviews]", "an object is a kind and a name"),
    "unknown": ("hold: {}", "unknown setting"),
}


@pytest.mark.parametrize(("text", "what"), WRONG.values(), ids=WRONG)
def test_a_wrong_overlay_is_told_with_its_line(place: Place, text: str, what: str) -> None:
    (place.folder / "provision.yaml").write_text(f"{text}\n", encoding="utf-8")
    for command in ("plan", "check"):
        status, shown = place.run(command)
        assert status == exits.WRONG
        assert what in shown
        assert "provision.yaml:1" in shown


def test_a_foreign_macro_stands_in_the_way_and_is_taken_over(place: Place) -> None:
    place.by_ada("POST", "macros", {"name": "接手", "perform": {"ticket.state_id": {"value": "4"}}})
    status, shown = place.run("apply", "--yes")
    assert status == exits.NO
    assert "? there is a macro '接手' already, which zhidu did not make" in shown
    assert place.run("plan", "--quiet")[0] == exits.NO
    assert place.run("apply", "--yes", "--take-over", "macros/take_over")[0] == exits.DONE
    assert place.run("plan", "--quiet") == (exits.DONE, "")


NOTHING_TO_TAKE = {
    "no such kind": ("foo/bar", "an object is a kind and a name"),
    "a kind misspelt": ("macro/take_over", "did you mean `macros`?"),
    "no name": ("macros", "an object is a kind and a name"),
    "a name misspelt": ("macros/takeover", "no module needs such an object; did you mean `macros/take_over`?"),
}


@pytest.mark.parametrize(("key", "what"), NOTHING_TO_TAKE.values(), ids=NOTHING_TO_TAKE)
def test_what_cannot_be_taken_over_is_refused(place: Place, key: str, what: str) -> None:
    status, shown = place.run("apply", "--dry-run", "--take-over", key)
    assert (status, f"--take-over {key}: " in shown, what in shown) == (exits.WRONG, True, True), shown


def test_a_foreign_trigger_is_named_and_hinders_nothing(made: Place) -> None:
    perform = {"ticket.zhidu_kind": {"value": "inquiry"}}
    made.by_ada("POST", "triggers", {"name": "old kinds", "condition": {}, "perform": perform})
    status, shown = made.run("plan")
    assert status == exits.DONE
    assert "? the trigger 'old kinds' writes zhidu_kind, which zhidu fills in" in shown


def test_what_loses_too_much_is_refused_before_the_first_write(made: Place) -> None:
    made.configure("one_account: true\nmodules: []")
    made.publish(2)
    made.box.counters.reset()
    status, shown = made.run("apply", "--yes")
    assert status == exits.NO
    assert "nothing was changed; --force does it all the same" in shown
    assert made.box.counters.writes == 0
    assert made.run("apply", "--yes", "--force", "--quiet")[0] == exits.DONE
    assert made.run("plan", "--quiet")[0] == exits.DONE


SOONER = "acknowledge: {within: {major: 20wm}}\n"


def test_what_is_not_published_changes_nothing_in_zammad(made: Place) -> None:
    """3.2.2, 5: a deadline is changed by two people; the helpdesk's own clocks and objects are no way around that."""
    made.tune(complaints=SOONER)
    made.configure("one_account: true\nmodules: [core]")
    status, answer = made.json("plan")
    assert (status, answer["changes"], answer["policy"]["version"]) == (exits.DONE, [], 1)
    made.box.counters.reset()
    assert made.run("apply", "--yes", "--force", "--quiet")[0] == exits.DONE
    assert made.box.counters.writes == 0

    status, shown = made.run("plan", "--folder")
    assert status == exits.NO
    assert "by the folder (not version 1, which is what `zhidu apply` goes by)" in shown
    assert "- SLA zhidu: 重大投诉" in shown


def test_a_version_that_comes_into_force_makes_an_apply_due(made: Place) -> None:
    made.tune(complaints=SOONER)
    made.configure("one_account: true")
    made.publish(2)
    _, lines = made.json("doctor")
    (line,) = [line for line in lines if line["about"] == "provisioning"]
    assert line["what"] == "1 object is not as version 2 of the policy needs it"
    assert "`zhidu apply`" in line["do"]

    status, shown = made.run("apply", "--yes")
    assert status == exits.DONE
    assert "by version 2 of the policy" in shown
    assert "first_response_time: 30 → 20" in shown


def test_nobody_to_be_asked(place: Place) -> None:
    status, shown = place.run("apply")
    assert status == exits.WRONG
    assert "--yes is needed where nobody can be asked" in shown
    assert place.box.desk.table("webhooks").rows == {}


def test_a_dry_run_makes_no_store_and_writes_nothing(place: Place) -> None:
    before = sorted(place.folder.parent.rglob("*.db"))
    status, shown = place.run("apply", "--dry-run")
    assert status == exits.NO
    assert "+ field zhidu_kind" in shown
    assert sorted(place.folder.parent.rglob("*.db")) == before
    assert place.box.desk.table("webhooks").rows == {}


def test_two_at_once(place: Place) -> None:
    outside = real_outside()
    with provisioning(Habits(config=place.folder), write=True) as (_, store, _):
        assert store is not None
        with provisioner.only_one(store, outside):
            status, shown = place.run("apply", "--yes")
        assert status == exits.NO
        assert "another zhidu apply is at work (on " in shown
        assert place.box.desk.table("webhooks").rows == {}
        store.locks.take(provisioner.LOCK, "dead::1:x", timedelta(seconds=-1))
    assert place.run("apply", "--yes", "--quiet")[0] == exits.DONE
    kept = if_there(load_settings(place.folder), outside)
    assert kept is not None
    with kept:
        assert kept.locks.take(provisioner.LOCK, "me", timedelta(seconds=1)) is None


def test_the_turn_of_a_process_that_was_killed_is_taken_over(place: Place) -> None:
    """Killed where it holds the lock, by the system, so that it can give nothing back."""
    code = (
        "import os, signal, sys; from pathlib import Path; from zhidu import provisioner; "
        "from zhidu.commands.plan import provisioning; from zhidu.compose import real_outside; "
        "from zhidu.habits import Habits\n"
        "with provisioning(Habits(config=Path(sys.argv[1])), write=True) as (_, store, _):\n"
        "    with provisioner.only_one(store, real_outside()):\n"
        "        os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(place.folder)], check=False)  # noqa: S603
    assert killed.returncode == -signal.SIGKILL
    with provisioning(Habits(config=place.folder), write=True) as (_, store, _):
        assert store is not None
        assert store.locks.take(provisioner.LOCK, "who", timedelta(minutes=1)) is not None, "nobody holds it"
        with provisioner.only_one(store, real_outside()):
            pass


def test_tickets_are_taken_in_from_the_first_apply_on(made: Place) -> None:
    """Those created before the service is started too: Zammad tells of them already."""
    store = if_there(load_settings(made.folder), real_outside())
    assert store is not None
    with store:
        first = store.cursors.time(ADOPT_FROM)
        assert first is not None
        assert made.run("apply", "--yes", "--quiet")[0] == exits.DONE
        assert store.cursors.time(ADOPT_FROM) == first


def test_a_port_that_nobody_knows(place: Place) -> None:
    file = place.folder / "zhidu.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("# port: 8800", "port: 0"), encoding="utf-8")
    status, shown = place.run("plan")
    assert status == exits.WRONG
    assert "set http.public_url or http.port" in shown


def test_doctor_tells_of_drift_and_of_what_is_missing(made: Place) -> None:
    made.rename("拿走")
    _, lines = made.json("doctor")
    told = [line for line in lines if line["about"] == "provisioning"]
    assert [line["level"] for line in told] == ["warn"]
    assert f"changed in Zammad by {ADA}" in told[0]["what"]
    assert "zhidu apply --adopt" in told[0]["do"]
    made.run("apply", "--yes", "--quiet")
    _, lines = made.json("doctor")
    (line,) = [line for line in lines if line["about"] == "provisioning"]
    assert (line["level"], line["what"].endswith("objects are as version 1 of the policy needs them")) == ("ok", True)
