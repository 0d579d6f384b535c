"""The reading of a message on one line: each label with its weight and the phrases that weighed."""

import pytest

from zhidu.classifying import Classifier
from zhidu.policy import load_policy
from zhidu.reading_line import reading_line

Z = "language zh-CN"
LINES = {
    # row                text                          desk         line
    "words":            ("请帮我挂失银行卡",           None,
                         f"kind business 3 (帮我把 … 办 +3); mood calm; category cards 4 (挂失 +2, 银行卡 +2); {Z}"),
    "words and desk":   ("请问年费多少？",             "inquiry",
                         "kind inquiry 7.5 (请问 +2, 条件 … 多少 +1.5, ? +1); mood calm; "
                         f"category cards 2 (年费 +2); {Z}"),
    "the desk alone":   ("您好，我是老刘。",           "business",  f"kind business 3 (the desk); mood calm; {Z}"),
    "nothing":          ("",                           None,         "no kind; mood calm"),
    "a sum in dispute": ("你们多扣了我128000元",       None,
                         f"kind complaint 3 (多扣 +3); flags amount; mood calm; {Z}"),
    "a strong mood":    ("我要投诉，太气人了！",       None,
                         f"kind complaint 8 (投诉 +4, 太过分 +4); mood angry 4 (气人 +3, ! +1); {Z}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> Classifier:
    return Classifier(load_policy(None))


@pytest.mark.parametrize(("text", "desk", "line"), LINES.values(), ids=LINES)
def test_the_line(reader: Classifier, text: str, desk: str | None, line: str) -> None:
    """2.1, 2.2.5, 3.1.3, 4.1.2."""
    assert reading_line(reader.read(text, desk=desk)) == line
