"""docs/attach.md says what the code needs: its tables and payload are made from it."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from integrations.zammad.provision.calling import PAYLOAD, TRIGGERS, WEBHOOK
from integrations.zammad.provision.fields import data_type
from integrations.zammad.provision.groups import SERVICE_PERMISSIONS
from policies.kernel.config import load_text
from policies.kernel.discovery import discover
from policies.kernel.provisioning import FieldNeed
from zhidu.doctoring.lines import GUIDE
from zhidu.doctoring.there import PERMISSIONS
from zhidu.overlay import Overlay, exceptions_of
from zhidu.provisioning import needs_of

PAGE = Path(__file__).parents[2] / GUIDE
FORMATS = {
    "input": "Text",
    "select": "Single selection",
    "multiselect": "Multiple selection",
    "datetime": "Datetime",
    "date": "Date",
    "textarea": "Text area",
    "integer": "Integer",
    "boolean": "Boolean",
}
ACTIONS = {"create": "created", "update": "updated"}


def fields(needs: Sequence[FieldNeed], screens: bool = False) -> Iterator[str]:
    yield f"| name | format | display | options | filled in by |{' screens |' if screens else ''}"
    yield f"| --- | --- | --- | --- | --- |{' --- |' if screens else ''}"
    for need in needs:
        names = f"{need.display.zh_cn} / {need.display.zh_tw} / {need.display.en}"
        options = ", ".join(f"`{value}` {text.zh_cn} ({text.en})" for value, text in need.options.items())
        where = f" {', '.join(need.screens)} |" if screens else ""
        kind = FORMATS[data_type(need)]
        yield f"| `zhidu_{need.name}` | {kind} | {names} | {options or '-'} | {need.set_by} |{where}"


def parts() -> dict[str, str]:
    """Each marked part of the page, as the code has it."""
    needs = needs_of(discover().found.values())
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
        "ticket fields": "\n".join(fields(needs.ticket_fields, screens=True)),
        "user fields": "\n".join(fields(needs.user_fields)),
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


def test_the_overlay_of_the_page_is_one() -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    found = exceptions_of(load_text(text, "provision.yaml", Overlay))
    assert {str(key): dict(fields) for key, fields in found.keep.items()} == {"macros/take_over": {"name": "拿走"}}
    assert [str(key) for key in found.left_out] == ["overviews/my_due_today"]


def test_the_token_s_permissions_are_those_that_are_needed() -> None:
    assert set(PERMISSIONS) >= set(SERVICE_PERMISSIONS)
