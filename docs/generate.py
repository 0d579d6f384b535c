"""Writes the generated pages: docs/clauses.md, docs/settings.md, and the tables of commands in the READMEs.

Run by `make docs`; a test compares what is written with what would be.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from docs.in_chinese import IN_CHINESE
from policies.kernel.clauses import ClauseTable, clauses_cited
from policies.kernel.config_fields import written_name
from policies.kernel.coverage import Coverage, coverage
from policies.kernel.deadlines import Ladder
from policies.kernel.spec import Spec
from zhidu.cli import COMMANDS
from zhidu.config import Config
from zhidu.people_file import People
from zhidu.policy import Policy, load_policy, rows_of

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Write what has changed and say so. Raises ConfigErrors – the shipped policy is not sound."""
    for path, text in pages(load_policy(None)).items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))
    return 0


def pages(policy: Policy) -> Mapping[Path, str]:
    """Each generated page as it should be for the shipped policy. Raises ConfigErrors – a golden row cannot be read."""
    chinese = {name: IN_CHINESE[name] for name in COMMANDS}
    english = {name: line for name, (_, line) in COMMANDS.items()}
    return {
        ROOT / "docs" / "clauses.md": clauses_page(policy),
        ROOT / "docs" / "settings.md": settings_page(policy),
        ROOT / "README.md": with_table(ROOT / "README.md", ("command", "does"), english),
        ROOT / "README.zh-CN.md": with_table(ROOT / "README.zh-CN.md", ("命令", "作用"), chinese),
    }


def with_table(path: Path, head: tuple[str, str], commands: Mapping[str, str]) -> str:
    """The page with the table between its two marks made anew. Raises ValueError where a mark is missing."""
    before, begin, rest = path.read_text(encoding="utf-8").partition("<!-- commands -->\n")
    _, end, after = rest.partition("<!-- end -->")
    if not (begin and end):
        raise ValueError(f"{path}: no <!-- commands --> … <!-- end -->")
    rows = [f"| {head[0]} | {head[1]} |", "| --- | --- |"]
    rows += [f"| `zhidu {name}` | {line} |" for name, line in commands.items()]
    return before + begin + "\n".join(rows) + "\n" + end + after


# Clauses

CLAUSES = """\
# Clauses

Every clause of the policy and what the shipped modules do about it; written by `make docs`. `zhidu clauses` shows the
same with your own modules and settings.

{count} clauses: {enforced} **enforced** (a rule decides by it), {assisted} **assisted** (a module serves it in another
way), {manual} **manual** (no module acts on it yet, or it is for people alone).

| clause | 制度 | demands | status | modules | rules | settings | rows |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def clauses_page(policy: Policy) -> str:
    rows = {module.name: rows_of(module, policy.clauses) for module in policy.modules}
    found = coverage(policy.clauses, policy.modules.modules, rows)
    count = {status: sum(one.status == status for one in found) for status in ("enforced", "assisted", "manual")}
    head = CLAUSES.format(count=len(found), **count)
    return head + "\n".join([*map(_row, found), "", "## What enforces what", "", *_details(found)])


def _row(one: Coverage) -> str:
    counts = (len(one.rules), len(one.settings), len(one.rows))
    cells = (one.clause.id, one.clause.zh, one.clause.en, one.status, ", ".join(one.modules) or "–", *counts)
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _details(found: tuple[Coverage, ...]) -> Iterator[str]:
    for one in found:
        if not one.modules and not one.why:
            continue
        yield f"### {one.clause.id} {one.clause.en}"
        yield ""
        yield f"Aim: {one.clause.enforce}."
        yield ""
        if one.why:
            yield f"- {one.status}: {one.why}"
        if one.rules:
            yield f"- rules: {', '.join(f'`{name}`' for name in one.rules)}"
        if one.settings:
            yield f"- settings: {', '.join(f'`{each.module}: {each.field}`' for each in one.settings)}"
        yield ""


# Settings

SETTINGS = """\
# Settings

Everything that can be configured, with the shipped values; written by `make docs`. Files are in the folder named with
`--config`, or `./config`. `zhidu init` writes them to start from, `zhidu check` tells of every mistake with its line.

