"""The helpdesk: whether it is reached, by whom, with which rights, and has what zhidu needs. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from integrations.zammad.attached import field_gaps
from integrations.zammad.client import Client
from integrations.zammad.errors import Permanent, Refused, Transient, ZammadError
from integrations.zammad.wire import USER, Group, Role, User
from policies.kernel.config import Loaded
from policies.kernel.discovery import Found
from policies.kernel.modules import Module
from policies.kernel.problems import ConfigErrors
from policies.kernel.provisioning import FieldNeed
from zhidu import exits, provisioning
from zhidu.compose import Helpdesk, Outside, helpdesk_of
from zhidu.doctoring.asking import asked, gap_lines
from zhidu.doctoring.here import clock_line
from zhidu.doctoring.hook import hook_lines
from zhidu.doctoring.lines import GUIDE, Line, fail, warn
from zhidu.people_file import People, desks
from zhidu.settings import Settings

PERMISSIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ticket.agent": "reads and changes tickets",
        "admin.user": "reads who works there, acts in a person's name where the policy says so; its own access",
        "admin.role": "reads which role gives access to which group; makes roles",
        "admin.group": "reads the groups, makes those that are missing",
        "admin.object": "reads the fields, makes those that are missing",
        "admin.webhook": "reads the webhook and its log, makes it where it is missing",
        "admin.trigger": "reads the triggers, makes those that are missing",
        "admin.overview": "overviews",
        "admin.macro": "macros",
        "admin.text_module": "text modules",
        "admin.core_workflow": "core workflows",
        "admin.template": "ticket templates",
        "admin.checklist": "checklist templates",
        "admin.calendar": "the working calendar",
        "admin.sla": "SLAs",
        "admin.scheduler": "reads the schedulers, to name those that work against the policy",
        "user_preferences.access_token": "lets Zammad tell what the token permits",
    }
)
"""What the token must permit, and for what."""

MEASURED: Final = (6, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """A helpdesk that answers, and what the lines need of it.

    me   whose token it is
    """

    client: Client
    helpdesk: Helpdesk
    settings: Settings
    people: Loaded[People]
    me: User


def helpdesk_lines(
    settings: Settings, modules: Sequence[Module], people: Loaded[People], outside: Outside
) -> Iterator[Line]:
    """Everything about the helpdesk; ends early where the rest could only fail for the same reason."""
    place = settings.config.helpdesk
    if place is None:
        do = "set helpdesk.url in zhidu.yaml; `zhidu init` writes a file to start from"
        yield fail("helpdesk", "no helpdesk is configured", do, exits.WRONG)
        return
    try:
        helpdesk = helpdesk_of(settings.config, settings.token(), people, outside)
    except ConfigErrors:
        return  # said with the other secrets
    except ValueError as error:
        yield fail("helpdesk", str(error), "see the token and helpdesk.url", exits.WRONG)
        return
    try:
        yield from _reached(helpdesk, settings, modules, people, outside)
    except Transient as error:
        yield fail("helpdesk", f"{place.url}: {error}", "it went away meanwhile: try again", exits.OUT_OF_REACH)
    finally:
        helpdesk.pool.close()


def _reached(
    helpdesk: Helpdesk, settings: Settings, modules: Sequence[Module], people: Loaded[People], outside: Outside
) -> Iterator[Line]:
    client = helpdesk.pool.client()
    try:
        answer = client.call("GET", "users/me")
        me = USER.one(answer.body)
    except (ZammadError, ValueError) as error:
        yield _unreached(helpdesk.url, error)
        return
    yield Line(about="helpdesk", what=f"{helpdesk.url} answers; the token is {me.login}'s (user {me.id})")
    if answer.dated_at is not None:
        yield clock_line(answer.dated_at - outside.now().replace(microsecond=0))
    there = _There(client=client, helpdesk=helpdesk, settings=settings, people=people, me=me)
    yield from _version(client)
    yield from _access(there)
    yield from _fields(client, modules)
    yield from hook_lines(client, settings)
    yield from _people(there)
    yield from department_lines(people.config, modules)


def _unreached(url: str, error: Exception) -> Line:
    if isinstance(error, Refused) and error.kind == "credentials":
        do = "make a new token for the service user in Zammad and put it where zhidu.yaml says"
        return fail("helpdesk", f"{url} does not know the token: {error.message}", do, exits.WRONG)
    if isinstance(error, Transient):
        do = "does Zammad run, and is helpdesk.url its address from this machine (proxy, firewall)?"
        return fail("helpdesk", f"{url}: {error}", do, exits.OUT_OF_REACH)
    if isinstance(error, Permanent):
        do = "is helpdesk.url the address that a browser has, and the certificate one this machine trusts?"
        return fail("helpdesk", f"{url}: {error}", do, exits.OUT_OF_REACH)
    return fail("helpdesk", f"{url} answers, but not as Zammad does", "see helpdesk.url", exits.WRONG)


def _version(client: Client) -> Iterator[Line]:
    try:
        text = client.version()
    except Transient:
        raise
    except ZammadError:
        yield warn("helpdesk", "it does not tell its version to this token", "nothing, if it is Zammad 6.3 or newer")
        return
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdigit())
    if numbers < MEASURED or numbers[0] > MEASURED[0]:
        # What a helpdesk lacks is found out by asking for it, and told by `zhidu plan`; its number proves nothing.
        age = "older" if numbers < MEASURED else "newer"
        yield warn(
            "helpdesk", f"Zammad {text} is {age} than 6.5, which zhidu was measured on", "try it on a copy first"
        )
    else:
        yield Line(about="helpdesk", what=f"Zammad {text}")


def _access(there: _There) -> Iterator[Line]:
    """Zammad refuses to move a ticket into a group that the service user has no access to."""
    client, me = there.client, there.me
    groups = asked(client.groups, "admin.group")
    roles = asked(client.roles, "admin.role")
    if isinstance(groups, Line) or isinstance(roles, Line):
        yield from (found for found in (groups, roles) if isinstance(found, Line))
        return
    lacking = _lacking(me, groups, roles)
    if lacking:
        what = f"{me.login} has no full access to {', '.join(lacking)}"
        yield fail("permissions", what, f"give it full access to every group, new ones too ({GUIDE})")
    else:
        yield Line(about="permissions", what=f"full access to every group ({len(groups)})")
    if me.login.lower() in _named(there.people.config):
        what = f"the token belongs to {me.login}, who people.yaml names: zhidu's own changes look like that person's"
        yield warn("permissions", what, "make a service user of its own")


def _lacking(me: User, groups: Sequence[Group], roles: Sequence[Role]) -> list[str]:
    mine = [role for role in roles if role.id in me.role_ids]
    lacking = []
    for group in groups:
        own = me.group_ids.get(group.id, ())
        if group.active and "full" not in own and not any("full" in role.group_ids.get(group.id, ()) for role in mine):
            lacking.append(group.name)
    return lacking


def _fields(client: Client, modules: Sequence[Module]) -> Iterator[Line]:
    attributes = asked(client.object_attributes, "admin.object")
    if isinstance(attributes, Line):
        yield attributes
        return
    tickets, users = needs_of(modules)
    gaps = [*field_gaps(attributes, "Ticket", tickets), *field_gaps(attributes, "User", users)]
    yield from gap_lines("fields", gaps)
    if not gaps:
        yield Line(about="fields", what=f"all {len(tickets)} of tickets and {len(users)} of users are there")


def needs_of(modules: Iterable[Module | Found]) -> tuple[tuple[FieldNeed, ...], tuple[FieldNeed, ...]]:
    """The fields of tickets and of users that the modules need. raises ConfigErrors"""
    needs = provisioning.needs_of(modules)
    return needs.ticket_fields, needs.user_fields


def _named(people: People) -> frozenset[str]:
    in_desks = [login for entry in people.desks.values() for _, login in entry.named()]
    return frozenset(login.lower() for login in (*people.post_by_login(), *in_desks))


def _people(there: _There) -> Iterator[Line]:
    """1.2: whether everybody named is known there, and every group has somebody to turn to."""
    people, directory = there.people, there.helpdesk.directory
    known = asked(directory.refresh, "admin.user")
    groups = asked(there.client.groups, "admin.group")
    if isinstance(known, Line):
        yield known
        return
    vacant = [f"{problem}" for problem in desks(people, directory.id_of).problems]
    vacant += [
        f"people.yaml: posts: the helpdesk knows nobody by the name {login!r}"
        for login in people.config.post_by_login()
        if directory.id_of(login) is None
    ]
    for what in vacant:
        yield fail("people", what, "name the person by login or e-mail address, as Zammad has it")
    if not isinstance(groups, Line):
        yield from _groups(people.config, [group.name for group in groups if group.active])
    if not vacant:
        count = len(_named(people.config))
        what = f"everybody named in people.yaml is known ({count})" if count else "people.yaml names nobody yet"
        yield Line(about="people", what=what)


def _groups(people: People, groups: Sequence[str]) -> Iterator[Line]:
    for group in people.desks:
        if group not in groups:
            yield fail(
                "people", f"people.yaml: desks.{group}: the helpdesk has no such active group", "correct the name"
            )
    led = {group: dict(people.desks[group].named()) for group in groups if group in people.desks}
    nobody = [group for group in groups if not led.get(group)]
    if nobody:
        what = f"nobody leads {', '.join(nobody)}: nobody is told of what is late there, and no case can be handed up"
        yield fail("people", what, "name a supervisor, or at least a manager, under desks in people.yaml")
    without = [group for group in groups if led.get(group) and "supervisor" not in led[group]]
    if without:
        what = f"no supervisor is named for {', '.join(without)}: the deputy or the manager hears of everything there"
        yield warn("people", what, "add them to desks in people.yaml")


def department_lines(people: People, modules: Iterable[Module | Found]) -> Iterator[Line]:
    """2.2.4, 4.2.4: whether modules that hand cases over to departments know any."""
    tables = [
        dict(module.config.departments)
        for module in modules
        if isinstance(module, Module) and hasattr(module.config, "departments")
    ]
    named = sorted({entry.department for entry in people.desks.values() if entry.department is not None})
    if tables and not named and not any(tables):
        what = "no group is known as a department: cases handed over stay on their desk, with the deadline running"
        yield warn("people", what, "set department under desks in people.yaml for the groups that are departments")
    elif tables:
        known = sorted({*named, *(name for table in tables for name in table)})
        yield Line(about="people", what=f"departments with a group: {', '.join(known)}")
