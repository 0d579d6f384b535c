"""Everything that the modules together need of this helpdesk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from integrations.zammad.provision.calling import calling
from integrations.zammad.provision.changes import Obstacle
from integrations.zammad.provision.clocks import calendars, sla
from integrations.zammad.provision.conditions import Words
from integrations.zammad.provision.fields import fields
from integrations.zammad.provision.groups import groups, roles, service_user
from integrations.zammad.provision.wanted import Key, Kind, Lists, Site, Unmeant, Wanted
from integrations.zammad.provision.work import checklist, core_workflow, macro, overview, template, text_module
from policies.kernel.provisioning import Needs

N = TypeVar("N")


def desired(needs: Needs, site: Site, lists: Lists) -> tuple[tuple[Wanted, ...], tuple[Obstacle, ...]]:
    """What should be there, in the order in which it is made; and what cannot be, for this helpdesk lacks a state or
    a priority."""
    words = Words(lists, {field.name: field for field in needs.ticket_fields})
    obstacles: list[Obstacle] = []
    people = (*groups(needs, site, lists), *roles(needs, site, lists))
    found: Sequence[Iterable[Wanted]] = (
        fields(needs, site),
        people,
        (service_user(people, lists),),
        calendars(needs, site),
        _each("slas", needs.slas, lambda need: sla(need, site, words), obstacles),
        calling(site),
        (text_module(need, site) for need in needs.text_modules),
        _each("macros", needs.macros, lambda need: macro(need, site, words), obstacles),
        (checklist(need, site) for need in needs.checklists),
        _each("templates", needs.templates, lambda need: template(need, site, words), obstacles),
        _each(
            "core_workflows",
            sorted(needs.core_workflows, key=lambda need: need.position),
            lambda need: core_workflow(need, site, words, lists),
            obstacles,
        ),
        _each("overviews", needs.overviews, lambda need: overview(need, site, words), obstacles),
    )
    wanted = tuple(one for some in found for one in some)
    return wanted, tuple(obstacles)


def _each(
    kind: Kind, needs: Sequence[N], make: Callable[[N], Wanted | None], obstacles: list[Obstacle]
) -> Iterator[Wanted]:
    for need in needs:
        try:
            made = make(need)
        except Unmeant as error:
            name = str(getattr(need, "name", ""))
            do = "name one that is there in the module's provision.yaml, or leave the object out in provision.yaml"
            obstacles.append(Obstacle(key=Key(kind=kind, name=name), what=f"{kind}/{name}: {error}", do=do))
        else:
            if made is not None:
                yield made
