"""The configuration that `zhidu init` writes: every setting there with its shipped value, as a comment to take away.

In all files `## ` begins what people read, `# ` a setting that is not set: taking `# ` away sets it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from policies.kernel.config import read
from policies.kernel.discovery import Found, discover
from policies.kernel.facts import Post
from zhidu.people_file import FILE as PEOPLE
from zhidu.settings import FILE as SETTINGS

SECRET: Final = Path("secrets/webhook")
"""Holds what deliveries are signed with; readable by its owner only."""

_POSTS: Final = (
    (Post.MANAGER, "客服经理"),
    (Post.SUPERVISOR, "客服主管"),
    (Post.SPECIALIST, "客服专员: everybody found in Zammad without a post; move up who leads"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who works in the helpdesk. `post`: as the helpdesk's own field has it; `groups`: with full access."""

    login: str
    post: Post | None
    groups: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What was found in the helpdesk: its active groups, and its agents without the service user."""

    groups: tuple[str, ...]
    agents: tuple[Agent, ...]


def settings_text(url: str | None, token_file: Path | None) -> str:
    """`zhidu.yaml`.

    url          the helpdesk's; None: it is left as a comment
    token_file   where the token is read from; None: from the environment
    """
    lines = [_HEAD.rstrip("\n")]
    helpdesk = [
        "helpdesk:",
        f"  url: {_quoted(url or 'https://desk.example.com')}",
        "  ## The file that holds the service user's token, and nothing else. Without it: ZAMMAD_TOKEN.",
        f"  {'# ' if token_file is None else ''}token_file: {_quoted(str(token_file or 'secrets/token'))}",
        "  ## Certificates to trust instead of the usual ones; a proxy on the way.",
        "  # ca_file: /etc/ssl/certs/company.pem",
        "  # proxy: http://proxy.example.com:3128",
    ]
    if url is None:
        helpdesk = [line if line.lstrip().startswith("#") else f"# {line}" for line in helpdesk]
    return "\n".join([*lines, *helpdesk]) + "\n" + _REST


def people_text(desk: Desk | None) -> str:
    """`people.yaml`: filled in as found; None: the helpdesk was not asked, so examples."""
    if desk is None:
        return _PEOPLE_HEAD + _PEOPLE_EXAMPLE
    lines = ["posts:" if desk.agents else "posts: {}"]
    for post, title in _POSTS if desk.agents else ():
        lines.append(f"  ## {title}")
        logins = [agent.login for agent in desk.agents if (agent.post or Post.SPECIALIST) is post]
        lines.append(f"  {post}: {'[]' if not logins else ''}".rstrip())
        lines += [f"    - {_quoted(login)}" for login in logins]
    lines += ["", "## Every group: who is told of what is late there, and stands in. Unset places stay vacant."]
    lines.append("desks:" if desk.groups else "desks: {}")
    for group in desk.groups:
        lines += _entry(group, [agent for agent in desk.agents if group in agent.groups])
    return _PEOPLE_HEAD + "\n".join(lines) + "\n"


def _entry(group: str, agents: Sequence[Agent]) -> Iterator[str]:
    yield f"  {_quoted(group)}:"
    if agents:
        yield f"    ## with full access: {', '.join(agent.login for agent in agents)}"
    for place, post in (("supervisor", Post.SUPERVISOR), ("deputy", None), ("manager", Post.MANAGER)):
        holders = [agent.login for agent in agents if agent.post is post is not None]
        # Of several holders of a post a person must say who leads this group.
        example = _quoted(holders[0] if holders else "name@example.com")
        yield f"    {place}: {example}" if len(holders) == 1 else f"    # {place}: {example}"
    yield "    calendar: default"
    yield "    language: zh-CN"
    yield "    # kind: complaint  ## of its tickets while no field says otherwise"
    yield "    # department: cards  ## where the group is a department that cases are handed over to"


def policy_texts() -> Mapping[Path, str]:
    """`policies/MODULE.yaml` for every shipped module, with each value it may be tuned in."""
    found = discover().found.values()
    return {Path("policies") / f"{module.name}.yaml": _tunable(module) for module in found}


def _tunable(module: Found) -> str:
    head = (
        f"## The company's values for the module {module.name}: {module.manifest.summary_in('en')}.\n"
        '## What stands here are the shipped values. Take "# " away before a setting, and before what is above it and\n'
        "## further left, to change it; what is not set stays as shipped. `zhidu check` shows what a value does.\n\n"
    )
    defaults = module.folder / "defaults.yaml"
    lines = read(defaults).text.splitlines() if defaults.is_file() else []
    return head + "\n".join(map(_commented, lines)).strip("\n") + "\n"


def _commented(line: str) -> str:
    if line.startswith("#"):
        return f"#{line}"
    return f"# {line}" if line.strip() else ""


def files(*, url: str | None, token_file: Path | None, desk: Desk | None, secret: str) -> Mapping[Path, str]:
    """Every file by its path within the folder."""
    return {
        Path(SETTINGS): settings_text(url, token_file),
        Path(PEOPLE): people_text(desk),
        **policy_texts(),
        Path("calendars/README.md"): _CALENDARS,
        Path("secrets/.gitignore"): "*\n",
        SECRET: f"{secret}\n",
    }


def _quoted(text: str) -> str:
    """As YAML reads it back, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


