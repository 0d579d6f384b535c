"""Texts in three languages have the same keys and placeholders, and say what is missing when they have not."""

import pytest

from policies.kernel.config import Layer
from policies.kernel.problems import ConfigErrors
from policies.kernel.texts import LANGUAGES, NO_TEXTS, load_texts, placeholders


def texts(english, **company):
    layers = {
        language: [Layer(path=f"{language}.yaml", text="due: 到期 {at}\nnotes: {late: 晚了}\n")]
        for language in LANGUAGES
    }
    layers["en"] = [Layer(path="en.yaml", text=english)]
    for language, text in company.items():
        layers[language].append(Layer(path=f"company/{language}.yaml", text=text))
    return load_texts(layers)


ENGLISH = "due: Due at {at}\nnotes: {late: Late}\n"


def test_texts_are_filled_in():
    found = texts(ENGLISH)

    assert found.get("due", "en", at="noon") == "Due at noon"
    assert found.get("due", "zh-TW", at="noon") == "到期 noon"
    assert found.get("notes.late", "zh-CN") == "晚了"
    assert found.keys == ("due", "notes.late")
    assert NO_TEXTS.keys == ()


def test_the_company_changes_texts():
    found = texts(ENGLISH, en="notes: {late: '{{Too}} late'}")

    assert found.get("notes.late", "en") == "{Too} late"
    assert found.get("due", "en", at=5) == "Due at 5"


def test_a_text_that_is_not_there():
    with pytest.raises(KeyError, match=r"there is no text 'notes.lat'; did you mean `notes.late`\?"):
        texts(ENGLISH).get("notes.lat", "en")
    with pytest.raises(KeyError, match="at"):
        texts(ENGLISH).get("due", "en")


WRONG = {
    # row                         English file                                  company's English file   problems
    "not YAML": (
        "due: [",
        "",
        ["en.yaml:2: not valid YAML: while parsing a flow node, did not find expected node content"],
    ),
    "no text": (
        "due: [a]\nnotes: {late: 5}\n",
        "",
        ["en.yaml:1: due: must be text (got a list)", "en.yaml:2: notes.late: must be text (got 5)"],
    ),
    "key missing": ("due: Due at {at}\nnotes: {}\n", "", ["en.yaml:1: no text notes.late, which zh-CN has"]),
    "key too many": (
        ENGLISH + "more: x\n",
        "",
        ["zh-CN.yaml:1: no text more, which en has", "zh-TW.yaml:1: no text more, which en has"],
    ),
    "placeholder missing": ("due: Due\nnotes: {late: Late}\n", "", ["en.yaml:1: due: zh-CN has {at}, en has not"]),
    "other placeholder": (
        "due: Due {when}\nnotes: {late: Late}\n",
        "",
        ["en.yaml:1: due: zh-CN has {at}, en has not", "en.yaml:1: due: en has {when}, zh-CN has not"],
    ),
    "lone brace": ("due: Due {at\nnotes: {late: Late}\n", "", ["en.yaml:1: due: a lone { or }; write {{ or }}"]),
    "format": (
        "due: Due {at:>5}\nnotes: {late: Late}\n",
        "",
        ["en.yaml:1: due: {at:>5} is no placeholder; only a name goes in braces"],
    ),
    "company's own key": (
        ENGLISH,
        "note: {late: x}",
        ["company/en.yaml:1: note.late: unknown text; did you mean `notes.late`?"],
    ),
    "company's placeholder": (ENGLISH, "due: Due", ["company/en.yaml:1: due: zh-CN has {at}, en has not"]),
}


@pytest.mark.parametrize(("english", "company", "problems"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_texts(english, company, problems):
    with pytest.raises(ConfigErrors) as caught:
        texts(english, en=company)

    assert str(caught.value).splitlines() == problems


PLACEHOLDERS = {
    "none": ("text", set()),
    "two": ("{a} and {b_2} and {a}", {"a", "b_2"}),
    "braces": ("{{a}}", set()),
    "Chinese name": ("{工号}", {"工号"}),
}


@pytest.mark.parametrize(("text", "names"), PLACEHOLDERS.values(), ids=PLACEHOLDERS)
def test_placeholders(text, names):
    assert placeholders(text) == names


@pytest.mark.parametrize("text", ["{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:{b}}", "{a", "a}"], ids=str)
def test_anything_but_a_name_in_braces_is_refused(text):
    with pytest.raises(ValueError, match=r"brace|write"):
        placeholders(text)
