"""What modules need of the helpdesk, as they say it."""

import pytest

from policies.kernel.config import Layer
from policies.kernel.problems import ConfigErrors
from policies.kernel.provisioning import load_needs

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
