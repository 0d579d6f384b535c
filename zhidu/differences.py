"""What differs between two policies: settings, phrases, texts, calendars, modules; and the golden rows that change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policies.kernel.modules import Module
from policies.kernel.problems import ConfigErrors, Loc, field_name
from policies.kernel.yaml_nodes import parse
from zhidu.policy import Policy, load_cast, play_row, rows_of
from zhidu.versions import Bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two: the files, and the policy they make."""

    bundle: Bundle
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that differs. None: it is not there on that side.

    where   `complaints`, `complaints phrases`, `complaints texts zh-CN`, `calendar default`, `modules`
    """

    where: str
    field: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlteredRow:
    """A golden row that the two policies decide differently.

    gone, come   decisions the old one took and the new one does not, and the other way round
    """

    place: str
    case: str
    gone: tuple[str, ...]
    come: tuple[str, ...]


def differences(old: Side, new: Side) -> tuple[Difference, ...]:
    """Every value that differs, by where it stands."""
    found = [*_modules(old.policy, new.policy)]
    for module in new.policy.modules:
        before = old.policy.modules.get(module.name)
        if before is not None:
            found += _module(before, module)
    calendars = sorted({path for side in (old, new) for path in side.bundle.files if path.startswith("calendars/")})
    for path in calendars:
        name = path.removeprefix("calendars/").removesuffix(".yaml")
        found += _between(f"calendar {name}", _yaml(old.bundle, path), _yaml(new.bundle, path))
    return tuple(found)


def _modules(old: Policy, new: Policy) -> Iterator[Difference]:
    versions = [{module.name: module.manifest.version for module in side.modules} for side in (old, new)]
    yield from _between("modules", *versions)


def _module(old: Module, new: Module) -> Iterator[Difference]:
    settings = (side.config.model_dump(mode="json") for side in (old, new))
    yield from _between(new.name, *settings)
    phrases = (side.phrases.value if side.phrases is not None else {} for side in (old, new))
    yield from _between(f"{new.name} phrases", *phrases)
    for language, words in new.texts.by_language.items():
        yield from _between(f"{new.name} texts {language}", dict(old.texts.by_language.get(language, {})), dict(words))


def _yaml(bundle: Bundle, path: str) -> Any:
    text = bundle.files.get(path)
    return {} if text is None else parse(text, path).value


def _between(where: str, old: Any, new: Any) -> Iterator[Difference]:
    before, after = dict(_flat(old, ())), dict(_flat(new, ()))
    for loc in dict.fromkeys([*before, *after]):
        if before.get(loc) != after.get(loc):
            yield Difference(where=where, field=field_name(loc), old=before.get(loc), new=after.get(loc))


def _flat(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """Every single value, as people write it; a list of single values counts as one: it replaces as a whole."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, (*loc, str(key)))
    elif isinstance(value, list | tuple) and any(isinstance(item, dict | list) for item in value):
        for position, inner in enumerate(value):
            yield from _flat(inner, (*loc, position))
    elif isinstance(value, list | tuple):
        yield loc, ", ".join(map(_word, value)) or "none"
    else:
        yield loc, _word(value)


def _word(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def altered_rows(old: Policy, new: Policy) -> tuple[AlteredRow, ...]:
    """The golden rows of the new policy's modules that come out otherwise than by the old one."""
    cast, found = load_cast(), []
    for module in new.modules:
        before = old.modules.get(module.name)
        if before is None:
            continue
        for row in rows_of(module, new.clauses):
            try:
                then, now = play_row(old, before, row, cast), play_row(new, module, row, cast)
            except ConfigErrors:
                continue  # `zhidu check` names a row that cannot be played
            gone = _less(now.missing, then.missing) + _less(then.extra, now.extra)
            come = _less(now.extra, then.extra) + _less(then.missing, now.missing)
            if gone or come:
                place = f"{row.mark.path}:{row.mark.line}"
                found.append(AlteredRow(place=place, case=row.case, gone=gone, come=come))
    return tuple(found)


def _less(some: tuple[str, ...], others: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(line for line in some if line not in others)
