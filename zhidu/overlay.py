"""`config/provision.yaml`: where the company's helpdesk departs from what the modules need, and stays so."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast, get_args

import yaml
from pydantic import Field

from integrations.zammad.provision.changes import Change, Create, Update, is_drift
from integrations.zammad.provision.compare import SECRET, ours_of, present
from integrations.zammad.provision.wanted import Key, Kind, Term
from integrations.zammad.provision.whole import Exceptions
from policies.kernel.config import Loaded, StrictModel, load_text, read
from policies.kernel.problems import ConfigErrors, Mark, Problem, did_you_mean

FILE: Final = "provision.yaml"
KINDS: Final[frozenset[str]] = frozenset(get_args(Kind))
"""What stands before the name of an object."""
_HEAD: Final = """\
# Where the helpdesk departs from what the modules need, and stays so: `zhidu apply` leaves it.
# keep: object, field, value as Zammad has it. leave_out: objects that are left alone.
# Objects are named as `zhidu plan --json` does.

"""


class Overlay(StrictModel):
    """The whole of `config/provision.yaml`."""

    keep: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Object (`macros/take_over`) → Zammad's field → value as Zammad has it, in place of what the module says."""
    leave_out: tuple[str, ...] = ()
    """Objects that are not made, changed or retired."""


def load_overlay(folder: Path | None) -> Exceptions:
    """What the file in `folder` says; nothing where there is none. raises ConfigErrors"""
    path = (folder if folder is not None else Path("config")) / FILE
    return exceptions_of(_loaded(path))


def _loaded(path: Path) -> Loaded[Overlay]:
    return load_text(read(path).text if path.exists() else "", str(path), Overlay)


def exceptions_of(loaded: Loaded[Overlay]) -> Exceptions:
    """raises ConfigErrors – an object whose kind is none"""
    problems: list[Problem] = []

    def key(text: str, field: str) -> Key:
        kind, _, name = text.partition("/")
        if kind not in KINDS or not name:
            mark = loaded.where(field) or Mark(path=FILE, line=0)
            what = f"an object is a kind and a name, such as macros/take_over{did_you_mean(kind, KINDS)} (got {text!r})"
            problems.append(Problem(path=mark.path, line=mark.line, field=field, what=what))
        return Key(kind=cast(Kind, kind), name=name)

    keep = {key(text, "keep"): fields for text, fields in loaded.config.keep.items()}
    left_out = frozenset(key(text, "leave_out") for text in loaded.config.leave_out)
    if problems:
        raise ConfigErrors(problems)
    return Exceptions(keep=cast(Mapping[Key, Mapping[str, Term]], keep), left_out=left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """What the file would become, and how that differs from what it is. `skipped`: secrets, which no file may hold."""

    path: Path
    text: str
    diff: str
    skipped: tuple[str, ...]

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.text, encoding="utf-8")


def adopted(folder: Path | None, changes: Iterable[Change]) -> Adoption:
    """The overlay with everything that was changed in Zammad kept as it is there. raises ConfigErrors"""
    path = (folder if folder is not None else Path("config")) / FILE
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    overlay = _loaded(path).config
    keep = {key: dict(fields) for key, fields in overlay.keep.items()}
    left_out = list(overlay.leave_out)
    skipped: list[str] = []
    for change in changes:
        if not is_drift(change):
            continue
        if isinstance(change, Create):
            left_out.append(str(change.key))
        elif isinstance(change, Update):
            for one in change.differences:
                if one.drift and one.field in SECRET:
                    skipped.append(f"{change.key}: {one.field}")
                elif one.drift:
                    value = ours_of(one.field, present(change.key.kind, change.data, one.field), one.new)
                    keep.setdefault(str(change.key), {})[one.field] = value
    content: dict[str, object] = {"keep": keep} if keep else {}
    if left_out:
        content["leave_out"] = list(dict.fromkeys(left_out))
    text = _HEAD + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110) if content else old
    difference = difflib.unified_diff(
        old.splitlines(keepends=True), text.splitlines(keepends=True), str(path), str(path)
    )
    return Adoption(path=path, text=text, diff="".join(difference), skipped=tuple(skipped))
