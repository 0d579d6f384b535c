"""3.1.1, 3.1.2, 3.2.1, 3.2.3 sentences that were inserted and not written hold no slip."""

from pathlib import Path

import pytest

from policies.kernel.text import Extractor, Lexicon
from policies.kernel.text.normalise import fold
from policies.kernel.text.ready import ReadyTexts
from zhidu.policy import load_policy
from zhidu.ready import ready_texts

LEXICON = Lexicon.from_mapping(
    {"reply_vague": ["尽快", "soon"], "reply_rude": ["笨蛋"], "reply_greeting": ["您好"], "reply_curt": ["见官网公告"]}
)
READY = (
    "您好，您的申请（工单 #{ticket.number}）已收到，我们会尽快告诉您结果。",
    "请于___前补交，逾期将收取罚息。",
    "We have your request ({number}) and will answer soon.",
    "利率说明请见官网公告。",
    "谢谢。",
)
EXTRACTOR = Extractor([LEXICON], terms=("罚息",), ready=READY)

REPLIES = {
    # row   reply   words of slips
    "as it is, filled in": ("您好，您的申请（工单 21088）已收到，我们会尽快告诉您结果。", ()),
    "other marks, other script": ("您好! 您的申請(工單 21088)已收到,我們會尽快告訴您結果!", ("尽快",)),
    "one sentence in the other script": ("您好,您的申請(工單 21088)已收到,我們會尽快告訴您結果!", ()),
    "in English": ("WE HAVE your request (21088), and will answer soon!", ()),
    "and a word of the agent's": ("您好，您的申请（工单 2）已收到，我们会尽快告诉您结果。尽快再说。", ("尽快",)),
    "almost, but changed": ("您好，您的申请已被退回，我们会尽快告诉您结果。", ("尽快",)),
    "an insult beside it": ("利率说明请见官网公告。笨蛋。", ("笨蛋",)),
    "written by the agent": ("我们会尽快告诉您。", ("尽快",)),
}


@pytest.mark.parametrize(("reply", "slips"), REPLIES.values(), ids=REPLIES)
def test_what_is_inserted_is_nobodys_slip(reply: str, slips: tuple[str, ...]) -> None:
    said = EXTRACTOR.wording(reply)

    assert tuple(mark.surface for mark in said.marks if mark.label in ("reply_vague", "reply_rude")) == slips


def test_courtesy_that_is_inserted_counts() -> None:
    assert EXTRACTOR.wording("您好，您的申请（工单 7）已收到，我们会尽快告诉您结果。").has("reply_greeting")


def test_terms_bareness_and_length_are_those_of_what_was_written() -> None:
    assert EXTRACTOR.wording("请于5月6日前补交，逾期将收取罚息。").unexplained == ()
    assert EXTRACTOR.wording("逾期会有罚息。").unexplained == ("罚息",)
    assert not EXTRACTOR.wording("利率说明请见官网公告。").bare
    assert EXTRACTOR.wording("见官网公告。").bare
    long = "".join(f"第{n}条说明您账户的用途。" for n in range(90))
    assert Extractor([], ready=(long,)).wording(long + "另外，我核对过了。").han < 20
    assert Extractor([]).wording(long).han > 600


def test_short_sentences_are_everybodys() -> None:
    """谢谢 in a text module does not make each 谢谢 an inserted one."""
    assert ReadyTexts(READY).spans("谢谢。") == ()
    assert not ReadyTexts(("谢谢。", "您好"))


def test_hostile_texts_cost_little() -> None:
    ready = ReadyTexts(("{a}{b}{c}{d} end of it {e}", "___" * 50 + "abcdefgh", *READY))
    assert ready.spans(fold("您的申请(工单" * 3_000).text) == ()


def test_texts_of_the_installation_are_known(tmp_path: Path) -> None:
    """The replies of the policy, its text modules and those that the company names."""
    texts = ready_texts(load_policy(None).modules)
    assert any("工单号 #{ticket.number}" in text for text in texts), "a text module"
    assert any("{due}" in text for text in texts), "a reply"

    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "conduct.yaml").write_text("ready_texts: [我们会尽快处理您的问题。]\n", "utf-8")
    mine = load_policy(tmp_path).extractor.wording("您好。我们会尽快处理您的问题。")
    assert not mine.has("reply_vague")
    assert load_policy(None).extractor.wording("您好。我们会尽快处理您的问题。").has("reply_vague")
