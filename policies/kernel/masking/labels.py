"""The words that tell what a number is, and the one that decides: the nearest."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final, NamedTuple

from policies.kernel.masking.words import Words


class Means(Enum):
    """What a label says the number beside it is."""

    CARD = auto()
    ACCOUNT = auto()
    PHONE = auto()
    IDENTITY = auto()
    PASSPORT = auto()
    PERMIT = auto()
    HONG_KONG = auto()
    MACAO = auto()
    TAIWAN = auto()
    COMPANY = auto()
    IBAN = auto()
    SECRET = auto()
    PERSON = auto()
    PLACE = auto()
    SERVICE = auto()
    """A number the institution publishes: a hotline, a switchboard."""
    OTHER = auto()
    """A number of a thing: an order, a flow, a branch, a member of staff; an amount, a date."""


WORDS: Final[Mapping[Means, str]] = {
    Means.CARD: (
        "行卡 提款卡号 提款卡 金融卡 签账卡 扣账卡 工资卡 社保卡 医保卡 金卡 白金卡 旧卡号 旧卡 新卡号 新卡 "
        "原卡号 原卡 这张卡 我的卡 他行卡 "
        "银行卡号 银行卡 信用卡号 信用卡 借记卡号 借记卡 储蓄卡号 储蓄卡 贷记卡 附属卡 主卡 卡号 卡片号"
        "| card number, card no, bank card, credit card, debit card, card, pan, visa, mastercard, amex, unionpay, jcb"
    ),
    Means.ACCOUNT: (
        "银行账号 银行账户 收款账号 收款账户 付款账号 转账账号 还款账号 扣款账号 还款账户 扣款账户 对公账户 "
        "结算账户 账户号码 户口号码 户口号 银行户口 户口 账户号 账号 账户 户号 帐号 帐户 存折号 存折 基金账号 "
        "证券账号 资金账号 股东账号 客户号 支付宝账号 支付宝 微信号 微信 qq号码 qq号"
        "| qq, account number, account no, account, acct, a/c, wechat, alipay"
    ),
    Means.PHONE: (
        "手机号码 手机号 手机 电话号码 联系电话 联系方式 电话 联络电话 联络方式 行动电话 手提电话 "
        "流动电话 市话 座机 固话 移动电话 联系号码 致电 来电 回电 拨打 "
        "打给 短信 传真"
        "| telephone, tel, phone number, phone no, phone, mobile number, mobile, cellphone, cell, call, "
        "fax, contact, sms, whatsapp, sjh, shouji"
    ),
    Means.IDENTITY: (
        "身份证号码 身份证号 身份证件 身份证 身分证 证件号码 证件号 证件 公民身份号码 居民身份证 居住证 国民身份证"
        "| id card, id number, id no, identity card, identity number, identity no, idcard, id_card, sfzh, "
        "sfz"
    ),
    Means.PASSPORT: ("护照号码 护照号 护照| passport number, passport no, passport"),
    Means.PERMIT: (
        "港澳通行证 往来港澳通行证 往来台湾通行证 台湾通行证 大陆通行证 来往内地通行证 内地通行证 通行证号 通行证 "
        "回乡证 台胞证 旅行证"
        "| travel permit, home return permit, permit"
    ),
    Means.HONG_KONG: (
        "香港身份证号码 香港身份证号 香港身份证 香港永久性居民身份证 香港居民身份证| hkid card, hkid, hong kong id"
    ),
    Means.MACAO: (
        "澳门身份证号码 澳门身份证号 澳门身份证 澳门居民身份证 澳门永久性居民身份证| bir, macao id, macau id"
    ),
    Means.TAIWAN: ("台湾身份证号 台湾身份证 台湾身分证 身分证字号 统一证号 居留证号 居留证| taiwan id, arc"),
    Means.COMPANY: ("统一社会信用代码 社会信用代码 信用代码 纳税人识别号 税号| uscc, credit code, tax id"),
    Means.IBAN: ("| iban"),
    Means.SECRET: (
        "密码 口令 验证码 校验码 动态码 安全码"
        "| cvv2, cvv, cvc2, cvc, cvn2, cvn, password, passwd, passcode, pwd, pin, otp"
    ),
    Means.PERSON: ("姓名 户名 持有人 联系人 收件人 收款人 持卡人| name"),
    Means.PLACE: ("地址 住址| address"),
    Means.SERVICE: (
        "客服热线 客服电话 服务热线 服务电话 热线电话 热线 官方电话 总机 投诉电话 举报电话 监督电话 网点电话 银行电话"
        "| hotline, helpline, customer service"
    ),
    Means.OTHER: (
        "订单编号 订单号码 订单号 订单 交易流水号 交易流水 流水号码 流水号 流水 交易单号 交易编号 交易号 业务单号 "
        "业务编号 业务流水号 单号 票号 机票号 电子票号 发票号码 发票号 "
        "发票代码 发票 凭证号 凭证 运单号 运单 快递单号 快递单 快递 物流单号 物流 工单编号 工单号 工单 受理编号 "
        "受理号 受理单 案件编号 案件号 案号 编号 编码 序列号 序号 参考号 "
        "参考编号 合同编号 合同号 合同 协议号 保单号码 保单号 保单 回执号 回单号 回单 批次号 批次 批号 版本号 "
        "版本 商户编号 商户号 终端编号 终端号 设备号 设备编号 机构代码 "
        "机构号 网点号 行号 联行号 支付行号 大额行号 开户行号 工号 员工号 员工编号 柜员号 职员号 坐席号 授权号 "
        "检索号 参考码 追踪号 跟踪号 日志号 请求号 会话号 会员号 会员编号 "
        "积分 邮编 邮政编码 条形码 条码 二维码 产品代码 基金代码 股票代码 代码 型号 学号 车次 航班号 "
        "航班 预约号 会议号 "
        "包裹号 包裹 挂号信 退货单 退款单 提单 申请单 申请号 配送单 对账单 交易码 货号 取件码 支票号 汇票号 票据号 "
        "取号 排队号 时间戳 时间 日期 生日 哈希 摘要 指纹 金额 余额 "
        "总额 总计 合计 共计 限额 额度 本金 利息 汇率 价格 市值 营业额 交易额"
        "| order number, order no, order id, order, ticket number, ticket no, ticket id, ticket, "
        "case number, case no, case id, case, transaction number, transaction no, transaction id, "
        "transaction, txn, trace number, trace id, trace, reference number, reference no, reference, "
        "ref, tracking number, tracking no, tracking, waybill, invoice number, invoice no, invoice, "
        "serial number, serial no, serial, batch, version, build, staff id, staff no, staff number, "
        "staff, employee id, employee no, employee number, employee, cnaps, swift, bic, isbn, issn, sku, "
        "imei, uuid, guid, hash, md5, sha1, sha256, sha, checksum, commit, timestamp, amount, total, "
        "balance, sum, price, flow number, flow no, flow, request id, session id, article id, meeting id, "
        "meeting no, conference id, rrn, arn, utr, confirmation, booking, claim, parcel, package, shipment, "
        "receipt, subscription, reservation, voucher, application, incident, awb, ems, ean, iccid"
    ),
}

_LONGEST: Final = 32
_REACH_BEHIND: Final = 20
# Between a label and its own number stands nothing, or words like these.
_FILLER: Final = re.compile(
    r"(?:[\s:：=,.#\"“”'‘’（(【\[<>|_\-/、;&*+]|是|为|號|号|码|碼|叫|就|和|及|与|我的|您的|本人|的|前|新|旧|原|is|are|was|no|number|num|id|"
    r"[0-9a-z]{1,6}(?=[-_/])|[0-9]+[、/]|[0-9*]{6,}|[（(][^()（）0-9\n\v]{1,8}[)）])*+"
)
_QUICK: Final = frozenset({"", " ", ":", "：", ": ", "： ", "是", "为", "\v", "\v\v", " is ", " was ", " is: "})
_COLON: Final = re.compile(r"\s*[:：]")
_FULL_STOP: Final = "。"
_STOPS: Final = frozenset("！!？?") | {_FULL_STOP}
_LEAD: Final = re.compile(
    r"[\s)）】\]\"”』>,，]{0,3}[（(【\[]?[号號]?(?:这|那)?(?:是|为|is|was)?"
    r"(?:我的?|本人的?|您的|你的|他的|她的|客户的?|这个|这张|的| my| your| the| a)?\s?"
)
_NEXT_ENTRY: Final = re.compile(r"\s*(?:[:：=#]|是|为|[0-9a-z]{2})")
_WORDS: Final = Words(WORDS)


class Label(NamedTuple):
    """The label that decides.

    word    as it stands in the view
    tight   nothing but filler stands between it and the number
    """

    means: Means
    word: str
    tight: bool


def deciding(text: str, start: int, end: int) -> Label | None:
    """The label that tells what `text[start:end]` is; None when no word near it does."""
    ahead = _before(text, start)
    if ahead is not None and ahead.tight:
        return ahead
    return _after(text, end) or ahead


def is_label(text: str) -> bool:
    """Whether a label stands in the text."""
    return _WORDS.last(text) is not None


def _before(text: str, at: int) -> Label | None:
    """The last label on the line and in the sentence, at most 32 characters away; or one that ends a line or cell."""
    words = text[max(0, at - _LONGEST) : at]
    # What stands ahead of the sentence says nothing; most sentences end with a full stop.
    words = words[words.rfind(_FULL_STOP) + 1 :]
    found = _WORDS.last(words)
    if found is None:
        return None
    means, start, until = found
    word = words[start:until]
    gap = words[until:]
    if gap in _QUICK:
        return Label(means=means, word=word, tight=True)
    if not _STOPS.isdisjoint(gap):
        return None
    tight = _FILLER.fullmatch(gap) is not None
    if "\n" in gap and not (tight and (means is not Means.OTHER or _COLON.match(gap))):
        return None
    return Label(means=means, word=word, tight=tight)


def _after(text: str, at: int) -> Label | None:
    """A label right behind: `…（手机号）`, `… 是我的卡号`; not one that begins the next entry (`… 订单号：…`)."""
    words = text[at : at + _REACH_BEHIND]
    lead = _LEAD.match(words)
    found = _WORDS.at(words, lead.end() if lead else 0)
    if found is None or _NEXT_ENTRY.match(words, found[2]):
        return None
    means, start, end = found
    return Label(means=means, word=words[start:end], tight=True)