A **period** is a whole number and its unit: `wm`, `wh`, `wd` are minutes, hours and days of working time, `m`, `h`, `d`
of any time. A **ladder** is a list such as `[{at: 80%, do: [remind]}, {at: +1wd, do: [manager]}]`: a share of the
period or a time after its end, and what is done then: `remind`, `warn`, `raise`, `hand_up`, `manager`, `finding`,
`grave_finding`. A **section** is a mapping of the settings below it; **by …** is a mapping with keys of that kind.
Lists replace the shipped ones, mappings are laid over them key by key.

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One line of a table. `default` is empty for none; None where the question does not arise."""

    field: str
    type: str
    default: str | None
    clauses: tuple[str, ...]
    description: str


def settings_page(policy: Policy) -> str:
    lines = [
        *_section("zhidu.yaml", "Where things are and how the service runs.", Config, None, policy.clauses),
        *_section("people.yaml", "Who holds which post, who leads which group (1.2).", People, None, policy.clauses),
    ]
    for module in policy.modules:
        title = f"policies/{module.name}.yaml"
        words = f"{module.manifest.summary_in('en')}."
        lines += _section(title, words, type(module.config), module.config, policy.clauses)
    return SETTINGS + "\n".join(lines)


def _section(
    title: str, words: str, model: type[BaseModel], values: BaseModel | None, clauses: ClauseTable
) -> Iterator[str]:
    found = settings_of(model, values, clauses)
    cited = any(setting.clauses for setting in found)
    yield from (f"## {title}", "", words, "")
    yield f"| setting | type | default |{' clause |' if cited else ''} meaning |"
    yield "| --- | --- | --- |" + (" --- |" if cited else "") + " --- |"
    for each in found:
        shown = (
            each.default if each.default in (None, "must be set") else f"`{each.default}`" if each.default else "none"
        )
        cells = [f"`{each.field}`", each.type, shown, *([", ".join(each.clauses)] if cited else []), each.description]
        yield "| " + " | ".join(_cell(cell or "") for cell in cells) + " |"
    yield ""


def settings_of(model: type[BaseModel], values: BaseModel | None, clauses: ClauseTable) -> tuple[Setting, ...]:
    """Every setting, those inside others after them; defaults are `values`, or the model's own."""
    return tuple(_settings(model, values, "", (), clauses))


def _settings(
    model: type[BaseModel], values: BaseModel | None, path: str, around: tuple[str, ...], table: ClauseTable
) -> Iterator[Setting]:
    for name, info in model.model_fields.items():
        field = f"{path}{written_name(name, info)}"
        description = " ".join((info.description or "").split())
        cited = tuple(clause for clause in clauses_cited(description) if clause in table) or around
        required = info.is_required() and values is None
        value = getattr(values, name) if values is not None else _default(info)
        inner, step = _inside(info.annotation)
        own = Setting(
            field=field,
            type=_type(info.annotation, info.metadata),
            default="must be set" if required else _shown(value),
            clauses=cited,
            description=_without_clause(description, cited),
        )
        if inner is None:
            yield own
            continue
        optional = type(None) in get_args(info.annotation)
        yield replace(
            own, type="section" if not step else f"by {_KEYS.get(field, 'name')}", default="" if optional else None
        )
        below = value if isinstance(value, inner) else None
        yield from _settings(inner, below, f"{field}.{step}", cited, table)


_KEYS = {"desks": "group"}
"""What a mapping's keys are, where they are not a closed set."""


def _inside(annotation: Any) -> tuple[type[BaseModel] | None, str]:
    """The model inside a field, and what stands between the two in a path: `GROUP.` for a mapping's key."""
    for kind in _union(annotation):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return kind, ""
        if get_origin(kind) is dict:
            value = get_args(kind)[1]
            if isinstance(value, type) and issubclass(value, BaseModel):
                return value, "GROUP."
    return None, ""


def _default(info: FieldInfo) -> Any:
    return None if info.is_required() else info.get_default(call_default_factory=True)


def _without_clause(description: str, cited: tuple[str, ...]) -> str:
    for clause in cited:
        description = description.removeprefix(f"{clause}: ")
    return description[:1].upper() + description[1:]


def _shown(value: Any) -> str:
    """A default as it would be written in YAML; empty for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Ladder):
        return "; ".join(f"{rung.name} {', '.join(rung.do)}" for rung in value.rungs)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _union(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, types.UnionType) else (annotation,)


_PLAIN = {
    bool: "`true` or `false`",
    int: "whole number",
    float: "number",
    str: "text",
    Path: "path",
    Spec: "period",
    Ladder: "ladder",
}


def _type(annotation: Any, metadata: list[Any]) -> str:
    """In the words of a reader: `whole number, 1 to 64`, `list of text`, `by severity: text`."""
    words = " or ".join(_one(kind) for kind in _union(annotation) if kind is not type(None))
    return words + _bounds(metadata)


def _one(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        inner = [item for each in arguments[1:] for item in (each.metadata if isinstance(each, FieldInfo) else [each])]
        return _type(arguments[0], inner)
    if origin is Literal:
        return " · ".join(f"`{choice}`" for choice in arguments)
    if origin in (tuple, list):
        return f"list of {_one(arguments[0])}"
    if origin is dict:
        keys = _one(arguments[0])
        return f"by {'name' if keys == 'text' else keys}: {_one(arguments[1])}"
    if kind is AwareDatetime:
        return "time with its zone"
    return _PLAIN.get(kind, getattr(kind, "__name__", str(kind)).lower())


def _bounds(metadata: list[Any]) -> str:
    low = next((getattr(each, name) for each in metadata for name in ("ge", "gt") if hasattr(each, name)), None)
    high = next((getattr(each, name) for each in metadata for name in ("le", "lt") if hasattr(each, name)), None)
    above = any(hasattr(each, "gt") for each in metadata)
    if low is None:
        return "" if high is None else f", up to {high}"
    if high is None:
        return f", above {low}" if above else f", from {low}"
    return f", above {low} to {high}" if above else f", {low} to {high}"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main())
