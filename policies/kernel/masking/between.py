"""What stands between a label and its value and says nothing itself, as parts of expressions."""

from typing import Final

from policies.kernel.masking.words import spelled

ASIDE: Final = r"(?:\s?[（(][^()（）\n\v]{1,10}[)）](?=\s?[:：=是为為\n\v]))?"
"""What a form says of a field: 姓名（必填）：."""
_MARKS: Final = r"[\s:：=,，\"“”'‘’「『（(【\[<>-]"
_WORDS: Final = spelled(
    "码 是 为 改成 改为 设为 设置为 设定为 设成 设的 叫 就是 还是 一直 用的 我的 的 您的 本次 收到 短信 填 输入 输的 "
    "我 您 他 她 自己 刚 已经 了 写成 写的 填成 输成 换成 变成 更新为 更改为 修改为 修改成 记得 应该 好像 可能 "
    "原来 之前 现在 目前 当时 发 来 给 告诉 念 从 由 生日 后六位"
)
_ENGLISH: Final = (
    r"\bis\b|\bare\b|\bwas\b|\bto\b|\bset\b|\bsent\b|\bnumber\b|\bno\b|\bcode\b|\bvalue\b|"
    r"\b(?:you|i|we)(?: have)? (?:sent|gave|got|received)(?: me)?\b"
)
SAYS: Final = f"(?:{_MARKS}|{_WORDS}|{_ENGLISH})"
"""Marks, verbs, possessives between a secret and its label; one at a time."""
UNIT: Final = rf"\s?(?:{spelled('年 月 日 天 次 小时 分钟 位 元 人 条 笔 个')})"
"""Behind digits that count something."""
_ALSO: Final = spelled("或 或者 还是 和 以及 改成 改为 换成 变成")
THEN: Final = rf"[\s，,、;/]{{0,2}}(?:{_ALSO}|\bor\b|\band\b|\bto\b|->|→|[、/])\s?"
"""Between two of the same: the old password and the new one."""
