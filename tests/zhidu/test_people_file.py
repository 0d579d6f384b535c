"""config/people.yaml: posts and desks (1.2)."""

from pathlib import Path

import pytest

from policies.kernel.facts import Desk, Post
from policies.kernel.problems import ConfigErrors
from zhidu.people_file import desks, load_people

TEXT = """\
posts:
  supervisor: [li.na]
  manager: [wang.wei@example.com]
desks:
  Complaints::Major:
    supervisor: li.na
    deputy: gone
    manager: wang.wei@example.com
    language: zh-TW
    kind: complaint
  Users: {}
"""
IDS = {"li.na": 11, "wang.wei@example.com": 12}


def test_desks(tmp_path: Path) -> None:
    """1.2 each group has a supervisor and a manager; who is unknown leaves a vacancy that is told with its line."""
    (tmp_path / "people.yaml").write_text(TEXT, encoding="utf-8")
    people = load_people(tmp_path)

    found = desks(people, IDS.get)

    assert found.desks == {
        "Complaints::Major": Desk(
            group="Complaints::Major", supervisor=11, manager=12, language="zh-TW", kind="complaint"
        ),
        "Users": Desk(group="Users"),
    }
    said = f"{tmp_path}/people.yaml:7: desks.Complaints::Major.deputy: the helpdesk knows nobody by the name 'gone'"
    assert [str(problem) for problem in found.problems] == [said]
    assert people.config.post_by_login() == {"li.na": Post.SUPERVISOR, "wang.wei@example.com": Post.MANAGER}


def test_no_file(tmp_path: Path) -> None:
    assert load_people(tmp_path).config.desks == {}


REFUSED = {
    "two posts": ("posts: {supervisor: [li.na], manager: [Li.Na]}", ":1: posts: Li.Na holds two posts"),
    "unknown post": ("posts: {boss: []}", ":1: posts.boss: unknown setting"),
    "unknown kind": ("desks: {A: {kind: praise}}", ":1: desks.A.kind: must be one of"),
    "unknown language": ("desks:\n  A:\n    language: de", ":3: desks.A.language: must be one of"),
}


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigErrors) as caught:
        load_people(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}/people.yaml{said}")
