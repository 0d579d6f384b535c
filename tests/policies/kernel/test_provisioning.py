"""What modules need of the helpdesk, as they say it."""

from typing import Any

import pytest

from policies.kernel.config import Layer
from policies.kernel.problems import ConfigErrors
from policies.kernel.provision_checks import wrong_in
from policies.kernel.provisioning import FieldNeed, Needs, load_needs, united

NEEDS = """
ticket_fields:
  - name: severity
    type: select
    display: {zh-CN: 等级, zh-TW: 等級, en: Severity}
    options:
      ordinary: {zh-CN: 一般, zh-TW: 一般, en: Ordinary}
user_fields:
  - {name: score, type: text, display: {zh-CN: 评分, zh-TW: 評分, en: Score}, set_by: zhidu}
"""


def test_fields_of_tickets_and_users() -> None:
    needs = load_needs(Layer(path="provision.yaml", text=NEEDS))

    assert [(f.name, f.type, f.set_by, list(f.options)) for f in needs.ticket_fields] == [
        ("severity", "select", "people", ["ordinary"])
    ]
    assert [f.set_by for f in needs.user_fields] == ["zhidu"]


def test_an_unknown_type_is_named_with_its_line() -> None:
    with pytest.raises(ConfigErrors, match=r"provision.yaml:4: ticket_fields\[0\].type"):
        load_needs(Layer(path="provision.yaml", text=NEEDS.replace("type: select", "type: choice")))


SAY = "{zh-CN: 甲, zh-TW: 乙, en: A}"
TUNED = {
    "tag": "vip",
    "desks": {"one": {"group": "A"}, "two": {"group": "B"}},
    "nobody": None,
    "within": {"major": "30wm"},
    "fields": ["cause", "remedy"],
}


def of(part: str, text: str) -> Needs:
    return load_needs(Layer(path="provision.yaml", text=f"{part}:\n  - {{name: a, display: {SAY}, {text}}}"), TUNED)


SETTINGS = {
    "one value": ("slas", 'when: [], first_response: "@within.major"', lambda n: str(n.slas[0].first_response), "30wm"),
    "an entry of a list": ("macros", 'put: [{field: tags, add: ["@tag"]}]', lambda n: n.macros[0].put[0].add, ("vip",)),
    "a list in a list": (
        "core_workflows",
        'effects: [{fields: ["@fields", kind], do: require}]',
        lambda n: n.core_workflows[0].effects[0].fields,
        ("cause", "remedy", "kind"),
    ),
    "every entry": (
        "overviews",
        'when: [{field: group, is: ["@desks.*.group"]}]',
        lambda n: n.overviews[0].when[0].is_,
        ("A", "B"),
    ),
    "what is not set is left out of a list": (
        "text_modules",
        f'content: {SAY}, groups: [C, "@nobody.group"]',
        lambda n: n.text_modules[0].groups,
        ("C",),
    ),
}


@pytest.mark.parametrize(("part", "text", "found", "wanted"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_takes_the_place_of_its_name(part: str, text: str, found: Any, wanted: object) -> None:
    assert found(of(part, text)) == wanted


WRONG = {
    "no such setting": ("macros", 'put: [{field: state, to: "@taag"}]', "@taag: there is no setting 'taag'"),
    "several for one": ("slas", 'when: [], solution: "@desks.*.group"', "one value is needed here, the setting has 2"),
    "two comparisons": ("overviews", "when: [{field: kind, is: x, is_not: y}]", "exactly one comparison is needed"),
    "no comparison": ("overviews", "when: [{field: kind}]", "exactly one comparison is needed"),
    "working time in a list": ("overviews", "when: [{field: updated_at, before: 2wd}]", "compares by the wall clock"),
    "me and others": ("overviews", "when: [{field: owner, is: [me, nobody]}]", "me and nobody stand alone"),
    "nothing to put": ("macros", "put: [{field: kind}]", "exactly one of to, in, add, remove is needed"),
    "tags elsewhere": ("macros", "put: [{field: kind, add: [x]}]", "add and remove are for tags"),
    "an empty checklist": ("checklists", "items: []", "checklists[0].items"),
}


@pytest.mark.parametrize(("part", "text", "what"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_line(part: str, text: str, what: str) -> None:
    with pytest.raises(ConfigErrors) as raised:
        of(part, text)
    (problem,) = raised.value.problems
    assert what in str(problem)
    assert str(problem).startswith("provision.yaml:2: ")


WORDS = {"zh-CN": "甲", "zh-TW": "乙", "en": "A"}
KIND = {"name": "kind", "type": "select", "display": WORDS, "options": {"inquiry": WORDS}}
FIELDS = {"kind": FieldNeed.model_validate(KIND)}

UNKNOWN: dict[str, tuple[str, str, tuple[str | int, ...], str]] = {
    "a field": ("overviews", "when: [{field: knid, is: x}]", ("overviews", 0, "when", 0, "field"), "`kind`"),
    "a column": ("overviews", "when: [], columns: [titel]", ("overviews", 0, "columns"), "`title`"),
    "an option": ("macros", "put: [{field: kind, to: inqiry}]", ("macros", 0, "put", 0, "to"), "`inquiry`"),
    "an effect's field": (
        "core_workflows",
        "effects: [{fields: x, do: show}]",
        ("core_workflows", 0, "effects", 0, "fields"),
        "'x'",
    ),
    "a template's field that no new ticket shows": (
        "templates",
        "put: [{field: kind, to: inquiry}]",
        ("templates", 0, "put", 0, "field"),
        "kind is not on the screen create, where templates are used",
    ),
    "emptiness outside of a workflow": (
        "slas",
        "when: [{field: kind, filled: true}]",
        ("slas", 0, "when", 0, "filled"),
        "core workflow",
    ),
}


@pytest.mark.parametrize(("part", "text", "place", "what"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_does_not_exist_is_named(part: str, text: str, place: tuple[object, ...], what: str) -> None:
    wrong = [found for found in wrong_in(of(part, text), FIELDS) if "next_d" not in found[1]]
    assert [place for place, _ in wrong] == [place]
    assert what in wrong[0][1]


def test_the_later_of_one_name_counts() -> None:
    first, second = of("macros", "put: [{field: state, to: open}]"), of("macros", "put: [{field: state, to: closed}]")
    assert [macro.put[0].to for macro in united([first, second]).macros] == ["closed"]
