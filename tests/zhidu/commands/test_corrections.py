"""`zhidu corrections`: what agents corrected, learnt and shown on held-out ones, enabled by a person."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from integrations.store.store import Store
from policies.kernel.text.learnt import grams

AT = datetime(2026, 5, 6, 1, 0, tzinfo=UTC)
SAYINGS = {"business": "麻烦帮我把{0}换成新的", "inquiry": "请问{0}怎么收费，要几天"}


def fill(store: Store) -> None:
    for k, (label, saying) in enumerate(SAYINGS.items()):
        for n in range(25):
            runs = grams(saying.format("甲乙丙丁戊己庚辛壬癸"[n % 10] + "子丑寅卯辰"[n % 5]))
            store.corrections.keep(100 * k + n, "support", label, AT + timedelta(minutes=n), lambda runs=runs: runs)


def test_show_learn_enable_disable(run, folder: Path, store: Store) -> None:
    """4.3.3 step by step, as a person does it."""
    fill(store)
    status, out, _ = run("--config", folder, "corrections", "show")
    assert status == 0
    assert out.splitlines()[0] == "50 corrections"
    assert "support -> business   25" in out

    status, out, _ = run("--config", folder, "corrections", "learn", "--dry-run")
    assert status == 0
    assert "accuracy 1.000 on held-out corrections (50 in five parts); before the corrections 0.000 were right" in out
    assert store.learnt.all() == ()

    status, out, _ = run("--config", folder, "--json", "corrections", "learn")
    learnt = json.loads(out)
    assert (status, learnt["number"], learnt["corrections"], learnt["accuracy"]) == (0, 1, 50, 1.0)
    assert learnt["labels"]["business"]["recall"] == 1.0
    assert store.learnt.enabled() is None
    assert "model 2" in run("--config", folder, "corrections", "learn")[1]

    status, out, _ = run("--config", folder, "corrections", "enable", "1", "--by", "王主管")
    enabled = store.learnt.enabled()
    assert (status, enabled and enabled.number, enabled and enabled.enabled_by) == (0, 1, "王主管")
    shown = json.loads(run("--config", folder, "--json", "corrections", "show")[1])
    assert [(one["number"], one["enabled_by"]) for one in shown["learnt"]] == [(2, None), (1, "王主管")]
    assert "enabled by 王主管" in run("--config", folder, "corrections", "show")[1]

    assert run("--config", folder, "corrections", "disable", "--by", "王主管")[0] == 0
    assert store.learnt.enabled() is None


def test_too_little_to_learn_from(run, folder: Path, store: Store) -> None:
    status, _, err = run("--config", folder, "corrections", "learn")

    assert status == 1
    assert "0 corrections of 0 kinds" in err


def test_no_such_model(run, folder: Path, store: Store) -> None:
    status, _, err = run("--config", folder, "corrections", "enable", "7", "--by", "王主管")

    assert status == 2
    assert "there is no model 7" in err
