"""`zhidu policy`: what differs, who wrote and approved it, and which version decides."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integrations.store.store import Store
from zhidu.compose import real_outside
from zhidu.following import Published
from zhidu.settings import load_settings
from zhidu.versions import first_version, in_force

STRICTER = "acknowledge: {within: {serious: 45wm}}\nprofile: tw-fcpa\nresolve: {within: {major: 4wd}}\n"


@pytest.fixture
def begun(folder: Path, store: Store) -> Path:
    """The folder, with the shipped policy in force."""
    with (folder / "zhidu.yaml").open("a", encoding="utf-8") as file:
        file.write("one_account: true\n")
    first_version(store, load_settings(folder), datetime.now(UTC), "as shipped")
    return folder


def tune(folder: Path, text: str = STRICTER) -> None:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "complaints.yaml").write_text(text, encoding="utf-8")


def publish(
    run, folder: Path, *more: str, by: str = "Li Min", habits: tuple[str, ...] = ("--quiet",)
) -> tuple[int, str, str]:
    return run("--config", folder, *habits, "policy", "publish", "--by", by, "--reason", "sooner", *more)


def test_diff_names_values_and_rows_and_says_no(run, begun: Path) -> None:
    tune(begun)

    status, out, _ = run("--config", begun, "policy", "diff")

    assert status == 1
    assert "complaints\n  acknowledge.within.serious: 1wh → 45wm\n" in out
    assert "  profile: cn-cbirc-2020 → tw-fcpa\n" in out
    rows = [line for line in out.splitlines() if line.startswith("policies/complaints/cases.yaml:")]
    changes = [line for line in out.splitlines() if line.startswith(("    - ", "    + "))]
    assert 0 < len(rows) <= len(changes)
    assert out.endswith(f"3 values differ, {len(rows)} golden rows come out otherwise\n")


def test_a_folder_like_the_version_differs_in_nothing(run, begun: Path) -> None:
    assert run("--config", begun, "policy", "diff") == (0, "0 values differ, 0 golden rows come out otherwise\n", "")


def test_phrases_texts_calendars_and_modules_are_told(run, begun: Path) -> None:
    files = {
        "policies/complaints.phrases.yaml": "complaint: [讨说法]\n",
        "texts/complaints/en.yaml": "flag.amount: big money\n",
        "calendars/default.yaml": 'hours: {mon-fri: ["09:00-17:00"]}\n',
    }
    for name, text in files.items():
        path = begun / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    found = json.loads(run("--config", begun, "--json", "policy", "diff")[1])["differences"]

    wheres = {one["where"] for one in found}
    assert {"complaints phrases", "complaints texts en", "calendar default"} <= wheres
    assert {"where": "complaints texts en", "field": "flag.amount", "old": "large sum", "new": "big money"} in found


def test_a_version_decides_once_a_second_person_has_approved_it(run, begun: Path, store: Store) -> None:
    tune(begun)
    settings = load_settings(begun)

    status, out, _ = publish(run, begun, habits=())
    assert (status, store.versions.in_force(datetime.now(UTC)).number) == (0, 1)
    assert "version 2  proposed" in out
    assert "zhidu policy approve 2 --by NAME" in out
    assert run("--config", begun, "policy", "approve", "2", "--by", "li min")[0] == 1
    status, out, _ = run("--config", begun, "policy", "approve", "2", "--by", "Xu Jing")

    assert (status, "version 2  in force" in out) == (0, True)
    found = in_force(store, settings, datetime.now(UTC))
    assert found is not None
    assert found.version.number == 2
    complaints = found.policy.modules["complaints"]
    assert str(complaints.config.acknowledge.within.serious) == "45wm"
    assert [era.config.profile for era in complaints.eras] == ["cn-cbirc-2020"]
    assert [str(era.config.acknowledge.within.serious) for era in complaints.eras] == ["45wm"]


def test_a_case_keeps_the_calendar_of_the_law_under_which_it_began(run, begun: Path, store: Store) -> None:
    """1.3.2 The next version counts by another and has the earlier one no more; nor does a desk get it back so."""
    (begun / "calendars").mkdir()
    ours = begun / "calendars" / "ours.yaml"
    for law, text in (("ours", 'extends: cn\nhours: {mon-fri: ["10:00-16:00"]}\n'), ("cn", None)):
        if text is None:
            ours.unlink()
        else:
            ours.write_text(text, encoding="utf-8")
        tune(begun, f"profile: sg-faa-chr-2021\nlaw_calendar: {law}\n")
        assert publish(run, begun)[0] == 0
        number = str(len(store.versions.list()))
        assert run("--config", begun, "policy", "approve", number, "--by", "Xu Jing")[0] == 0

    found = in_force(store, load_settings(begun), datetime.now(UTC))

    assert found is not None
    assert found.unreadable == ()
    complaints = found.policy.modules["complaints"]
    assert [era.config.counted_by for era in complaints.eras] == [None, "ours"]
    opening = datetime(2026, 5, 6, 1, 30, tzinfo=UTC)
    assert [found.policy.calendars[name].is_open(opening) for name in ("ours", "cn")] == [False, True]


def test_one_dated_ahead_comes_into_force_by_itself(run, begun: Path, store: Store) -> None:
    tune(begun)
    at = datetime.now(UTC) + timedelta(hours=1)
    assert publish(run, begun, "--effective", at.isoformat())[0] == 0
    assert run("--config", begun, "policy", "approve", "2", "--by", "Xu Jing")[0] == 0
    now = datetime.now(UTC)
    published = Published(store, load_settings(begun), lambda: now)

    before = published.begin()
    assert published() is None
    now = at
    after = published()

    assert after is not None
    assert [str(policy.modules["complaints"].config.acknowledge.within.serious) for policy in (before, after)] == [
        "1wh",
        "45wm",
    ]
    assert published() is None


def test_variables_make_nobody_a_second_person(run, begun: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person at one account, who says in every variable to be another."""
    text = (begun / "zhidu.yaml").read_text(encoding="utf-8").replace("one_account: true", "approvers: {Xu Jing: xu}")
    (begun / "zhidu.yaml").write_text(text, encoding="utf-8")
    monkeypatch.delenv("SUDO_UID", raising=False)
    tune(begun)
    assert publish(run, begun)[0] == 0
    for name in ("SUDO_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "xu")

    status, out, err = run("--config", begun, "policy", "approve", "2", "--by", "Xu Jing")

    assert (status, out, "account" in err) == (2, "", True)
    assert store.versions.show(2).approved_at is None


REFUSED = {
    # row                     what the folder holds      more words                             status, message
    "nothing new": (None, [], 2, "nothing differs from version 1, which is in force"),
    "what does not load": ("acknowledge: {within: {serious: soon}}\n", [], 2, "acknowledge.within.serious: "),
    "no calendar of the law": ("profile: sg-faa-chr-2021\n", [], 2, "yaml:1: profile: sg-faa-chr-2021"),
    "no such calendar": ("law_calendar: mon\n", [], 2, "law_calendar: there is no such calendar (got 'mon')"),
    "a date that is past": (STRICTER, ["--effective", "2020-01-01T00:00+08:00"], 2, "--effective is past"),
    "a date without offset": (STRICTER, ["--effective", "2030-01-01T00:00"], 2, "--effective needs its offset"),
    "no date": (STRICTER, ["--effective", "soon"], 2, "--effective is a time such as"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "more", "status", "message"), REFUSED.values(), ids=REFUSED)
def test_publish_refuses(
    text: str | None, more: list[str], status: int, message: str, run, begun: Path, store: Store
) -> None:
    if text is not None:
        tune(begun, text)

    got, _, err = publish(run, begun, *more)

    assert (got, len(store.versions.list())) == (status, 1)
    assert message in err


def test_only_named_approvers_approve_where_some_are_named(run, begun: Path) -> None:
    with (begun / "zhidu.yaml").open("a", encoding="utf-8") as file:
        file.write('approvers: {"Xu Jing": null, "Luo Ning": "luo"}\n')
    tune(begun)
    publish(run, begun)

    refused = run("--config", begun, "policy", "approve", "2", "--by", "Wang Fei")

    assert refused[0] == 2
    assert "Wang Fei is not among the approvers that zhidu.yaml names: Xu Jing, Luo Ning" in refused[2]
    assert (
        "has Luo Ning approve from the account luo, this one is "
        in run("--config", begun, "policy", "approve", "2", "--by", "Luo Ning")[2]
    )
    assert run("--config", begun, "policy", "approve", "2", "--by", "Xu Jing")[0] == 0


def test_log_tells_who_did_what_and_why(run, begun: Path) -> None:
    tune(begun)
    publish(run, begun)
    assert run("--config", begun, "policy", "withdraw", "2", "--by", "Li Min", "--why", "figures first")[0] == 0

    newest, first = json.loads(run("--config", begun, "--json", "policy", "log")[1])
    out = run("--config", begun, "policy")[1]

    assert (newest["status"], newest["author"], newest["withdrawn_why"]) == ("withdrawn", "Li Min", "figures first")
    assert (first["status"], first["reason"]) == ("in force", "as shipped")
    assert out.index("version 2  withdrawn") < out.index("version 1  in force")
    assert "by Li Min: figures first" in out


def test_an_earlier_version_is_exported_to_be_published_again(run, begun: Path, tmp_path: Path) -> None:
    tune(begun)
    publish(run, begun)
    place = tmp_path / "two"

    status, out, _ = run("--config", begun, "policy", "export", "2", place)

    assert (status, out) == (0, f"{place}/policies/complaints.yaml\n")
    assert (place / "policies" / "complaints.yaml").read_text(encoding="utf-8") == STRICTER
    assert run("--config", begun, "policy", "export", "2", place)[0] == 2


def test_a_store_whose_first_version_is_not_in_force_yet_is_told(folder: Path, store: Store, run) -> None:
    tune(folder)
    at = datetime.now(UTC) + timedelta(hours=1)
    assert publish(run, folder, "--effective", at.isoformat())[0] == 0

    from integrations.store.errors import Refused

    with pytest.raises(Refused, match="no version of the policy is in force"):
        Published(store, load_settings(folder), real_outside().now).begin()
