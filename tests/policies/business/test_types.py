"""The kinds of request as data: nothing that one part names is missing in another. 2.1.2, 4.2.1 to 4.2.3, 4.2.5."""

from itertools import chain
from typing import Any, get_args

import pytest

from policies.business.config import Config, Method, Party, RequestType
from policies.kernel.config import Layer, load, read
from policies.kernel.problems import ConfigErrors
from policies.kernel.provisioning import Needs
from policies.kernel.texts import LANGUAGES, Language
from zhidu.policy import load_policy
from zhidu.provisioning import needs_of

POLICY = load_policy(None)
CONFIG: Config = POLICY.modules["business"].config
NEEDS: Needs = needs_of([POLICY.modules["core"], POLICY.modules["business"]])
EIGHT = {
    "account_opening",
    "account_closing",
    "change_of_details",
    "loss_report",
    "early_repayment",
    "certificate",
    "insurance_claim",
    "loan_application",
}


def options(field: str) -> dict[str, Any]:
    return next(need.options for need in NEEDS.ticket_fields if need.name == field)


def test_the_field_offers_what_the_settings_have() -> None:
    assert set(CONFIG.types) == EIGHT == set(options("business_type"))
    assert set(get_args(Method)) == set(options("identity_method"))
    assert set(get_args(Party)) == set(options("identity_of"))
    for name, told in options("business_type").items():
        assert told.model_dump(by_alias=True) == CONFIG.types[name].names


@pytest.mark.parametrize("name", sorted(EIGHT))
def test_the_template_of_a_checklist_has_the_documents(name: str) -> None:
    """What agents put on by hand is what zhidu puts on."""
    kind = CONFIG.types[name]
    template = next((need for need in NEEDS.checklists if need.name == f"documents_{name}"), None)
    items = [] if template is None else [item.model_dump(by_alias=True) for item in template.items]

    assert items == [CONFIG.documents[document] for document in kind.documents]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(EIGHT))
def test_the_text_module_tells_documents_methods_and_process(name: str, language: Language) -> None:
    """4.2.2: what agents insert by hand says what the settings say, no less and of no other type."""
    kind = CONFIG.types[name]
    module = next(need for need in NEEDS.text_modules if need.name == f"requirements_{name}")
    text = module.content.model_dump(by_alias=True)[language]
    methods = {method: told.model_dump(by_alias=True)[language] for method, told in options("identity_method").items()}

    assert kind.names[language] in text
    assert kind.process[language] in text
    assert {name for name, told in CONFIG.documents.items() if told[language] in text} == set(kind.documents)
    assert {method for method, told in methods.items() if told in text} == set(kind.identity)


@pytest.mark.parametrize("name", sorted(EIGHT))
def test_who_comes_in_the_customers_place_proves_who_they_are(name: str) -> None:
    """4.2.1: an authorised person by a document of their own, a legal representative by what makes them one."""
    parties = CONFIG.types[name].parties

    assert parties["holder"] == ()
    assert "agent_id" in parties.get("agent", ("agent_id",))
    assert "representation" in parties.get("legal", ("representation",))


def test_every_document_is_needed_somewhere() -> None:
    needed = chain.from_iterable((*kind.documents, *chain(*kind.parties.values())) for kind in CONFIG.types.values())

    assert set(needed) == set(CONFIG.documents)


def test_a_change_of_details_is_not_entrusted_to_the_details() -> None:
    """4.2.1: whoever wants another telephone number is not known by the one that is registered."""
    assert "phone" not in CONFIG.types["change_of_details"].identity


def test_texts_are_of_their_language() -> None:
    """Simplified, traditional and English texts, each once: none was copied from another."""
    for kind in CONFIG.types.values():
        for names in texts(kind):
            assert set(names) == set(LANGUAGES)
            assert names["en"].isascii()
            assert not names["zh-CN"].isascii()
            assert not names["zh-TW"].isascii()


def texts(kind: RequestType) -> list[dict[Any, str]]:
    return [kind.names, kind.process, kind.completion, *([kind.safekeeping] if kind.safekeeping else [])]


FAULTS = {
    "a document of a party that there is not": (
        "types: {certificate: {parties: {agent: [agent_ID]}}}",
        "types.certificate.parties.agent: no document 'agent_ID' in documents; did you mean `agent_id`?",
    ),
    "documents that a line could both mean": (
        "documents: {copy: {zh-CN: 有效身份证件复印件, zh-TW: 身分證件影本, en: Copy}}",
        "documents: a name of copy begins with one of id_card: a line could mean either",
    ),
    "nobody whose identity may be checked": (
        "types: {certificate: {parties: {holder: null, agent: null, legal: null}}}",
        "types.certificate.parties",
    ),
}


@pytest.mark.parametrize(("text", "words"), FAULTS.values(), ids=FAULTS)
def test_settings_that_do_not_fit_together(text: str, words: str) -> None:
    assert words in refused(text)


def test_all_that_does_not_fit_together_is_told() -> None:
    faults = ("a document of a party that there is not", "documents that a line could both mean")
    told = refused("\n".join(("reminders: [7d, 3d]", *(FAULTS[fault][0] for fault in faults))))

    assert "reminders come one after the other" in told
    assert "no document 'agent_ID'" in told
    assert "documents: a name of copy begins with" in told


def refused(text: str) -> str:
    shipped = read(POLICY.modules["business"].cases.parent / "defaults.yaml")
    with pytest.raises(ConfigErrors) as found:
        load(Config, [shipped, Layer(path="business.yaml", text=text)])
    return str(found.value)
