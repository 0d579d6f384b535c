"""docs/attach.md says what the code needs: its tables and payload are made from it, its program is run."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from integrations.zammad.attached import data_type
from integrations.zammad.provision import PAYLOAD, TRIGGERS, WEBHOOK
from integrations.zammad.sandbox import Sandbox, serve
from policies.kernel.discovery import discover
from policies.kernel.provisioning import FieldNeed
from zhidu.compose import real_outside
from zhidu.doctoring.lines import GUIDE
from zhidu.doctoring.there import PERMISSIONS, needs_of

PAGE = Path(__file__).parents[2] / GUIDE
FORMATS = {
    "input": "Text",
    "select": "Single selection",
    "multiselect": "Multiple selection",
    "datetime": "Datetime",
    "date": "Date",
}
ACTIONS = {"create": "created", "update": "updated"}


def fields(needs: Sequence[FieldNeed]) -> Iterator[str]:
    yield "| name | format | display | options | filled in by |"
    yield "| --- | --- | --- | --- | --- |"
    for need in needs:
        names = f"{need.display.zh_cn} / {need.display.zh_tw} / {need.display.en}"
        options = ", ".join(f"`{value}` {text.zh_cn} ({text.en})" for value, text in need.options.items())
        yield f"| `zhidu_{need.name}` | {FORMATS[data_type(need)]} | {names} | {options or '-'} | {need.set_by} |"


def parts() -> dict[str, str]:
    """Each marked part of the page, as the code has it."""
    tickets, users = needs_of(discover().found.values())
    reasons = [f"| `{name}` | {why} |" for name, why in PERMISSIONS.items()]
    triggers = [
        "| name | activated by | execution | condition | execute |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| `{name}` | action | {mode} | *Action* is *{ACTIONS[action]}* | webhook `{WEBHOOK}` |"
            for name, action, mode in TRIGGERS
        ),
    ]
    return {
        "permissions": "\n".join(["| permission | why |", "| --- | --- |", *reasons]),
        "ticket fields": "\n".join(fields(tickets)),
        "user fields": "\n".join(fields(users)),
        "payload": f"```json\n{json.dumps(PAYLOAD, indent=2)}\n```",
        "triggers": "\n".join(triggers),
    }


def place(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- {name} -->\n)(.*?)(\n<!-- end -->)", re.DOTALL)


def test_the_page_says_what_the_code_needs(update_golden: bool) -> None:
    """With --update-golden the page is written anew."""
    text = PAGE.read_text(encoding="utf-8")
    wanted = parts()
    if update_golden:
        for name, part in wanted.items():
            text = place(name).sub(lambda found, part=part: f"{found[1]}{part}{found[3]}", text)
        PAGE.write_text(text, encoding="utf-8")
    written = {name: found[2] for name in wanted if (found := place(name).search(text))}
    assert written == wanted


def test_the_program_attaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the page gives to be run makes everything, and nothing the second time."""
    (program,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZAMMAD_TOKEN", "attach-token")
    monkeypatch.setenv("ZHIDU_WEBHOOK_SECRET", "attach-secret")
    # The embedded helpdesk is not gone after a migration.
    monkeypatch.setattr("integrations.zammad.provision.attach.__defaults__", (lambda client: migrate_at_once(client),))
    box = Sandbox(now=real_outside().now, token="attach-token")
    with serve(box, deliver=False) as url:
        folder = tmp_path / "config"
        folder.mkdir()
        (folder / "zhidu.yaml").write_text(
            f'helpdesk: {{url: "{url}"}}\nhttp: {{public_url: "https://zhidu.example.com"}}\n', encoding="utf-8"
        )
        for _ in range(2):
            exec(compile(program, GUIDE, "exec"), {})  # noqa: S102 - the page's own program
    tickets, users = needs_of(discover().found.values())
    assert capsys.readouterr().out.split() == [str(len(tickets) + len(users) + 3), "made", "0", "made"]


def migrate_at_once(client: object) -> None:
    from integrations.zammad.client import Client
    from integrations.zammad.objects import migrate

    assert isinstance(client, Client)
    migrate(client, quiet=0)
