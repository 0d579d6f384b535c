"""What customers and staff of the made desk write: openings, matters, details and closings put together, with names,
sums, days and branches filled in, so that hardly two customers write the same and staff repeat themselves as staff do.
"""

import random

NAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
BRANCHES = ("城西", "江东", "人民路", "高新区", "火车站", "大学城", "滨江", "新华街")

_OPENINGS = ("您好，", "你好！", "客服您好，", "请问，", "麻烦问一下，", "")
_CLOSINGS = ("谢谢。", "请尽快回复，谢谢！", "麻烦了。", "等您回复。", "")
_ASKED = (
    "我想查询{day}号那笔{sum}元的入账，网上银行里显示的金额与短信通知不一致，请帮忙核对。",
    "我想了解一下{branch}支行办理外币兑换需要带什么，周六是否营业？",
    "我的转账{day}号下午提交，到现在对方还没有收到，请查一下处理到哪一步了，金额是{sum}元。",
    "理财产品到期以后，本金和收益一共{sum}元，什么时候能到活期账户？",
    "信用卡{day}号出账，最低还款{sum}元，如果我提前还款，利息怎么计算？",
    "跨行转账的手续费是多少？一次转{sum}元有没有限额？",
    "I applied for a new card on the {day}th and have heard nothing since. Could you tell me when it will come?",
    "Could you tell me the exchange rate for a transfer of {sum} yuan, and which fee is charged?",
)
_BUSINESS = (
    "我要在{branch}支行办理存款证明，金额{sum}元，用于签证，请问需要什么材料？",
    "我想申请开户，住在{branch}附近，需要预约吗？身份证和手机号都已经准备好了。",
    "我的银行卡{day}号丢了，要挂失并补办，里面大约有{sum}元。",
    "申请提前还清住房贷款，剩余本金大约{sum}元，请告知办理流程。",
    "我要变更预留手机号码，原来的号码{day}号已经停机，收不到验证码。",
    "I would like to close my account at the {branch} branch and transfer the remaining {sum} yuan.",
)
_TECHNICAL = (
    "手机银行从{day}号开始无法登录，一直提示系统繁忙，换了网络也不行。",
    "转账{sum}元时页面报错，错误代码E{day}07，请帮忙看一下。",
    "更新以后应用打不开，闪退，手机是安卓系统。",
    "The app shows an error when I try to pay {sum} yuan, and I cannot log in since the {day}th.",
)
_COMPLAINED = (
    "我要投诉！{branch}支行工作人员态度极其恶劣，扣了我{sum}元的理财款项却没有任何说明，打了三次电话都没有人处理。",
    "我要投诉，{day}号被多扣了{sum}元手续费，对你们的处理非常不满，已经第三次反映同一个问题，请退款并给出说法。",
    "投诉{branch}支行：排队两个小时没有人管，再不解决我就向银保监会投诉并找媒体曝光。",
    "I want to complain about the {branch} branch. I was charged {sum} yuan twice and nobody called me back although "
    "it was promised three times. Please refund it at once.",
)
_MORE = (
    "已经按照要求发送了，请查收。",
    "请问{day}号之前能处理好吗？",
    "补充一下：金额是{sum}元，{branch}支行办理的。",
    "还是不行，和之前一样，请再看看。",
)
_THANKS = ("好的，谢谢！", "收到，已经解决了，谢谢。", "Thank you very much, that helped.")

_NOW = (
    "尊敬的{name}先生，您好！您咨询的款项已经核实：{day}号入账，金额{sum}元。请问还有其他可以帮您的吗？感谢您的来信。",
    "尊敬的{name}女士，您好！已为您查询，{branch}支行周一至周六营业，请携带有效身份证件前往。"
    "请问还有其他问题吗？感谢您的咨询。",
    "Dear customer, thank you for your message. The matter has been settled today, the amount is {sum} yuan. "
    "Is there anything else we can do for you? Thank you for banking with us.",
    "尊敬的{name}先生，您好！您的业务已经办理完成。请问还有其他可以帮您的吗？感谢您的支持。",
)
_BARE_NOW = "{name}女士您好，已为您处理完成，请留意短信通知。"
"""An answer without the question for further wishes."""
_LATER = (
    "尊敬的{name}女士，您好！非常抱歉给您带来不便。您反映的情况我们已经受理，将在三个工作日内核实并给您答复。",
    "尊敬的{name}先生，您好！我们需要与{branch}支行核对，预计明天下午五点前回复您，请您耐心等待。",
    "Dear customer, we are sorry for the trouble. We will look into the matter and come back to you within 3 working "
    "days.",
)
_WANTED = (
    "尊敬的{name}先生，您好！请您补充有效身份证件照片和业务申请表，收到后我们将在两个工作日内为您办理。",
    "尊敬的{name}女士，您好！请告知办理网点和大致金额，收到后我们将在三个工作日内答复您。",
)
_SORRY = (
    "尊敬的{name}先生，您好！非常抱歉给您带来不好的体验。您的投诉我们已经受理并安排专人核实，将在三个工作日内给您答复。",
    "尊敬的{name}女士，您好！对于{branch}支行的服务我们深表歉意，将在两个工作日内核实并书面回复您。",
)
_REMEDIED = (
    "尊敬的{name}先生，您好！再次向您致歉。经核实，多收的{sum}元已于{day}号退回您的账户。"
    "请问还有其他可以帮您的吗？感谢您的理解。",
    "尊敬的{name}女士，您好！非常抱歉。我们已对相关人员进行教育并整改，赔付{sum}元。请问还有其他问题吗？感谢您的监督。",
)

_ASKS = {"Service": _ASKED, "Business": _BUSINESS, "Technical": _TECHNICAL, "Complaints": _COMPLAINED}


class Words:
    """What one ticket's people write; names and figures are the ticket's own."""

    def __init__(self, chance: random.Random, group: str) -> None:
        self._chance, self._group = chance, group
        self._filled = {
            "name": chance.choice(NAMES),
            "branch": chance.choice(BRANCHES),
            "sum": str(chance.randrange(1, 2_000) * chance.choice((1, 5, 10, 50))),
            "day": str(chance.randrange(1, 29)),
        }

    def _one(self, texts: tuple[str, ...]) -> str:
        return self._chance.choice(texts).format(**self._filled)

    def asked(self) -> str:
        """The customer's first message."""
        text, choice = self._one(_ASKS[self._group]), self._chance.choice
        return text if text.isascii() else choice(_OPENINGS) + text + choice(_CLOSINGS)

    def more(self) -> str:
        """Another message of the customer's."""
        return self._one(_MORE)

    def thanks(self) -> str:
        return self._one(_THANKS)

    def answer(self) -> str:
        """The last word in the matter; one in eight forgets what a last word should say."""
        if self._group == "Complaints":
            return self._one(_REMEDIED)
        return self._one((_BARE_NOW,)) if self._chance.random() < 0.12 else self._one(_NOW)

    def later(self) -> str:
        """An answer that names the time of the next one."""
        if self._group == "Complaints":
            return self._one(_SORRY)
        return self._one(_WANTED if self._group == "Business" else _LATER)
