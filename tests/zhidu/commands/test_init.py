"""`zhidu init`: what it writes, what it finds out by itself, and that it overwrites nothing."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.zammad.sandbox import Sandbox, serve
from zhidu.compose import real_outside
from zhidu.people_file import load_people
from zhidu.settings import load_settings

TOKEN = "a-token-of-tests"


@pytest.fixture
def helpdesk() -> Iterator[str]:
    box = Sandbox(now=real_outside().now, token=TOKEN)
    box.request("POST", "/api/v1/groups", json={"name": "Complaints"})
    box.request("POST", "/api/v1/groups", json={"name": "Old", "active": False})
    box.request(
        "POST", "/api/v1/roles", json={"name": "Team", "permissions": ["ticket.agent"], "group_ids": {"2": ["full"]}}
    )
    box.add_person(login="agnes@example.com", password="pw", roles=["Agent"], groups={"Users": ["full"]})
    box.add_person(login="bao@example.com", password="pw", roles=["Team"])
    box.add_person(login="reader@example.com", password="pw", roles=["Agent"], groups={"Users": ["read"]})
    box.add_person(login="gone@example.com", password="pw", roles=["Agent"], groups={"Users": ["full"]}, active=False)
    with serve(box, deliver=False) as url:
        yield url


def test_out_of_nothing(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./config, without a helpdesk; it passes the check, and what comes next is said."""
    monkeypatch.chdir(tmp_path)

    status, out, err = run("init")

    assert status == 0
    assert "no --helpdesk was given" in err
    assert "1. set helpdesk.url in config/zhidu.yaml" in out
    assert "zhidu doctor\n" in out
    assert run("check")[0] == 0
    assert load_settings(Path("config")).webhook_secret()


def test_filled_in(run, tmp_path: Path, helpdesk: str) -> None:
    """Active groups, and agents but for the service user and those who left."""
    place = tmp_path / "etc" / "zhidu"

    status, out, err = run("init", place, "--helpdesk", helpdesk)

    assert (status, err) == (0, "")
    people = load_people(place).config
    assert list(people.desks) == ["Users", "Complaints"]
    assert people.posts.specialist == ("agnes@example.com", "bao@example.com", "reader@example.com")
    text = (place / "people.yaml").read_text(encoding="utf-8")
    assert text.count("## with full access: agnes@example.com\n") == 1
    assert text.count("## with full access: bao@example.com\n") == 1
    settings = load_settings(place, {"ZAMMAD_TOKEN": "t"})
    assert (settings.helpdesk.url, settings.token()) == (helpdesk, "t")
    assert f"zhidu doctor --config {place}" in out
    assert run("check", place)[0] == 0


def test_posts_of_the_helpdesks_own_field(run, tmp_path: Path, helpdesk: str) -> None:
    """1.2: who has `zhidu_post` there leads where nobody else does."""
    box_field = {
        "name": "zhidu_post",
        "object": "User",
        "display": "Post",
        "data_type": "select",
        "data_option": {"options": {"supervisor": "Supervisor"}},
    }
    import requests

    headers = {"Authorization": f"Token token={TOKEN}"}
    api = f"{helpdesk}/api/v1"
    requests.post(f"{api}/object_manager_attributes", json=box_field, headers=headers, timeout=10)
    requests.post(f"{api}/object_manager_attributes_execute_migrations", json={}, headers=headers, timeout=10)
    agnes = requests.get(f"{api}/users/search?query=agnes@example.com", headers=headers, timeout=10).json()[0]["id"]
    requests.put(f"{api}/users/{agnes}", json={"zhidu_post": "supervisor"}, headers=headers, timeout=10)

    assert run("init", tmp_path / "c", "--helpdesk", helpdesk)[0] == 0

    people = load_people(tmp_path / "c").config
    assert people.posts.supervisor == ("agnes@example.com",)
    assert people.desks["Users"].supervisor == "agnes@example.com"
    assert people.desks["Complaints"].supervisor is None


