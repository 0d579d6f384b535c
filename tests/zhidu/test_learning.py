"""4.3.3: what corrections teach, held out and measured; the store keeps hashed runs and no words."""

import math
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


def test_the_model_proposes_what_it_was_taught() -> None:
    model = learn(corrections()).model

    proposals = {label: model.propose(grams(saying.format("驾照"))) for label, saying in SAYINGS.items()}

    assert {label: proposal and proposal.label for label, proposal in proposals.items()} == {k: k for k in SAYINGS}
    assert all(proposal is not None and 0.34 < proposal.share <= 1 for proposal in proposals.values())


def test_the_plain_model_says_what_the_library_says() -> None:
    """For a text none of them has seen, label for label the share that LIBLINEAR itself gives."""
    from pyliblinear import FeatureMatrix, Model, Solver

    kinds = sorted(SAYINGS)
    taught = corrections()
    vectors = [{run + 1: len(one.runs) ** -0.5 for run in one.runs} for one in taught]
    matrix = FeatureMatrix.from_iterables([kinds.index(one.label) for one in taught], vectors)
    solver = Solver("L2R_LR", C=30.0, eps=1e-4, weights=dict.fromkeys(range(3), 1.0), regularize_bias=False)
    theirs = Model.train(matrix, solver, bias=1.0)
    ours = learn(taught).model
    for text in ("请问换新的存折要几天", "网银打不开", "麻烦帮我重装密码器"):
        runs = grams(text)
        asked = [{run + 1: len(runs) ** -0.5 for run in runs}]
        ((label, shares),) = theirs.predict(asked, label_only=False, probability=True)
        proposal = ours.propose(runs)

        assert proposal is not None
        assert proposal.label == kinds[int(label)]
        assert proposal.share == pytest.approx(shares[label], abs=1e-3)


def test_a_solution_known_by_hand() -> None:
    """Two kinds in opposite runs, of equal weight: nothing leans to either side, and the slope w solves
    w = C n / (1 + e^w), for n messages of each.
    """
    opposite = [
        Correction(ticket_id=n, was=None, label=("business", "inquiry")[n % 2], at=AT, runs=((7,), (9,))[n % 2])
        for n in range(40)
    ]
    model = learn(opposite).model
    (business,) = (row for bucket, row in model.weights.items() if bucket == 7)
    slope = business[model.labels.index("business")]

    assert model.intercepts == pytest.approx((0, 0), abs=1e-3)
    assert slope == pytest.approx(30.0 * 20 / (1 + math.exp(slope)), rel=1e-2)
    assert model.weights[9] == pytest.approx([-weight for weight in business], abs=1e-3)


def test_a_rare_kind_weighs_as_much_as_a_frequent_one() -> None:
    many = [Correction(ticket_id=n, was=None, label="inquiry", at=AT, runs=(7,)) for n in range(60)]
    few = [Correction(ticket_id=100 + n, was=None, label="business", at=AT, runs=(7,)) for n in range(10)]
    model = learn(many + few).model

    assert model.intercepts == pytest.approx((0, 0), abs=1e-3)
    assert model.weights == {}


def test_what_is_held_out_teaches_nothing() -> None:
    """Messages that share no run with any other cannot be foretold by the others, however well they are known."""
    strangers = [
        Correction(ticket_id=n, was=None, label=("business", "inquiry")[n % 2], at=AT, runs=(n,)) for n in range(50)
    ]
    lesson = learn(strangers)

    assert lesson.accuracy == 0
    assert {figures.missed for figures in lesson.figures} == {25}
    assert lesson.model.propose((0,)) is not None


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
