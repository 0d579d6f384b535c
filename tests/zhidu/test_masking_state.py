"""Where masking stands: what waits, what is lacking, where originals may still exist."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from integrations.store.store import open_store
from integrations.store.twins import Step, Twin
from policies.kernel.config import load_text
from policies.masking.config import Mode
from zhidu.config import Config
from zhidu.masking_state import masking_state
from zhidu.originals.places import places

NOW = datetime(2026, 5, 6, tzinfo=UTC)
ROWS: dict[str, tuple[Mode | None, bool, bool, bool, str]] = {
    # row                             mode    waiting vault  admin  said
    "only found":                    ("find", False, False, False, "mode find"),
    "made anew, with all it needs":  ("twin", True,  True,  True,  "mode twin, 0 tickets made anew, 1 under way"),
    "without a vault":               ("twin", False, False, True,  "nothing is masked without a vault"),
    "without an administrator":      ("twin", False, True,  False, "nothing is masked without helpdesk.admin_token"),
    "switched off half-way":         (None,   True,  False, False, "nothing is masked without a vault and"),
}  # fmt: skip


def configured(vault: bool, admin: bool, gate: bool = False) -> Config:
    """Settings with or without what the modes need."""
    lines = ["vault: {keys: [{id: k, env: K}], current: k}"] if vault or gate else []
    lines += ["helpdesk: {url: https://desk.example.com, admin_token_env: A}"] if admin else []
    lines += ["gate: {intake: {group: Service}}"] if gate else []
    return load_text("\n".join(lines), "zhidu.yaml", Config).config


@pytest.mark.parametrize(("mode", "waiting", "vault", "admin", "said"), ROWS.values(), ids=ROWS)
def test_the_line(tmp_path: Path, mode: Mode | None, waiting: bool, vault: bool, admin: bool, said: str) -> None:
    """6.1.1 a mode that cannot work says what it lacks."""
    with open_store(f"sqlite:///{tmp_path}/z.db", now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "x") as store:
        store.migrate()
        if waiting:
            store.twins.want(7, "21007")
        state = masking_state(mode, store, configured(vault, admin))
    assert state is not None
    assert said in state.line
    assert state.plain()["originals_may_remain_in"] == list(places(mode or "find"))


def test_a_journal_tells_of_trouble_and_of_what_is_done(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/z.db", now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "x") as store:
        store.migrate()
        assert store.twins.want(7, "21007")
        assert not store.twins.want(7, "21007")
        store.twins.put(Twin(ticket_id=7, number="21007", step=Step.SEALED, begun_at=NOW, trouble="503: down"))
        waiting = masking_state("twin", store, configured(True, True))
        store.twins.put(Twin(ticket_id=7, number="21007", step=Step.DONE, begun_at=NOW, new_id=9))
        done = masking_state("twin", store, configured(True, True))
    assert waiting is not None
    assert done is not None
    assert "#7: 503: down" in waiting.line
    assert (done.made, done.waiting, done.trouble) == (1, 0, {})


def test_off_and_nothing_under_way_says_nothing(tmp_path: Path) -> None:
    with open_store(f"sqlite:///{tmp_path}/z.db", now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "x") as store:
        store.migrate()
        assert masking_state(None, store, Config()) is None


@pytest.mark.parametrize(("gate", "said"), [(True, "mode gate"), (False, "without gate.relay or gate.intake")])
def test_a_gate_that_is_not_there(tmp_path: Path, gate: bool, said: str) -> None:
    with open_store(f"sqlite:///{tmp_path}/z.db", now=lambda: NOW, jitter=lambda: 0.5, new_id=lambda: "x") as store:
        store.migrate()
        state = masking_state("gate", store, configured(False, False, gate))
    assert state is not None
    assert state.line.endswith(said)
