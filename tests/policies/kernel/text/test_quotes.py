# ruff: noqa: E501 - tables of Chinese sentences, whose characters ruff counts twice
"""What the writer wrote anew."""

import pytest

from policies.kernel.text.quotes import is_answer, new_text, own_words

ROWS = {
    # row                      text                                                              new text
    "nothing quoted":         ("我要投诉\n谢谢",                                                    "我要投诉\n谢谢"),
    "one line":               ("a > b, mail me @home",                                            "a > b, mail me @home"),
    "one quoted line":        ("> old words",                                                     ""),
    "quoted lines":           ("new\n> old\n> older\nmore",                                       "new\n\nmore"),
    "full-width mark":        ("新的\n＞旧的",                                                      "新的"),
    "original mail":          ("收到了\n-----原始邮件-----\n发件人：顾先生\n太不像话",                  "收到了"),
    "traditional original":   ("收到\n---- 原始郵件 ----\n投訴",                                     "收到"),
    "original message":       ("Thanks\n-----Original Message-----\nI will sue",                  "Thanks"),
    "forwarded":              ("请看\n---------- Forwarded message ---------\nFrom: x",             "请看"),
    "header block":           ("请办\n\n发件人：保单服务 <p@i.example>\n主题：须知\n可拨12378",          "请办"),
    "header without address": ("Please do\nFrom: Bob\nSent: Monday\nSubject: x\nold",             "Please do"),
    "from in a sentence":     ("A letter\nFrom: the heart I say this\nis bad",
                               "A letter\nFrom: the heart I say this\nis bad"),
    "attribution, tail":      ("One more question\nOn Tue, 4 Nov 2025, Care <c@b.example> wrote:\nWe are sorry",
                               "One more question"),
    "attribution, answers":   ("On 4 Nov 2025, Care wrote:\n\n> pay now\nI will not",             "I will not"),
    "broken attribution":     ("Yes\nOn Tue, 4 Nov 2025 at 09:12, Customer Care\n<c@b.example> wrote:\n> old", "Yes"),
    "on, but no attribution": ("Hello @all\nOn 4 Nov 2025 I called\nand nobody came",
                               "Hello @all\nOn 4 Nov 2025 I called\nand nobody came"),
    "on, last line":          ("Hello @all\nOn 4 Nov 2025 I called",                              "Hello @all\nOn 4 Nov 2025 I called"),
    "xiedao":                 ("已补齐\n在 2025年11月3日，岑女士 <c@m.example> 写道：\n> 跑了四趟",      "已补齐"),
    "xiedao without a date":  ("经理写道：\n我们错了",                                               "经理写道：\n我们错了"),
    "dashed signature":       ("请问\n\n--\n周明澈 律师",                                            "请问"),
    "mark at the beginning":  ("--\n请问",                                                         "--\n请问"),
    "long dash":              ("请问\n——\n张三 律师",                                               "请问"),
    "closing formula":        ("请变更\n\n顺颂商祺\n鲁笙\n传媒公司 媒体部 · 新闻中心",                  "请变更\n\n顺颂商祺"),
    "english closing":        ("Please change it\nKind regards,\nAnn\nSmith Solicitors",          "Please change it\nKind regards,"),
    "closing, postscript":    ("Please\nRegards,\nAnn\nPS I will go to the press",
                               "Please\nRegards,\nAnn\nPS I will go to the press"),
    "closing, long text":     ("祝好\n" + "字" * 70,                                               "祝好\n" + "字" * 70),
    "device":                 ("投诉\n发自我的iPhone\nSent from my phone",                           "投诉"),
    "disclaimer":             ("Hello\nThis e-mail and any files are for our lawyers",            "Hello"),
    "disclaimer first":       ("本邮件含有保密信息\n投诉",                                           "本邮件含有保密信息\n投诉"),
    "blank lines close up":   ("a@b\n\n\n\n\nb",                                                  "a@b\n\nb"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "new"), ROWS.values(), ids=ROWS)
def test_new_text(text, new):
    """Quoted mail, forwarded headers and signatures count for nothing."""
    assert new_text(text) == new


@pytest.mark.parametrize(("text", "new"), ROWS.values(), ids=ROWS)
def test_positions_stay(text, new):
    """What is left stands where it stood."""
    own = own_words(text)

    assert len(own) <= len(text)
    assert all(char in ("\n", text[place]) for place, char in enumerate(own))


ANSWERS = {
    "re": ("Re: fee", True), "full-width colon": ("回复：投诉", True), "forwarded": ("Fwd: x", True),
    "counted": ("Re[2]: x", True), "plain": ("Regarding the fee", False), "empty": ("", False),
}  # fmt: skip


@pytest.mark.parametrize(("subject", "carried"), ANSWERS.values(), ids=ANSWERS)
def test_is_answer(subject, carried):
    """The subject of an answer is the earlier writer's."""
    assert is_answer(subject) is carried
