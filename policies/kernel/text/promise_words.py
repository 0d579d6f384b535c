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
    dated          what happens on a date by itself, unless the phrase is bound
    scheduled      what happens by itself before a bound phrase: goes out by Friday, is raised within the hour
    done           after a date tells that it was: 4月2日转给了
    predicate      something is said of a bound phrase, which makes a deadline of it
    granted        a bound phrase says what may be done by then, not what will be
    at_once        what makes a promise of a period without 内: 两天给您结果
    decreed        opens a sentence about what a law or a rule asks of anybody
    idle           what the customer does meanwhile, or is asked to forgive: nobody's task
    gives          what the company does for the customer
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
    dated: re.Pattern[str]
    other: re.Pattern[str]
    decreed: re.Pattern[str]
    idle: re.Pattern[str]
    gives: re.Pattern[str]
    harmless: re.Pattern[str]
    receives: re.Pattern[str]
    please: re.Pattern[str]
    customer: re.Pattern[str]
    customer_after: re.Pattern[str]
    booked: re.Pattern[str]
    scheduled: re.Pattern[str]
    predicate: re.Pattern[str]
    granted: re.Pattern[str]
    done: re.Pattern[str]
    at_once: re.Pattern[str]
    acts: re.Pattern[str]


# 原定周三的回访改在周五: the second time is the one that holds.
_SHIFTED: Final = "[^§]*(?:改|推迟|推后|延后?|提前|调整?|顺延)(?:到|至|为|在|成)§"
NEVER: Final = re.compile("(?!)")
"""A sign that the language does not have."""

