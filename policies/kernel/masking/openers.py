"""The words behind or before which a secret, a name or an address stands: one pass over the text finds them all."""

import re
from collections.abc import Iterator, Mapping
from enum import Enum, auto
from typing import Final

from policies.kernel.masking.kinds import Kind
from policies.kernel.masking.words import Words


class Opens(Enum):
    """What a word opens."""

    PASSWORD = auto()
    CODE = auto()
    CVV = auto()
    BACK = auto()
    """Of a card: where its security code stands."""
    LOGIN = auto()
    NAME = auto()
    INTRODUCTION = auto()
    TITLE = auto()
    PARTY = auto()
    """客户：, Customer:, where a name follows, or what the customer says."""
    SELF = auto()
    """我是: what follows is a name more rarely than not."""
    MISTER = auto()
    PLACE = auto()
    HOUSE = auto()
    """Not a label but the end of a house number, before which a street may stand."""


WORDS: Final[Mapping[Opens, str]] = {
    Opens.PASSWORD: (
        "密码 口令| password, passwd, passcode, passphrase, pass word, pass, pw, mima, pwd, pin, pin code, mm"
    ),
    Opens.CODE: (
        "验证码 校验码 动态码 动态密码 动态口令 短信码 认证码 确认码 登录码 登陆码 激活码 动态令牌 令牌码 一次性密码"
        "| otp, verification code, security code, authentication code, auth code, one-time code, one time code, "
        "one-time password, one time password, one-time passcode, login code, fa code, mfa code, sms "
        "code, token code, code"
    ),
    Opens.CVV: (
        "安全码 卡背三位 卡背后三位 卡背面三位 卡背面后三位 卡背面末三位 背面三位 背面后三位 背面末三位 背面的三位 "
        "背面的后三位 签名栏三位 "
        "签名栏后三位 签名栏末三位 后三码"
        "| cvv, cvv2, cvc, cvc2, cvn, cvn2, csc, card verification value, card verification code, verification value"
    ),
    Opens.BACK: (
        "卡后面 卡片后面 卡背 卡背面 卡背后 卡片背面 卡片背后 背面 反面 签名栏 签名条| on the back, on back, "
        "back of the card, back of my card"
    ),
    Opens.LOGIN: (
        "微信号 微信 qq号码 qq号 支付宝账号 支付宝 用户名 登录名 账号 户号"
        "| wechat, wechat id, qq, alipay, account no, account no., account number, login, username, user "
        "name, user id"
    ),
    Opens.NAME: (
        "客户姓名 真实姓名 持卡人姓名 开户人姓名 本人姓名 姓名 户名 客户名称 持卡人 联系人 收件人 收货人 收款人 "
        "付款人 开户人 "
        "汇款人 转账人 联络人 账户名 开户名 持有人 户主 经办人 代办人 办理人 借款人 存款人 委托人 报案人 "
        "法定代表人 法人代表 监护人 申请人 "
        "投保人 被保险人 "
        "受益人 名字"
        "| full name, customer name, account name, cardholder name, card holder name, contact name, name, "
        "cardholder, card holder, account holder, policyholder, contact person, payee, recipient, surname, "
        "last name, "
        "family name, first name, given name, beneficiary"
    ),
    Opens.INTRODUCTION: (
        "我叫 本人叫 本人 名叫 我的名字叫 我的名字是| my name is, my name's, my full name is, full name is, i am called"
    ),
    Opens.TITLE: "先生 女士 小姐",
    Opens.PARTY: (
        "客户 投诉人 来电人 当事人 用户 签名 签字 落款"
        "| customer, client, insured, policy holder, claimant, complainant, caller"
    ),
    Opens.SELF: "我是 这里是",
    Opens.MISTER: "| mr, mrs, ms, this is",
    Opens.PLACE: (
        "地址 住址 住所 家住 住在 户籍地"
        "| live at, living at, reside at, residing at, deliver to, deliver it to, please mail to, post it "
        "to, courier to, ship to, ship it to, send it to, "
        "mail it to, address, home address, mailing address, billing address, postal address, shipping address"
    ),
    Opens.HOUSE: "号 弄",
}

_WORDS: Final = Words(WORDS)
# What stands in the place of a value that was masked: `[password]`, `[password:…]`.
_REPLACED: Final = re.compile(rf"\[(?:{'|'.join(Kind)})(?::[a-z]+)?\]")


def openers(text: str) -> Iterator[tuple[Opens, int, int]]:
    """Every word that opens something, as what it opens and where it stands."""
    for word in _WORDS.every(text):
        start = word[1]
        if text[start - 1 : start] != "[" or _REPLACED.match(text, start - 1) is None:
            yield word
