"""`zhidu init`: a configuration to start from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhidu.habits import DEFAULT_DIRECTORY, Habits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from integrations.zammad.wire import Role, User
    from zhidu.compose import Outside
    from zhidu.settings import Settings
    from zhidu.starting import Desk


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--helpdesk", "url", metavar="URL", help="Zammad's address, as a browser has it.")
@click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A file that holds the service user's token, and nothing else. [default: read ZAMMAD_TOKEN]",
)
@click.pass_obj
def init(habits: Habits | None, folder: Path | None, url: str | None, token_file: Path | None) -> None:
    """Write a commented configuration into DIR (./config): every setting with its shipped value, nothing asked.

    With --helpdesk and a token, groups and agents are filled in as Zammad has them. The token comes from the
    environment variable ZAMMAD_TOKEN or a file, never from the command line. Nothing that is there is overwritten.

    \b
    Example:
      zhidu init
      ZAMMAD_TOKEN=… zhidu init /etc/zhidu --helpdesk https://desk.example.com
    """
    from zhidu.compose import real_outside
    from zhidu.starting import files

    habits = habits or Habits()
    place = folder or habits.config or DEFAULT_DIRECTORY
    # A relative path would count from the configuration's folder.
    token_file = token_file and token_file.absolute()
    outside = real_outside()
    settings = _settings(place, url, token_file)
    wanted = list(files(url=url, token_file=token_file, desk=None, secret=""))
    _refuse_what_is_there(place, wanted)
    desk, why = _asked(settings, outside)
    content = files(url=url, token_file=token_file, desk=desk, secret=outside.new_id())
    _write(place, content)
    version = _published(place, outside)
    if habits.json:
        found = None if desk is None else {"groups": len(desk.groups), "agents": len(desk.agents)}
        written = [str(place / path) for path in content]
        click.echo(json.dumps({"written": written, "found": found, "not_asked": why, "version": version}))
        return
    if why:
        click.echo(f"Zammad was not asked for its groups and agents: {why}", err=True)
    _tell(habits, place, list(content), desk, version, configured=url is not None)


def _settings(place: Path, url: str | None, token_file: Path | None) -> Settings:
    """What the new file would say. Raises WrongUse for an address that is none."""
    from policies.kernel.problems import ConfigErrors
    from zhidu.exits import WrongUse
    from zhidu.settings import settings_of
    from zhidu.starting import settings_text

    try:
        return settings_of(settings_text(url, token_file), place)
    except ConfigErrors as errors:
        raise WrongUse("; ".join(f"--helpdesk: {problem.what}" for problem in errors.problems)) from None


def _refuse_what_is_there(place: Path, wanted: Sequence[Path]) -> None:
    from zhidu.exits import WrongUse

    there = [str(place / path) for path in wanted if (place / path).exists()]
    if there:
        raise WrongUse(f"nothing was written, for these are there already: {', '.join(there)}")


def _asked(settings: Settings, outside: Outside) -> tuple[Desk | None, str]:
    """What the helpdesk has; or None, and why it was not asked."""
    from integrations.zammad.errors import ZammadError
    from policies.kernel.config import load_text
    from policies.kernel.problems import ConfigErrors
    from zhidu.compose import helpdesk_of, staff
    from zhidu.people_file import People

    if settings.config.helpdesk is None:
        return None, "no --helpdesk was given"
    try:
        helpdesk = helpdesk_of(settings.config, settings.token(), load_text("", "people.yaml", People), outside)
    except ConfigErrors as errors:
        return None, errors.problems[0].what
    except ValueError as error:
        return None, str(error)
    try:
        client = helpdesk.pool.client()
        me, roles = client.me(), client.roles()
        people = [user for user in staff(helpdesk.pool).users if user.id != me.id and user.active]
        groups = {group.id: group.name for group in client.groups() if group.active}
        return _desk(groups, people, roles), ""
    except ZammadError as error:
        return None, str(error)
    finally:
        helpdesk.pool.close()


def _desk(groups: Mapping[int, str], people: Sequence[User], roles: Sequence[Role]) -> Desk:
    from policies.kernel.facts import Post
    from zhidu.starting import Agent, Desk

    by_role = {role.id: role.group_ids for role in roles}
    agents = []
    for user in people:
        grants = [user.group_ids, *(by_role.get(role, {}) for role in user.role_ids)]
        full = {group for grant in grants for group, access in grant.items() if "full" in access}
        if any(grants):
            post = user.custom("zhidu_post")
            agents.append(
                Agent(
                    login=user.login,
                    post=Post(post) if isinstance(post, str) and post in set(Post) else None,
                    groups=frozenset(name for group, name in groups.items() if group in full),
                )
            )
    return Desk(groups=tuple(groups.values()), agents=tuple(sorted(agents, key=lambda agent: agent.login)))


def _write(place: Path, content: Mapping[Path, str]) -> None:
    from zhidu.exits import WrongUse

    for path, text in content.items():
        whole = place / path
        try:
            whole.parent.mkdir(parents=True, exist_ok=True)
            whole.touch(mode=0o600 if path.parts[0] == "secrets" else 0o644, exist_ok=False)
            whole.write_text(text, encoding="utf-8")
        except OSError as error:
            raise WrongUse(f"{whole}: {error.strerror}") from None


def _published(place: Path, outside: Outside) -> int | None:
    """The shipped policy as version 1 of a new store; None where there are versions already."""
    from zhidu.compose import store_of
    from zhidu.settings import load_settings
    from zhidu.versions import first_version

    settings = load_settings(place)
    with store_of(settings, outside) as store:
        if store.versions.any():
            return None
        return first_version(store, settings, outside.now(), "as shipped").number


def _tell(
    habits: Habits, place: Path, written: Sequence[Path], desk: Desk | None, version: int | None, *, configured: bool
) -> None:
    from integrations.zammad.provision.changes import counted

    for path in written:
        click.echo(place / path)
    if version is not None:
        click.echo(f"policy version {version} is the shipped one; changes take effect by `zhidu policy publish`")
    if desk is not None:
        click.echo(f"found in Zammad: {counted(len(desk.groups), 'group')}, {counted(len(desk.agents), 'agent')}")
    if habits.quiet:
        return
    option = "" if place == DEFAULT_DIRECTORY else f" --config {place}"
    steps = [] if configured else [f"set helpdesk.url in {place / 'zhidu.yaml'} (to try things out: zhidu sandbox)"]
    steps += [
        f"name who leads in {place / 'people.yaml'}",
        f"zhidu plan{option}, then zhidu apply{option}: Zammad gets its fields, webhook, macros and the like",
        f"zhidu doctor{option}",
        f"zhidu serve{option}",
    ]
    click.echo("next:")
    for number, step in enumerate(steps, start=1):
        click.echo(f"  {number}. {step}")
