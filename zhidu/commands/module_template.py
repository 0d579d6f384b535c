"""The module that `zhidu modules new` writes: small, complete, and sound under `zhidu check` as it stands."""

from collections.abc import Mapping
from string import Template

MANIFEST = """\
name: $name
version: 0.1.0
summary:
  zh-CN: 为指定小组的工单打上标签
  zh-TW: 為指定小組的工單加上標籤
  en: Tickets of chosen groups get a tag
# The modules this one reads, extends or overrules; they decide before it.
depends: []
# Every clause that a rule cites.
clauses: ["$clause"]
maintainers: []
"""

CONFIG = '''\
"""Settings of the $name module. Each says in its description which clause it serves."""

from zhidu.api import StrictModel


class Config(StrictModel):
    """defaults.yaml, and what a company lays over it in config/policies/$name.yaml."""

    groups: tuple[str, ...]
    """$clause: the groups whose tickets are marked."""
    tag: str
    """$clause: the tag they get."""
'''

DEFAULTS = """\
# $clause $title
groups: [$group]
tag: $tag
"""

RULES = '''\
"""Rules of the $name module: what they want of a ticket, by which clause, and why."""

from collections.abc import Iterator

from zhidu.api import Action, Facts, Say, Tag, rule, say

from .config import Config


@rule("$clause")
def mark(facts: Facts, config: Config) -> Iterator[tuple[Action, Say]]:
    """A ticket in one of the chosen groups gets the tag, unless it has it."""
    if facts.ticket.group in config.groups and config.tag not in facts.ticket.tags:
        yield Tag(name=config.tag), say("marked", group=facts.ticket.group)


RULES = (mark,)
'''

CASES = """\
# Golden rows: the facts that are given, and every decision by these clauses that they must lead to.
- case: a ticket of a chosen group gets the tag
  clauses: ["$clause"]
  given:
    now: 2026-05-06T10:00+08:00
    ticket: {group: $group}
  expect:
    - tag: $tag

- case: a ticket that has the tag is left alone
  clauses: ["$clause"]
  given:
    now: 2026-05-06T10:00+08:00
    ticket: {group: $group, tags: [$tag]}
  expect: []

- case: a ticket of another group gets none
  clauses: ["$clause"]
  given:
    now: 2026-05-06T10:00+08:00
    ticket: {group: Elsewhere}
  expect: []
"""

README = """\
# $name

Clause $clause: $title

**Does**: gives tickets of the groups in `groups` the tag `tag`.

**Does not**: take the tag away when a ticket leaves the group.

**Tuning**: `config/policies/$name.yaml` is laid over `defaults.yaml` key by key; lists replace.

**Next**: change the rule, its settings and its rows together, and see with `zhidu check` that they agree.
"""

TEXTS = {
    "zh-CN": "工单在 {group} 小组",
    "zh-TW": "工單在 {group} 小組",
    "en": "the ticket is in {group}",
}


def files(*, name: str, clause: str, title: str) -> Mapping[str, str]:
    """Path in the module's folder → text.

    clause, title   the clause the first rule cites, and what it demands
    """
    words = {
        "name": name,
        "clause": clause,
        "title": title,
        "tag": name.replace("_", "-"),
        "group": "".join(part.capitalize() for part in name.split("_")),
    }
    templates = {
        "manifest.yaml": MANIFEST,
        "config.py": CONFIG,
        "defaults.yaml": DEFAULTS,
        "rules.py": RULES,
        "cases.yaml": CASES,
        "README.md": README,
        **{
            f"i18n/{language}.yaml": f'# Why a rule wants what it wants, for the agent.\nmarked: "{text}"\n'
            for language, text in TEXTS.items()
        },
    }
    return {path: Template(text).substitute(words) for path, text in templates.items()}
