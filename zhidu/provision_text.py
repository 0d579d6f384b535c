"""A plan of provisioning as people and machines read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from integrations.store.records import Message
from integrations.zammad.provision.changes import Create, Migrate, Plan, Retire, Update, as_json, counted, lines
from zhidu.config import Config

if TYPE_CHECKING:
    from integrations.zammad.provision.whole import Look
    from zhidu.basis import Basis

_GRANT = (
    "what a token permits cannot be changed, so make one that permits these too: in Zammad, as the service user, "
    "Profile → Token Access"
)

_CHANGED: Final[Mapping[str, str]] = {
    "zh-CN": "自上次 `zhidu apply` 以来，Zammad 中有下列改动：\n\n{lines}\n\n"
    "恢复：`zhidu apply`；保留并写入配置：`zhidu apply --adopt`。",
    "zh-TW": "自上次 `zhidu apply` 以來，Zammad 中有下列改動：\n\n{lines}\n\n"
    "還原：`zhidu apply`；保留並寫入設定：`zhidu apply --adopt`。",
    "en": "Since the last `zhidu apply` this was changed in Zammad:\n\n{lines}\n\n"
    "`zhidu apply` puts it back, `zhidu apply --adopt` keeps it and writes it into the configuration.",
}
_DUE: Final[Mapping[str, str]] = {
    "zh-CN": "生效的政策需要下列设置，Zammad 中尚未如此：\n\n{lines}\n\n请运行 `zhidu apply`（`zhidu plan` 只显示）。",
    "zh-TW": "生效的政策需要下列設定，Zammad 中尚未如此：\n\n{lines}\n\n請執行 `zhidu apply`（`zhidu plan` 只顯示）。",
    "en": "The policy in force needs this of Zammad, and it is not so yet:\n\n{lines}\n\n"
    "`zhidu apply` is due (`zhidu plan` only shows it).",
}
_SUBJECT: Final[Mapping[str, tuple[str, str]]] = {
    "zh-CN": ("Zammad 的设置被改动（{count} 项）", "Zammad 需要 `zhidu apply`（{count} 项）"),
    "zh-TW": ("Zammad 的設定被改動（{count} 項）", "Zammad 需要 `zhidu apply`（{count} 項）"),
    "en": ("Zammad's set-up was changed ({count})", "Zammad needs `zhidu apply` ({count})"),
}


def drift_mail(plan: Plan, config: Config) -> Message | None:
    """What was changed in Zammad, and what the policy in force needs and Zammad has not; to the administrator, in the
    helpdesk's language. Its key is that of this very content, so that it is sent once.

    None where no administrator is named, or nothing differs.
    """
    if config.admin is None or not plan.changes:
        return None
    language = config.helpdesk.language if config.helpdesk is not None else "en"
    parts = ((_CHANGED[language], plan.drifted), (_DUE[language], plan.due))
    body = "\n\n".join(
        text.format(lines="\n".join(line for change in changes for line in lines(change)))
        for text, changes in parts
        if changes
    )
    count = len(plan.drifted) or len(plan.due)
    return Message(
        key=f"drift:{sha256(body.encode()).hexdigest()[:16]}",
        kind="mail",
        to=config.admin,
        subject=_SUBJECT[language][0 if plan.drifted else 1].format(count=count),
        body=body,
    )


def plan_lines(found: Look, *, drift: bool = False, details: bool = False) -> Iterator[str]:
    """The changes in order, then what stands in the way; a line begins with its sign.

    drift     only what undoes changes made in Zammad
    details   with every field of what is made
    """
    for change in found.plan.drifted if drift else found.plan.changes:
        yield from lines(change, details=details)
    for obstacle in () if drift else found.plan.obstacles:
        yield f"? {obstacle.what}"
        yield f"    → {obstacle.do}"


def drift_summary(plan: Plan) -> str:
    """How much was changed in Zammad, and what to do about it."""
    if not plan.drifted:
        return "nothing was changed in Zammad since the last apply"
    them = "it" if len(plan.drifted) == 1 else "them"
    return (
        f"{counted(len(plan.drifted), 'object')} changed in Zammad: `zhidu apply` puts {them} back, "
        f"`zhidu apply --adopt` keeps {them}"
    )


def plan_summary(found: Look, refusals: Sequence[str]) -> str:
    """What it amounts to, and what `apply` will not do as it is."""
    plan = found.plan
    kinds = {"to make": Create, "to change": Update, "to retire": Retire}
    counts = {word: sum(isinstance(change, kind) for change in plan.changes) for word, kind in kinds.items()}
    shown = [f"{count} {word}" for word, count in counts.items() if count]
    told = [", ".join(shown) or f"nothing differs: {counted(plan.known, 'object')} as needed"]
    if any(isinstance(change, Migrate) and change.away for change in plan.changes):
        told.append("Zammad restarts itself once for the database migration: it is gone for some ten seconds")
    if plan.obstacles:
        told.append(f"{len(plan.obstacles)} in the way or to know (?)")
    told += [f"needs --force: {why}" for why in refusals]
    if found.lacking:
        told.append(f"the token lacks {', '.join(found.lacking)}: {_GRANT}")
    if found.rights.granted is None:
        told.append(
            "Zammad does not tell what the token permits (it would with user_preferences.access_token): "
            "what it may not do shows when it is done"
        )
    return "\n".join(told)


def plan_json(found: Look, refusals: Sequence[str], basis: Basis, *, drift: bool = False) -> dict[str, object]:
    """The plan for machines."""
    plan = found.plan
    return {
        "policy": basis.json(),
        "changes": [as_json(change) for change in (plan.drifted if drift else plan.changes)],
        "obstacles": [
            {"object": None if one.key is None else str(one.key), "what": one.what, "do": one.do}
            for one in plan.obstacles
        ],
        "needs_force": list(refusals),
        "lacking": list(found.lacking),
        "known": plan.known,
    }
