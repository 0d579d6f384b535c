"""What the module asks of Zammad: which fields only complaints show, and what leaders find on their lists."""

import pytest

from policies.kernel.provisioning import Needs
from zhidu.policy import load_policy
from zhidu.provisioning import needs_of


@pytest.fixture(scope="module")
def needs() -> Needs:
    return needs_of(load_policy(None).modules)


def test_the_answer_of_the_survey_shows_on_every_kind_of_case(needs: Needs) -> None:
    """1.3.1: every closed case is asked, not only complaints."""
    hidden = next(one for one in needs.core_workflows if one.name == "complaint_fields")
    fields = {field for effect in hidden.effects for field in effect.fields}

    assert "satisfaction" not in fields
    assert fields >= {"extension", "extension_reason", "close_approval", "exhausted_remedy"}


@pytest.mark.parametrize(
    ("name", "field"), [("extensions_to_decide", "extension"), ("closings_to_approve", "close_approval")]
)
def test_what_waits_for_a_leader_is_a_list_of_theirs_by_due_time(name: str, field: str, needs: Needs) -> None:
    """1.3.2, 2.3.6: what was asked for and not yet decided, the most urgent on top."""
    found = next(one for one in needs.overviews if one.name == name)

    assert [one.is_ for one in found.when if one.field == field] == [("asked",)]
    assert found.roles == ("supervisor", "manager")
    assert (found.order, found.descending) == ("next_due_at", False)