CHINESE: Final = Signs(
    tag_question=re.compile(
        r"^[,，、\s]*(?:您?看|这样|你看|不知)?您?(?:可以|行|好|成|可|方便|同意|合适|没问题|行不行|好不好|"
        r"可不可以)(?:吗|么|不)?\s*$"
    ),
    denied=re.compile(
        r"无法|不能(?!再)|没法|没办法|没有办法|不可能|难以|恐怕|未必|不一定|不保证|不承诺|不敢|不便|做不到|办不到|"
        r"来不及|(?<![少免忘受])[一-鿿]不了|[查办做赶等到处弄排]不(?:[完出到上成好了]|下来)|(?:不用|无需|无须|不必|"
        r"不需要?|用不着|没必要|不会)再?(?:等|拖|到|花|挨)[^§,]{0,3}§|没有?人|无人|"
        r"不会[^§]{0,8}§|不是§|§[^,]{0,8}(?:改|推迟|推后|延后|提前|调整|顺延)(?:到(?!位)|至|为|在|成)|"
        r"§[^,]{0,4}没(?:能|有|做|办|给|打|回|兑)|§[^,]{0,2}不会|没有?把握|不可以|还不|暂不|最快也?[要得需]|"
        r"才[能可会有]"
    ),
    past=re.compile(
        rf"了§|(?<![超不通经])过§|已经?(?:于|在|将于)?§|§[^,]{{0,4}}(?<!将)已经?|曾经?(?:于|在)?§|"
        rf"§[^,]{{0,12}}(?:(?<![通经超])过[^去户账帐程期来问审]|(?<![通经超])过$)|昨天|昨日|前天|上周|(?:原来|原先|"
        rf"本来|先前|早先)(?:说|答应|定|讲|约|预计|是|承诺|想|可以|能|要)(?!{_SHIFTED})|"
        rf"上个?月|上次|之前(?:答应|承诺|说)|当时|去年|原[定本说](?!{_SHIFTED})|"
        r"(?:时间|日期)(?:为|是)[^§]{0,6}§|§[^,]{0,10}(?:来过|致电过|寄来|来信|来电|提交的|发来|递交的)"
    ),
    rule=re.compile(
        r"一般|通常|正常情况|(?<!恢复)正常|往往|平均|大多|原则上|规则|规定(?!我[们行司]?[^§,]{0,3}[会将])|§可以?免|"
        r"§[^,]{0,2}[未没][^,]{0,6}(?:收到|回复|反馈|异议|使用|答复|操作)|将被|视为|(?:服务)?承诺(?:是|为|时)|时限|"
        r"要求(?:是|为)|须于|按惯例|惯例|视[^§]{0,4}情况|各家|每(?:[天日周月年逢个]|隔?§)|逢|工作时间|"
        r"[不没](?:有人)?上班|补班|营业|[只不]办(?!好|妥|完|成|下)|[一二三四五六日][至到~-]§[^,]*(?:办理|受理|开放|"
        r"接待|上班)|§前后|§左右|"
        r"开门|关门|时效(?:为|是)|标准(?:为|是)|"
        r"周期(?:为|是)|有效|以内?有效|大约需|(?:需要?|要|须|(?<!预)约)(?:等待?|花|用|大约|大概|约)?§(?![^,]*(?:给|"
        r"向|通知|答复|回复))|左右$"
    ),
    reported=re.compile(
        r"(?:您|你|客户|客人|他|她|柜员|经理|同事|对方|商户|坐席)(?:说|希望|要求|提到|表示|表达|反映说|问|称|讲|"
        r"答应|承诺|声称|盼|想)(?:过|的|到)?|答应(?:过|您|"
        r"了)|承诺(?:过|您|了)|曾说|(?:那边|那头|系统|页面|物流|网站)(?:说|称|讲|显示|提示)"
    ),
    third=re.compile(
        r"(?<!我们的)(?<!我们)(?<!我行)(?:(?:快递|物流|保险|评估|租赁|物业|基金|担保|装修|旅游|拍卖|软件|支付)公司|"
        r"快递[员小]|对方银行|对方行|对方|发卡行|收款行|付款行|开户行|他行|外行|其他银行|境外银行|代理行|银联|网联|"
        r"海关|邮局|邮政|快递|物流|法院|监管|银保监|金监局|人行|人民银行|央行|"
        r"鉴定(?:机构|所|中心)|商户|商家|厂家|厂商|开发商|派出所|警方|公安|税务|交易所|供应商|医院|学校|航空公司|"
        r"酒店|运营商|第三方|外包|催收公司|征信中心|登记中心|房管局|车管所|仲裁)"
    ),
    ours=re.compile(
        r"我们?|咱们|本行|我行|我司|本公司|公司|部门?|专员|专人|同事|经理|主管|团队|小组|中心|客服|工作人员|给您|"
        r"为您|向您"
    ),
    condition=re.compile(r"如果|如(?=您|你|需|有|未|果)|假如|假设|倘若|要是|若|只要|一旦|除非|万一|要不|的话"),
    then=NEVER,
    event=re.compile(
        r"(?:收到|收齐|收悉|接到|拿到|得到|取得|提交|补交|补齐|递交|寄回|签署|签字|签收|签约|核实无误|确认|同意|"
        r"通过|批准|批复|批下来|审批|审核|审完|到账|到位|到货|完成|办结|受理|"
        r"齐全|出来|恢复|开通|激活|下来|生效|发布|结束|成功|回函|回复|回执|登记|齐备)[^§,]{0,16}(?:以|之)?(?:后|"
        r"起)|(?<![稍久再请平相同均额])等(?![候待级额等值我一])[^§]{1,16}|待[^§]{1,16}(?:后|"
        r",)|自[^§]{1,14}起|(?<![稍今随])[后起](?:的|,)?\s*$|(?<!给)(?<!为)(?<!向)(?:您|你|贵司|"
        r"客户)(?!的)[^§,]{1,20}(?<![今以此然最稍])(?:之|以)?后(?=,)"
    ),
    event_after=NEVER,
    own_step=re.compile(
        r"(?:我们?|本行|我行|我这边|同事|专员|部门?)[^§,。]{0,6}(?:核对|核实|查|问|沟通|了解|汇总|商量|研究|讨论|"
        r"请示|整理)[^§,]{0,4}后|即日起|今日起|今天起|现在起"
    ),
    attribute=re.compile(
        r"(?:的(?!时间|工作日|上午|下午)|那|之[间中]|起(?!草)|至|到(?=[0-9])|—|-|公布的|签署的|[开出]庭|前后|以来|"
        r"入账的)"
    ),
    dated=re.compile(r"生效|付息|计息|开出|签订|发生|出生|交易"),
    other=re.compile(
        r"休假|出差|请假|不在|到期|截止|截至|期限|结束|有效期|活动|优惠|起息|计息|扣款日|还款日|账单日|出账日|上市|"
        r"开售|开市|开放(?:申购|赎回)|停机|维护|过期|失效|作废|放假|休息|生日|名额|领取|可取|均可|"
        r"交易时间|试运行|培训|补班|值班(?!经理|主管|同事|人|专|律)|比赛|讲座|冻结到"
    ),
    decreed=re.compile(
        r"(?:按照?|依照?|根据|遵照|依据)[^§,]{0,16}(?:规定|要求|法|条例|办法|细则|通知|惯例|准则)|(?:规定|法|条例|"
        r"办法|要求|细则|准则)[:,]"
    ),
    idle=re.compile(
        r"稍[等候后]|久等|等候|等等|再等|耐心|操心|费心|麻烦(?:了|您了|到您)|添[了]?麻烦|打扰|打搅|辛苦|别急|"
        r"别担心|别着急|不用急|不要急|放心|安心|见谅|谅解|体谅|理解|包涵|"
        r"保持[^,]{0,6}(?:畅通|通畅|开机)|留意|注意|好好|休息|先忙|生气|受累|受惊|受委屈|委屈|失望|担心|不便|"
        r"跑一趟|白跑|着急|挂心|感谢|谢谢|抱歉|对不起|对不住|不好意思"
    ),
    gives=re.compile(
        r"(?:给|为|向|跟|同|替|帮|回|告知|告诉|通知|答[复覆]|回[复覆]|联系|致电|寄|退|打|还|赔|补)(?:还|到|给|"
        r"于)?(?:您|你)|(?<![给找交向和跟问户])(?:值班)?(?:经理|主管|专员|专人|同事|客服|工程师|技术员)"
    ),
    harmless=re.compile(
        r"(?:给|向|与|为|跟|和|同|对|替|帮|让|由|于|到|知会|通知|告知|告诉|联系|答复|回复|覆|回覆|陪|送|寄|退|转|"
        r"还|赔|致电|打给|发给|寄给|邀|约)(?:您|你)(?!需|"
        r"要(?!求)|可|务|尽|准|带|把|补|提|寄|上传|签|再来)|"
        r"(?:贵司|贵公司|阁下|客户|客人)的|(?:您|你)(?:的|们的|们|方|[这那][件笔次张个份边些]|名下|[账卡帐户]上|所|本人的)|请(?:您|"
        r"你)?(?:放心|留意|注意|耐心|稍|谅解|理解|保持|相信|见谅|"
        r"查收|知悉|安心|等待|接听|等候)|"
        r"(?:您|你)(?!们)[^,§把将要需请可能会务须]{1,14}的(?=[一-鿿]{2})|(?:您|你)(?:反映|咨询|申请|要|问|提|说|寄|"
        r"报|办|查|预约|投诉|描述|关心|担心|需要|上传|提交|买|在|看中|想)[^,§]{0,14}?的|(?:您|你)(?:先)?(?:别急|"
        r"放心|看|好)"
    ),
    receives=re.compile(r"(?:收到|接到|拿到|看到|查到|得到|获得|收取|收着|见到)"),
    please=re.compile(
        r"(?<![申邀聘报])请(?!专人|专员|经理|主管|同事|示|快递|财务|总行|部门|的|教|到)|麻烦|烦请|劳烦|敬请|恳请|"
        r"务必(?:在|于)?§?|欢迎|建议|记得"
    ),
    customer=re.compile(r"您|你|客户(?!经理|服务)|贵司|贵公司|客人|阁下"),
    customer_after=re.compile(r",?(?:请|麻烦|烦请|您|你|客户(?!经理|服务)|阁下)(?!会|将|就?能|便)"),
    booked=re.compile(r"预约|安排|约[好定]?|定[在于好]|改[到在为]"),
    scheduled=NEVER,
    predicate=re.compile(r"§,?[一-鿿]{2}"),
    granted=re.compile(
        r"§[^§]*(?:的|可|免|比较|较|很|忙|拥挤|拥堵|排队|天气|免手续费|无理由|累计|不超过|最多|限|多次|连续|起|"
        r"有(?!回|结|答|人|专|消|说|音|进)|未|没|不)"
    ),
    done=re.compile(
        r"[^,将会]{1,6}了(?!解|结)|(?:我们?)?[收接]到(?:您|你|贵|客户|来)|[^,将会]{0,16}(?:办理|提交|申请|发生|"
        r"寄来|反映|购买|签署|递交|投诉|做)的"
    ),
    at_once=re.compile(
        r"(?:就|便|一定|必|准|保证|肯定)?(?:能|可以?)?(?:给|向|为|答复|回复|通知|联系|完成|办|处理|解决|出结果|"
        r"到[账帐]|寄|退)"
    ),
    acts=re.compile(
        r"给|发(?!生|现)|寄|送|答[复覆]|回[复覆电信访]|[复覆](?:您|你|函|电)|联系|联络|聯繫|致电|电话|"
        r"打(?![折扰听])|通知|告知|告诉|知会|短信|邮件|退|赔|补(?!班|课|习)|偿|完成|办|"
        r"处理|解决|解除|解锁|解冻|解封|解|开通|开好|"
        r"开具|出具|出(?=来|结果|报告|单)|结果|结论|答案|说法|核[实对查保验]|查(?!询)|反馈|到[账帐]|入[账帐]|汇|转|"
        r"派|安排|上门|登门|审|批|恢复|更[新正换]|改|修|冲|"
        r"扣回|发放|放行|拨付|到府|到场|过来|走完|掛到|挂[到上]|传真|供[您你]|定[在于好]|约[在好]|"
        r"[一-鿿](?<![不没])(?:好|妥|完|掉|齐)(?!像|多|了吗)|会(?!议|员|计)|把|将|放款|送达|寄达|跟进|落实|"
        r"报|提供|提交|撤|注销|补发|拿出|出(?=,|$)|书面|寄出|一定|保证|承诺|负责|拜访|预约|会谈|面谈|上线|升级好|"
        r"生效|调整好|制作|印|归还|退还|结案|查勘|做|收到|见面|拨|交|说明|上传|"
        r"重[新发做]|弄|搞定|有(?:结果|专人|消息)|对接|沟通|陪|[为替帮和与跟向](?:您|你)|同你|找您|确认|拍板"
    ),
)