def test_secrets_are_the_owners(run, tmp_path: Path) -> None:
    run("init", tmp_path / "c")
    secret = tmp_path / "c" / "secrets" / "webhook"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert len(secret.read_text(encoding="utf-8").strip()) == 32
    assert (tmp_path / "c" / "secrets" / ".gitignore").read_text(encoding="utf-8") == "*\n"


def test_two_secrets_differ(run, tmp_path: Path) -> None:
    for name in "ab":
        run("init", tmp_path / name)
    assert (tmp_path / "a/secrets/webhook").read_bytes() != (tmp_path / "b/secrets/webhook").read_bytes()


def test_a_token_file(run, tmp_path: Path, helpdesk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is named, not copied, and its path counts from here."""
    monkeypatch.delenv("ZAMMAD_TOKEN")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text(f"{TOKEN}\n", encoding="utf-8")

    status, out, err = run("init", "c", "--helpdesk", helpdesk, "--token-file", "token")

    assert (status, err) == (0, "")
    assert load_settings(tmp_path / "c", {}).token() == TOKEN
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "c").rglob("*") if path.is_file())
    assert TOKEN not in written + out


NOT_ASKED = {
    # row                  address                  token            why
    "away": ("http://127.0.0.1:1", TOKEN, "the helpdesk cannot be reached"),
    "a wrong token": (None, "another-token", "Can't find User for Token"),
    "no token": (None, "", "ZAMMAD_TOKEN is not set"),
    "no token at all": (None, "to ken", "the helpdesk's token is empty or has a blank"),
}


@pytest.mark.parametrize(("address", "token", "why"), NOT_ASKED.values(), ids=NOT_ASKED)
def test_a_helpdesk_that_says_nothing(
    address: str | None, token: str, why: str, run, tmp_path: Path, helpdesk: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Examples are written, and why."""
    monkeypatch.setenv("ZAMMAD_TOKEN", token)
    status, out, _ = run("init", tmp_path / "c", "--helpdesk", address or helpdesk, "--json")
    answer = json.loads(out)
    assert status == 0
    assert answer["found"] is None
    assert why in answer["not_asked"]
    assert "# desks:" in (tmp_path / "c" / "people.yaml").read_text(encoding="utf-8")


def test_for_machines(run, tmp_path: Path, helpdesk: str) -> None:
    answer = json.loads(run("init", tmp_path / "c", "--helpdesk", helpdesk, "--json")[1])
    assert answer["found"] == {"groups": 2, "agents": 3}
    assert str(tmp_path / "c" / "zhidu.yaml") in answer["written"]


def test_nothing_is_overwritten(run, tmp_path: Path) -> None:
    """What is there is named, and nothing else is written."""
    (tmp_path / "policies").mkdir()
    for name in ("people.yaml", "policies/core.yaml"):
        (tmp_path / name).write_text("mine", encoding="utf-8")
    status, _, err = run("init", tmp_path)
    assert status == 2
    assert f"{tmp_path}/people.yaml, {tmp_path}/policies/core.yaml" in err
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["core.yaml", "people.yaml"]


WRONG = {
    # row                  words                                 said
    "no address": (["--helpdesk", "desk"], "must be an address like https://desk.example.com"),
    "an address with a query": (["--helpdesk", "https://x.example.com/?a=b"], "may hold no user, password, query"),
    "no such token file": (["--token-file", "nowhere"], "does not exist"),
    "a token": (["--token", "x"], "No such option"),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_wrong_use(words: list[str], said: str, run, tmp_path: Path) -> None:
    status, _, err = run("init", tmp_path / "c", *words)
    assert status == 2
    assert said in err
    assert not (tmp_path / "c").exists()


def test_a_folder_that_cannot_be_made(run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, _, err = run("init", tmp_path / "file" / "c")
    assert status == 2
    assert "Not a directory" in err
