"""What `zhidu init` writes is valid as it stands, and with every comment of a setting taken away."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from policies.kernel.config import load_text
from policies.kernel.discovery import discover
from policies.kernel.facts import Post
from policies.kernel.yaml_nodes import parse
from zhidu.calendars import load_calendars
from zhidu.config import Config
from zhidu.people_file import People, load_people
from zhidu.settings import settings_of
from zhidu.starting import Agent, Desk, files, people_text, policy_texts, settings_text


def uncommented(text: str) -> str:
    """With every setting set: `# ` is taken away, `## ` is for people."""
    lines = []
    for line in text.splitlines():
        bare = line.lstrip()
        lines.append(line.replace("# ", "", 1) if bare.startswith("# ") else line)
    return "\n".join(lines) + "\n"


DESK = Desk(
    groups=("Users", "投诉: 一组", "Cards"),
    agents=(
        Agent(login="agnes@example.com", post=None, groups=frozenset({"Users"})),
        Agent(login="bao", post=Post.SPECIALIST, groups=frozenset({"Users"})),
        Agent(login="xu@example.com", post=Post.SUPERVISOR, groups=frozenset({"Users", "投诉: 一组"})),
        Agent(login="luo@example.com", post=Post.SUPERVISOR, groups=frozenset({"投诉: 一组"})),
        Agent(login="yes", post=Post.MANAGER, groups=frozenset({"Users"})),
    ),
)

DRAFTS: dict[str, tuple[str | None, Path | None, Desk | None]] = {
    # row               address                       token file             found
    "nothing known": (None, None, None),
    "an address": ("https://desk.example.com/", None, None),
    "a token file": ("https://desk.example.com", Path("/etc/zhidu/to ken: 1"), None),
    "all found": ("http://desk.example.com:8080/zammad", None, DESK),
    "an empty desk": ("https://desk.example.com", None, Desk(groups=(), agents=())),
}


@pytest.mark.parametrize(("url", "token_file", "desk"), DRAFTS.values(), ids=DRAFTS)
@pytest.mark.parametrize("change", [str, uncommented], ids=["as written", "every setting set"])
def test_files_are_valid(url: str | None, token_file: Path | None, desk: Desk | None, change: type[str]) -> None:
    config = load_text(change(settings_text(url, token_file)), "zhidu.yaml", Config).config
    people = load_text(change(people_text(desk)), "people.yaml", People).config
    if url is not None:
        assert config.helpdesk is not None
        assert config.helpdesk.url == url.rstrip("/")
    if token_file is not None:
        assert config.helpdesk is not None
        assert config.helpdesk.token_file == token_file
    assert config.http.webhook_secret_file == Path("secrets/webhook")
    if desk is not None:
        assert tuple(people.desks) == desk.groups


def test_people_as_found() -> None:
    """1.2: each agent has a post; who alone holds one in a group is named for it, of several a person must choose."""
    people = load_text(people_text(DESK), "people.yaml", People).config
    assert people.posts.specialist == ("agnes@example.com", "bao")
    assert people.posts.supervisor == ("xu@example.com", "luo@example.com")
    assert people.posts.manager == ("yes",)
    users, complaints = people.desks["Users"], people.desks["投诉: 一组"]
    assert (users.supervisor, users.deputy, users.manager) == ("xu@example.com", None, "yes")
    assert (complaints.supervisor, complaints.manager) == (None, None)
    assert '# supervisor: "xu@example.com"' in people_text(DESK)


@pytest.mark.parametrize(("name", "text"), [(path.stem, text) for path, text in policy_texts().items()])
def test_policies_are_the_shipped_values(name: str, text: str) -> None:
    """As written nothing is set; with every setting set the module is as shipped."""
    folder = discover().found[name].folder
    shipped = (folder / "defaults.yaml").read_text(encoding="utf-8")
    assert parse(text, "written").value == {}
    assert parse(uncommented(text), "set").value == parse(shipped, "shipped").value


def test_every_shipped_module_has_its_file() -> None:
    assert {path.stem for path in policy_texts()} == set(discover().found)


def written(place: Path, content: Mapping[Path, str]) -> Path:
    for path, text in content.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, encoding="utf-8")
    return place


def test_the_examples_for_calendars_work(tmp_path: Path) -> None:
    """What calendars/README.md shows is a year and other hours."""
    readme = files(url=None, token_file=None, desk=None, secret="s")[Path("calendars/README.md")]
    year, hours = (block.partition("```")[0] for block in readme.split("```yaml\n")[1:])
    written(tmp_path, {Path("calendars/cn.yaml"): year, Path("calendars/default.yaml"): hours})
    calendars = load_calendars(tmp_path)
    day = date(2027, 6, 1)
    assert calendars["default"].day(day).known
    assert calendars["default"].day(day).hours != calendars["cn"].day(day).hours


def test_the_folder_loads(tmp_path: Path) -> None:
    place = written(tmp_path, files(url="https://desk.example.com", token_file=None, desk=DESK, secret="s3cret"))
    assert load_people(place).config.desks
    text = (place / "zhidu.yaml").read_text(encoding="utf-8")
    settings = settings_of(text, place, {"ZAMMAD_TOKEN": "t"})
    assert (settings.token(), settings.webhook_secret()) == ("t", "s3cret")