_HEAD = """\
## zhidu.yaml: where things are and how the service runs.
## Take "# " away before a setting to set it. Relative paths count from this folder. `zhidu check` names every mistake
## with its line, `zhidu doctor` tries everything.

## The Zammad that is served, as a browser has it.
"""

_REST = """
## What takes Zammad's deliveries in.
http:
  # host: 127.0.0.1
  # port: 8800
  ## Where Zammad reaches the service, when it runs on another machine or a proxy stands before it.
  # public_url: https://zhidu.example.com
  ## What deliveries are signed with; Zammad's webhook needs the same text.
  webhook_secret_file: secrets/webhook

## Where queues, caches, decisions and findings are kept: a local file, or PostgreSQL 15 or newer.
## The default is sqlite:///../var/zhidu.db.
# store:
#   url: postgresql://zhidu@db.example.com/zhidu
#   password_file: secrets/database

## The mail server for messages to the company's own people. Without it they stay in the outbox.
# mail:
#   host: mail.example.com
#   port: 587
#   security: starttls
#   sender: zhidu@example.com
#   username: zhidu
#   password_file: secrets/mail

## Where originals of masked data are kept, sealed (docs/vault.md). Each file holds 32 random bytes, as
## `openssl rand -base64 32` writes them; keep copies of them away from the database.
# vault:
#   keys:
#     - {id: first, file: secrets/vault-first}
#   current: first
#   secret_file: secrets/vault-secret

## Tickets created before are observed in silence. Without it: the time of the first apply.
# adopt_from: 2026-01-01T00:00:00+08:00

# log:
#   format: json
"""

_PEOPLE_HEAD = """\
## people.yaml: who holds which post, who leads which group (1.2). People are named by login or e-mail address, as
## Zammad has it. Absences are Zammad's own: who is out of office there is stood in for by the deputy.

"""

_PEOPLE_EXAMPLE = """\
## 客服经理, 客服主管, 客服专员.
# posts:
#   manager: [shen@example.com]
#   supervisor: [xu@example.com]
#   specialist: [agnes@example.com, bao@example.com]

## Every group: who is told of what is late there, and stands in. Unset places stay vacant.
# desks:
#   Complaints:
#     supervisor: xu@example.com
#     deputy: bao@example.com
#     manager: shen@example.com
#     calendar: default
#     language: zh-CN
#     kind: complaint
#   Cards:
#     supervisor: xu@example.com
#     department: cards
"""

_CALENDARS = """\
# Working calendars

A group's deadlines count by the calendar that `people.yaml` names for it, `default` unless said otherwise. Shipped are
`cn` (mainland China, with public holidays and make-up days), `default` (the same) and `uk` (without holidays). A file
`NAME.yaml` here corrects the calendar of that name, adds years to it, or is a new one.

Add a year when its notice is out, in `cn.yaml`; periods that reach into a year without holidays are provisional until
then:

```yaml
years:
  2027:
    source: where the notice stands
    holidays:
      - {date: 2027-01-01, name: "New Year's Day"}
    makeup_workdays:
      - {date: 2027-01-03, name: "New Year's Day"}
```

Other hours for everybody, in `default.yaml`:

```yaml
extends: cn
hours:
  mon-fri: ["08:30-12:00", "13:30-17:30"]
```

`zhidu due 2026-09-28T16:00+08:00 15wd --calendar NAME` counts a period out day by day.
"""
