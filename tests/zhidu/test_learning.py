"""4.3.3: what corrections teach, held out and measured; the store keeps hashed runs and no words."""

from datetime import UTC, datetime, timedelta

import pytest

from integrations.store.lessons import Correction
from policies.kernel.text.learnt import BUCKETS, Learnt, grams
from zhidu.learning import CannotLearn, dump, learn, load

AT = datetime(2026, 5, 6, tzinfo=UTC)
SAYINGS = {
    "business": "麻烦帮我把{0}换成新的{0}，资料在附件",
    "inquiry": "请问{0}怎么收费，{0}要几天",
    "support": "{0}打不开，一直报错，{0}重装也不行",
}
THINGS = (
    "信用卡",
    "存折",
    "手机号",
    "保单",
    "网银",
    "密码器",
    "额度",
    "账单",
    "回单",
    "证书",
    "理财",
    "地址",
    "卡片",
    "印鉴",
    "邮箱",
)


def corrections() -> list[Correction]:
    return [
        Correction(
            ticket_id=100 * k + n,
            was="inquiry",
            label=label,
            at=AT + timedelta(minutes=n),
            runs=grams(saying.format(thing)),
        )
        for k, (label, saying) in enumerate(SAYINGS.items())
        for n, thing in enumerate(THINGS)
    ]


def test_what_is_learnt_is_shown_on_corrections_it_has_not_seen() -> None:
    lesson = learn(corrections())

    assert lesson.corrections == 45
    assert lesson.accuracy >= 0.9
    assert lesson.before == pytest.approx(1 / 3)
    assert {figures.label for figures in lesson.figures} == set(SAYINGS)


def test_the_model_proposes_without_the_library_what_it_was_taught() -> None:
    model = learn(corrections()).model

    proposals = {label: model.propose(grams(saying.format("驾照"))) for label, saying in SAYINGS.items()}

    assert {label: proposal and proposal.label for label, proposal in proposals.items()} == {k: k for k in SAYINGS}
    assert all(proposal is not None and 0.34 < proposal.share <= 1 for proposal in proposals.values())


def test_equal_corrections_make_equal_models() -> None:
    assert learn(corrections()) == learn(corrections())


def test_two_kinds_are_enough() -> None:
    two = [correction for correction in corrections() if correction.label != "support"] * 2

    model = learn(two).model
    proposal = model.propose(grams("请问存款怎么收费"))

    assert proposal is not None
    assert proposal.label == "inquiry"


TOO_LITTLE = {
    "nothing": [],
    "one kind": [c for c in corrections() if c.label == "support"] * 4,
    "too few": corrections()[:20],
    "without words": [Correction(ticket_id=n, was=None, label="support", at=AT, runs=()) for n in range(100)],
}


@pytest.mark.parametrize("given", TOO_LITTLE.values(), ids=TOO_LITTLE)
def test_too_little_to_learn_from_is_said(given: list[Correction]) -> None:
    with pytest.raises(CannotLearn, match="corrections of"):
        learn(given)


def test_a_model_comes_back_as_it_was_kept() -> None:
    from integrations.store.lessons import LearntRow

    model = learn(corrections()).model
    row = LearntRow(number=1, made_at=AT, corrections=45, figures={}, model=dump(model))

    assert load(row) == model
    assert load(None) is None


def test_a_model_that_knows_nothing_of_a_message_proposes_nothing() -> None:
    model = Learnt(labels=("business", "inquiry"), intercepts=(0.0, 0.0), weights={1: (1.0, 0.0)})

    assert model.propose((2, 3)) is None
    assert model.propose(()) is None
    known = model.propose((1,))
    assert known is not None
    assert known.label == "business"


def test_hashed_runs_hold_no_numbers_and_no_order() -> None:
    """Whoever has the runs cannot tell an account from another, nor one order of words from the other."""
    assert grams("卡号 6222021234567890123 丢了") == grams("卡号 1 丢了")
    assert grams("挂失 冻结") == grams("冻结 挂失")
    assert all(0 <= run < BUCKETS for run in grams("我要挂失 my card, please"))
    assert grams("") == ()
    assert len(grams("长" * 5000)) <= 3
