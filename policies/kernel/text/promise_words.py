"""Words around a phrase of time that decide whether it is a promise; for folded text."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """One language's signs. `§` stands for the phrase of time itself.

    tag_question   "您看行吗" after a promise takes nothing away
    denied, past, rule, reported, other   say in the phrase's own clause that it is no promise
    third          somebody else does it, unless `ours` follows
    condition      opens a condition; `then` tells that the condition's own words are over and it is the company's
    event          a period begins with something yet to come, unless it is the company's `own_step`
    attribute      what follows a date that belongs to a noun, unless something was `booked` for it
    scheduled      what happens by itself before a bound phrase: goes out by Friday, is raised within the hour
    done           after a date tells that it was: 4月2日转给了
    granted        after a bound period says what may be done in it, not what will be
    at_once        what makes a promise of a period without 内: 两天给您结果
    harmless       words with "you" in them that make nobody the doer
    """

    tag_question: re.Pattern[str]
    denied: re.Pattern[str]
    past: re.Pattern[str]
    rule: re.Pattern[str]
    reported: re.Pattern[str]
    third: re.Pattern[str]
    ours: re.Pattern[str]
    condition: re.Pattern[str]
    then: re.Pattern[str]
    event: re.Pattern[str]
    event_after: re.Pattern[str]
    own_step: re.Pattern[str]
    attribute: re.Pattern[str]
    other: re.Pattern[str]
    harmless: re.Pattern[str]
    receives: re.Pattern[str]
    please: re.Pattern[str]
    customer: re.Pattern[str]
    customer_after: re.Pattern[str]
    booked: re.Pattern[str]
    scheduled: re.Pattern[str]
    granted: re.Pattern[str]
    done: re.Pattern[str]
    at_once: re.Pattern[str]
    acts: re.Pattern[str]


_NEVER: Final = re.compile("(?!)")

CHINESE: Final = Signs(
    tag_question=re.compile(
        r"^[,，、\s]*(?:您?看|这样|你看|不知)?您?(?:可以|行|好|成|可|方便|同意|合适|没问题|行不行|好不好|可不可以)(?:吗|么|不)?\s*$"
    ),
    denied=re.compile(
        r"无法|不能(?!再)|没法|没办法|没有办法|不可能|难以|恐怕|未必|不一定|不保证|不承诺|不敢|不便|做不到|办不到|来不及|(?<![少免忘受])[一-鿿]不了|[查办做赶等到处弄排]不[完出到上]|没有?人|无人|"
        r"不会[^§]{0,8}§|§[^,]{0,2}不会|没有?把握|不可以|还不|暂不|最快也?[要得需]|才[能可会有]"
    ),
    past=re.compile(
        r"[了过]§|已经?(?:于|在|将于)?§|§[^,]{0,4}(?<!将)已经?|曾经?(?:于|在)?§|§[^,]{0,12}(?:(?<![通经超])过[^去户账帐程期来问审]|(?<![通经超])过$)|昨天|昨日|前天|上周|"
        r"上个?月|上次|之前(?:答应|承诺|说)|当时|去年|原[定本]|"
        r"(?:时间|日期)(?:为|是)[^§]{0,6}§|§[^,]{0,10}(?:来过|致电过|寄来|来信|来电|提交的|发来|递交的)"
    ),
    rule=re.compile(
        r"一般|通常|正常情况|(?<!恢复)正常|往往|平均|大多|原则上|规则|规定|按惯例|惯例|视[^§]{0,4}情况|各家|每(?:[天日周月年逢个]|隔?§)|逢|工作时间|[不没](?:有人)?上班|补班|营业|"
        r"开门|关门|时效(?:为|是)|标准(?:为|是)|"
        r"周期(?:为|是)|有效|以内?有效|大约需|(?:需要?|要|须|(?<!预)约)(?:等待?|花|用|大约|大概|约)?§(?![^,]*(?:给|向|通知|答复|回复))|左右$"
    ),
    reported=re.compile(
        r"(?:您|你|客户|客人|他|她|柜员|经理|同事|对方|商户|坐席)(?:说|希望|要求|提到|表示|表达|反映说|问|称|讲|答应|承诺|声称|盼|想)(?:过|的|到)?|答应(?:过|您|"
        r"了)|承诺(?:过|您|了)|曾说"
    ),
    third=re.compile(
        r"(?<!我们的)(?<!我们)(?<!我行)(?:对方银行|对方行|对方|发卡行|收款行|付款行|开户行|他行|外行|其他银行|境外银行|代理行|银联|网联|海关|邮局|邮政|快递|物流|法院|监管|银保监|金监局|人行|人民银行|央行|"
        r"鉴定(?:机构|所|中心)|商户|商家|厂家|厂商|开发商|派出所|警方|公安|税务|交易所|供应商|医院|学校|航空公司|酒店|运营商|第三方|外包|催收公司|征信中心|登记中心|房管局|车管所|仲裁)"
    ),
    ours=re.compile(
        r"我们?|咱们|本行|我行|我司|本公司|公司|部门?|专员|专人|同事|经理|主管|团队|小组|中心|客服|工作人员|给您|为您|向您"
    ),
    condition=re.compile(r"如果|如(?=您|你|需|有|未|果)|假如|假设|倘若|要是|若|只要|一旦|除非|万一|要不|的话"),
    then=_NEVER,
    event=re.compile(
        r"(?:收到|收齐|收悉|接到|拿到|得到|取得|提交|补交|补齐|递交|寄回|签署|签字|签收|签约|核实无误|确认|同意|通过|批准|批复|批下来|审批|审核|审完|到账|到位|到货|完成|办结|受理|"
        r"齐全|出来|恢复|开通|激活|下来|生效|发布|结束|成功|回函|回复|回执|登记|齐备)[^§,]{0,16}(?:以|之)?(?:后|起)|等[^§]{1,16}|待[^§]{1,16}(?:后|"
        r",)|自[^§]{1,14}起|[后起](?:的|,)?\s*$|(?<!给)(?<!为)(?<!向)(?:您|你|贵司|客户)(?!的)[^§,]{1,20}(?<![今以此然最稍])(?:之|以)?后(?=,)"
    ),
    event_after=_NEVER,
    own_step=re.compile(
        r"(?:我们?|本行|我行|我这边|同事|专员|部门?)[^§,。]{0,6}(?:核对|核实|查|问|沟通|了解|汇总|商量|研究|讨论|请示|整理)[^§,]{0,4}后|即日起|今日起|今天起|现在起"
    ),
    attribute=re.compile(
        r"(?:的(?!时间|工作日|上午|下午)|那|之[间中]|起(?!草)|至|到(?=[0-9])|—|-|生效|付息|计息|公布的|开出|签订|签署的|发生|出生|前后|以来|入账的|交易)"
    ),
    other=re.compile(
        r"休假|出差|请假|不在|到期|截止|截至|期限|结束|有效期|活动|优惠|起息|计息|扣款日|还款日|账单日|出账日|上市|开售|开市|开放(?:申购|赎回)|停机|维护|过期|失效|作废|放假|休息|生日|名额|领取|可取|均可|"
        r"交易时间|试运行|培训|补班|值班|比赛|讲座|冻结到"
    ),
    harmless=re.compile(
        r"(?:给|向|与|为|跟|和|同|对|替|帮|让|由|于|到|知会|通知|告知|告诉|联系|答复|回复|覆|回覆|陪|送|寄|退|转|还|赔|致电|打给|发给|寄给|邀|约)(?:您|你)(?!需|"
        r"要(?!求)|可|务|尽|准|带|把|补|提|寄|上传|签|再来)|"
        r"(?:贵司|贵公司|阁下|客户|客人)的|(?:您|你)(?:的|们的|们|方|这[件笔次张个边]|所|本人的)|请(?:您|你)?(?:放心|留意|注意|耐心|稍|谅解|理解|保持|相信|见谅|"
        r"查收|知悉|安心|等待|接听|等候)|"
        r"(?:您|你)(?!们)[^,§把将要需请可能会务须]{1,14}的(?=[一-鿿]{2})|(?:您|你)(?:反映|咨询|申请|要|问|提|说|寄|报|办|查|预约|投诉|描述|关心|担心|需要|上传|提交|买|在|看中|想)[^,§]{0,14}?的|(?:您|你)(?:先)?(?:别急|放心|看|好)"
    ),
    receives=re.compile(r"(?:收到|接到|拿到|看到|查到|得到|获得|收取|收着|见到)"),
    please=re.compile(
        r"(?<![申邀聘报])请(?!专人|专员|经理|主管|同事|示|快递|财务|总行|部门|的|教|到)|麻烦|烦请|劳烦|敬请|恳请|务必(?:在|于)?§?|欢迎|建议|记得"
    ),
    customer=re.compile(r"您|你|客户(?!经理|服务)|贵司|贵公司|客人|阁下"),
    customer_after=re.compile(r",?(?:请|麻烦|烦请|您|你|客户(?!经理|服务)|阁下)(?!会|将|就?能|便)"),
    booked=re.compile(r"预约|安排|约[好定]?|定[在于好]|改[到在为]"),
    scheduled=_NEVER,
    granted=re.compile(r"的|可|免|无理由|累计|不超过|最多|限|多次|连续|起|有|未|没|不"),
    done=re.compile(
        r"[^,将会]{1,6}了(?!解|结)|(?:我们?)?[收接]到(?:您|你|贵|客户|来)|[^,将会]{0,16}(?:办理|提交|申请|发生|寄来|反映|购买|签署|递交|投诉|做)的"
    ),
    at_once=re.compile(
        r"(?:就|便|一定|必|准|保证|肯定)?(?:能|可以?)?(?:给|向|为|答复|回复|通知|联系|完成|办|处理|解决|出结果|到[账帐]|寄|退)"
    ),
    acts=re.compile(
        r"给|发(?!生|现)|寄|送|答[复覆]|回[复覆电信访]|[复覆](?:您|你|函|电)|联系|联络|聯繫|致电|电话|打(?!折)|通知|告知|告诉|知会|短信|邮件|退|赔|补(?!班|课|习)|偿|完成|办|"
        r"处理|解决|解除|解锁|解冻|解封|解|开通|开好|"
        r"开具|出具|出(?=来|结果|报告|单)|结果|结论|答案|说法|核[实对查保验]|查(?!询)|反馈|到[账帐]|入[账帐]|汇|转|派|安排|上门|登门|审|批|恢复|更[新正换]|改|修|冲|"
        r"扣回|发放|放行|拨付|到府|到场|过来|走完|掛到|挂[到上]|传真|供[您你]|定[在于好]|约[在好]|[一-鿿](?:好|妥|完|掉|齐)(?!像|多|了吗)|会(?!议|员|计)|把|将|放款|送达|寄达|跟进|落实|"
        r"报|提供|提交|撤|注销|补发|拿出|出(?=,|$)|书面|寄出|一定|保证|承诺|负责|拜访|预约|会谈|面谈|上线|升级好|生效|调整好|制作|印|归还|退还|结案|查勘|做|收到|见面|拨|交|说明|上传|"
        r"重[新发做]|弄|搞定|有(?:结果|专人|消息)|同你|找您|确认|拍板"
    ),
)

ENGLISH: Final = Signs(
    tag_question=re.compile(r"^[,\s]*(?:is that|does that|would that|if that|ok|okay|all right)\b[^?]{0,30}$"),
    denied=re.compile(
        r"\b(?:cannot|can not|unable|not able|not be able|won't|will not|would not|not possible|impossible|"
        r"no guarantee|unlikely|may not|might not|doubt|nor|never|"
        r"not (?:promise|guarantee|expect))\b|can't|isn't|not §"
    ),
    past=re.compile(
        r"\b(?:was|were|had|has been|have been|did|(?<!be )(?:received|called|wrote|spoke|tried|sent|credited|posted)|"
        r"yesterday|last|ago|dated|previously|promised|said)\b(?!.{0,40}\b(?:will|'ll|shall)\b)"
    ),
    rule=re.compile(
        r"\b(?:usually|normally|generally|typically|as a rule|in general|on average|most|standard|can take|"
        r"may take|takes?|up to|every|each|opens|opening|closes|"
        r"(?:are|is|be|office|branch|line|lines|desk) (?:open|closed)|business hours|valid|always|"
        r"in most cases|policy)\b(?! account| your| the account| the case)"
    ),
    reported=re.compile(
        r"\b(?:you|he|she|they|customer|adviser|advisor|clerk|colleague|merchant) (?:had |has |have |"
        r"also )?(?:told|asked|said|say|mentioned|wanted|want|hoped|hope|requested|wrote|promised|expected|"
        r"wish)\b|\bhad said\b|\bhad promised\b"
    ),
    third=re.compile(
        r"(?<!our )(?<!'ll )(?<!will )(?<!to )\b(?:"
        r"merchant(?! (?:terminal|account|portal|fee|services?|team|support))|"
        r"retailer|other bank|receiving bank|sending bank|beneficiary bank|their bank|issuer|"
        r"courier|post office|royal mail|court|regulator|ombudsman|visa|mastercard|police|insurer|hotel|"
        r"airline|"
        r"third party|supplier|landlord|employer|correspondent bank|surveyor|they|scheme)\b"
    ),
    ours=re.compile(r"\b(?:we|i|our|us|my|and will|and shall)\b"),
    condition=re.compile(r"\b(?:if|unless|provided|should you|in case|as long as|whether)\b"),
    then=_NEVER,
    event=re.compile(
        r"\b(?:once|after|when|as soon as|upon|following|from the date|until)\b(?! the holiday)(?! (?:looking|"
        r"checking|speaking|talking)\b)[^§]*$"
    ),
    event_after=re.compile(r"^ ?(?:of|from|after|once|following|upon) (?!today|now|this (?:e-?mail|message))"),
    own_step=_NEVER,
    attribute=re.compile(r"'s\b| (?:statement|invoice|letter|payment|transaction|e-?mail|call|instal)"),
    other=re.compile(
        r"\b(?:on leave|on holiday|away|out of (?:the )?office|expir\w+|ends?|deadline|due date|matur\w+|offer|"
        r"campaign|promotion|lapse[sd]?|maintenance|"
        r"holiday hours|(?:to|can|may|you) collect|interest rate|takes effect|starts?)\b(?<!end)"
    ),
    harmless=re.compile(
        r"\b(?:thank you|let you know|for you|to you|with you|you for|tell you|call you|send you|give you|"
        r"write to you|please (?:rest assured|be assured|note|bear with|accept|do not worry))\b"
    ),
    receives=re.compile(
        r"\byou(?:'ll| will| should| shall| can expect| would)(?: then| also| all)? (?:to )?(?:receive|have|"
        r"hear|get|see|be (?:contacted|called|refunded|notified|told|paid|credited|informed))\b|"
        r"\bexpect (?:to hear|a|our)\b"
    ),
    please=re.compile(
        r"\b(?:please|kindly|(?<!i will )(?<!i'll )(?<!we will )(?<!we'll )make sure|"
        r"remember to|feel free|send us|let us have|return|reply)\b"
    ),
    customer=re.compile(
        r"\byou(?:'ll)?(?: will)? (?:can|could|may|must|need|should|have to|are|will|would|might|send|want|"
        r"visit|come|bring|pay|sign|'d)\b"
    ),
    customer_after=re.compile(r"^,? ?(?:you (?:can|must|need|should|may|have)|please)\b"),
    booked=re.compile(r"\b(?:arranged|booked|scheduled|appointment)\b"),
    scheduled=re.compile(
        r"\b(?:(?:is|gets) (?:\w+ly )?\w+(?:ed|nt|en)|goes|comes|brings|leaves|ships|"
        r"arrives|lands|reaches|follows|to follow)\b"
    ),
    granted=re.compile(""),
    done=_NEVER,
    at_once=re.compile(""),
    acts=re.compile(
        r"\b(?:will|shall|going to|promise|guarantee|commit|aim to|expect(?:ed|s)?|should|i am|we are|i'm|"
        r"we're|asked|arranged|booked|scheduled|to be|is coming|are coming|is due|are due)\b|'ll\b"
    ),
)
