"""What agents work with: overviews, macros, text modules, forms, templates, checklists."""

from __future__ import annotations

from typing import Final

from integrations.zammad.provision.conditions import Words
from integrations.zammad.provision.wanted import OWN_NAME, Key, Lists, Ref, Site, Term, Wanted, mark_of
from policies.kernel.provision_needs import (
    ChecklistNeed,
    CoreWorkflowNeed,
    MacroNeed,
    OverviewNeed,
    TemplateNeed,
    TextModuleNeed,
)

_AFTERWARDS: Final = {"stay": "none", "next": "next_from_overview", "close": "next_task"}
_SCREENS: Final = {"create": "create_middle", "edit": "edit"}


def text_module(need: TextModuleNeed, site: Site) -> Wanted:
    key, name = Key(kind="text_modules", name=need.name), site.word(need.display)
    return Wanted(
        key=key,
        name=name,
        fields={
            "name": name,
            "keywords": need.keywords,
            "content": site.word(need.content),
            "active": True,
            "note": mark_of(key),
            "group_ids": _groups(need.groups),
        },
    )


def macro(need: MacroNeed, site: Site, words: Words) -> Wanted:
    """raises Unmeant"""
    key, name = Key(kind="macros", name=need.name), site.word(need.display)
    perform: dict[str, Term] = dict(words.perform(need.put))
    if need.note is not None:
        perform["article.note"] = {"subject": name, "body": site.word(need.note), "internal": "true"}
    return Wanted(
        key=key,
        name=name,
        fields={
            "name": name,
            "perform": perform,
            "active": True,
            "ux_flow_next_up": _AFTERWARDS[need.then],
            "note": mark_of(key),
            "group_ids": _groups(need.groups),
        },
        needs=words.needed(put.field for put in need.put),
    )


def checklist(need: ChecklistNeed, site: Site) -> Wanted:
    name = site.word(need.display)
    return Wanted(
        key=Key(kind="checklist_templates", name=need.name),
        name=name,
        fields={"name": name, "active": True, "items": tuple(site.word(item) for item in need.items)},
    )


def template(need: TemplateNeed, site: Site, words: Words) -> Wanted:
    """raises Unmeant"""
    name = site.word(need.display)
    options: dict[str, Term] = dict(words.perform(need.put))
    if need.title is not None:
        options["ticket.title"] = {"value": site.word(need.title)}
    if need.body is not None:
        options["article.body"] = {"value": site.word(need.body)}
    return Wanted(
        key=Key(kind="templates", name=need.name),
        name=name,
        fields={"name": name, "active": True, "options": options},
        needs=words.needed(put.field for put in need.put),
    )


def core_workflow(need: CoreWorkflowNeed, site: Site, words: Words, lists: Lists) -> Wanted:
    """Zammad holds the service's own writes to its workflows too, unless they leave its user out. raises Unmeant"""
    name = f"{OWN_NAME}: {site.word(need.display)}"
    but_us: dict[str, Term] = {"session.id": {"operator": "is not", "value": (str(lists.me.id),)}}
    named = [*need.when, *need.saved]
    used = [*(one.field for one in named), *(field for effect in need.effects for field in effect.fields)]
    return Wanted(
        key=Key(kind="core_workflows", name=need.name),
        name=name,
        fields={
            "name": name,
            "object": "Ticket",
            "preferences": {"screen": tuple(_SCREENS[screen] for screen in need.screens)},
            "condition_saved": words.condition(need.saved),
            "condition_selected": {**words.condition(need.when), **but_us},
            "perform": words.effects(need.effects),
            "active": True,
            "stop_after_match": need.stop,
            "priority": 500 + need.position,
        },
        first={"changeable": True},
        needs=words.needed(used),
    )


def overview(need: OverviewNeed, site: Site, words: Words) -> Wanted:
    """raises Unmeant"""
    name = site.word(need.display)
    columns = tuple(words.column(column) for column in need.columns)
    named = [*(one.field for one in need.when), *need.columns, need.order]
    return Wanted(
        key=Key(kind="overviews", name=need.name),
        name=name,
        fields={
            "name": name,
            "link": f"{OWN_NAME}_{need.name}",
            "condition": words.condition(need.when),
            "order": {"by": words.column(need.order), "direction": "DESC" if need.descending else "ASC"},
            "group_by": words.column(need.group_by) if need.group_by is not None else "",
            "view": {"s": columns, "view_mode_default": "s"},
            "active": True,
            "role_ids": tuple(Ref(kind="roles", name=role) for role in need.roles),
        },
        # Administrators and agents order them as they like.
        first={"prio": need.position, "organization_shared": False, "out_of_office": False},
        needs=words.needed([*named, need.group_by] if need.group_by is not None else named),
    )


def _groups(names: tuple[str, ...]) -> tuple[Ref, ...]:
    return tuple(Ref(kind="groups", name=name) for name in names)
