"""Names and addresses of persons, by label and by the words around them."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from policies.kernel.masking.between import ASIDE
from policies.kernel.masking.given import GIVEN
from policies.kernel.masking.kinds import Evidence, Found, Kind
from policies.kernel.masking.openers import Opens

_HAN: Final = "\u4e00-\u9fff"
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫"
    "段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧葉蘇魏呂盧鍾譚陸範賈鄒閻龍賀顧龔萬錢嚴湯"
)
_COMPOUND: Final = "欧阳|司马|上官|诸葛|司徒|东方|独孤|慕容|端木|皇甫|尉迟|公孙|令狐|歐陽|司馬|諸葛"
_FULL_NAME: Final = rf"(?:(?:{_COMPOUND})[{_HAN}]{{1,2}}|[{_SURNAMES}][{_HAN}]{{1,2}})"
# A label of another entry may follow a name without a mark between.
_BEYOND: Final = (
    rf"(?![{_HAN}·])|(?=先生|女士|小姐|身份证|证件|手机|电话|联系|卡号|账号|账户|帐号|地址|住址|性别|年龄|银行|邮箱|"
    "生日|的(?:卡|账|手机|身份|电话))"
)
_LABELLED: Final = re.compile(
    rf"{ASIDE}(?:\s?[:：=]\s{{0,3}}|[\v\n]{{1,6}}\s?)(?P<value>[{_HAN}]{{1,12}}(?:[·•][{_HAN}]{{1,12}})+|{_FULL_NAME}(?:{_BEYOND})|"
    rf"[{_SURNAMES}](?: {{1,2}}[{_HAN}]){{1,2}}(?![{_HAN}])|"
    rf"[{_HAN}]{{2,4}}(?![{_HAN}*]))"
)
_SAID: Final = re.compile(rf"(?:是|为|叫|\s|)\s?(?P<value>{_FULL_NAME})(?:{_BEYOND})")
_ENGLISH_NAME: Final = re.compile(
    rf"{ASIDE}(?:\s?[:：=]\s{{0,3}}|[\v\n]{{1,6}}\s?)"
    r"(?P<value>[a-z][a-z'’.-]+(?: [a-z][a-z'’.-]*){0,3}"
    r"(?:, ?[a-z][a-z'’-]+(?: [a-z][a-z'’-]+)?(?=\s?(?:[\n\v;|]|$)))?)"
    r"(?=\s?(?:[\n\v,;|，；。)]|$|\.\s))"
)
_ENGLISH_SAID: Final = re.compile(
    r"\s(?!not\b|on\b|in\b|the\b|wrong|incorrect|spelled|misspelled|different|written|shown)"
    r"(?P<value>[a-z][a-z'’-]+(?: (?!and\b|but\b|i\b|my\b|from\b|with\b|on\b|is\b|of\b)[a-z][a-z'’.-]*){0,2})"
    r"(?=\s?(?:[,.;!?，。)\n\v]|$)|\s(?:and|but|from|with|i|my|of)\b)"
)
# Behind `Mr`: two names, where what follows says that the sentence goes on.
_GOES_ON: Final = (
    r"(?:called|said|told|wrote|has|had|was|is|will|would|wants|asked|and|or|from|at|on|in|to|of|please|who|did|does|can|"
    r"could|should|just|never|also)\b"
)
# What stands behind a given name and is no surname.
_NO_SURNAME: Final = (
    r"(?:called|complained|asked|wanted|needed|phoned|emailed|visited|reported|requested|stated|claimed|refused|agreed|"
    r"confirmed|contacted|received|calling|asking|waiting|complaining|requesting|visiting|paying|really|very|still|"
    r"calls|says|asks|writes|needs|thinks|paid|sent|got|went|lost|angry|happy|upset|again|today|street|road|house|"
    r"yesterday|tomorrow|here|there|not|no|yes|you|his|her|my|the|a|an|about|for|by|via|with|after|before|since|as|if|"
    r"when|because|but|account|card|branch|bank|team|service|support|plc|ltd|inc|llc|group|company|college|hospital)\b"
)
_MISTER: Final = re.compile(
    rf"\.? (?P<value>[a-z][a-z'’-]+(?: [a-z]\.)? (?!{_GOES_ON}|(?:the|a|an|my|your|our)\b)[a-z][a-z'’-]+)"
    rf"(?=\s?(?:[,.;:!?)\n\v]|$)|\s{_GOES_ON})"
)
_SPEAKING: Final = re.compile(r" (?P<value>[a-z][a-z'’-]+ [a-z][a-z'’-]+)(?= (?:speaking|calling)\b)")
# What people call themselves that is no name: 我是程序员, 我是韩国人.
_NO_SELF: Final = re.compile(
    "[人员員者户戶师師管客领領商牛迷友工职職民主生级級款][。，,！!？?；;\\s]?$|^(?:程序|高[中级級管校端龄齡]|金[融卡牌]|白金|"
    "[周週][一二三四五六日末]|黄金|黃金|万[科达達]|马上|安卓|安装|方[案便才]|江[苏蘇西]|陕西|韩[国國]|常[年务務]|成[年功]|于|任|陆[续續]|石油|武[汉漢]|沈[阳陽]|余额|钱|"
    "段|严|毛|古)|(?:小姐|先生|女士|太太|老师|老師|经理|經理|主任|总|總)$"
)
_PARTY: Final = re.compile(rf"\s?[:：]\s{{0,3}}(?P<value>{_FULL_NAME})(?:{_BEYOND})")
# Behind an English word for a party: two or three words to the end of the line or field, if the first is a given name.
_ENGLISH_PARTY: Final = re.compile(
    r"(?:\s?[:：=]\s{0,3}|\s[-–—]\s|\v{1,6}\s?)(?P<value>(?P<given>[a-z]{2,})(?: [a-z]\.?)?"
    rf"(?: (?!{_GOES_ON}|{_NO_SURNAME})(?:[a-z]['’]|mc)?[a-z]{{2,}}(?:-[a-z]+)?){{1,2}})"
    r"(?=\s?(?:[\n\v,;|，；。(（]|$|\.(?:\s|$)))"
)
_SELF: Final = re.compile(rf"(?P<value>{_FULL_NAME})(?=\s?(?:[，,。.！!；;：:\n\v（(]|$))")
_TITLED: Final = re.compile(
    rf"(?:^|[^{_HAN}]|联系|找|给|向|由|是|和|与|及|客户|致|尊敬的|转告?|请|叫|为|对)(?P<value>{_FULL_NAME})$"
)
_NO_NAMES: Final = re.compile(
    "不详|不祥|未知|保密|匿名|同上|如下|见附件|见上|见下|正确|错误|有误|不符|一致|必填|已核|已提供|核实|本人|客户|[手必选]填|略|无|空|如题|不同|不对|相符|变更|修改|信息|"
    "方便|方面|金额|金融|余额|余款|钱包|任何|任职|高度|严重|强烈|马上|陆续|向[贵你您他她银客]|于[今昨上本当近]|白天|白条|安全|万[分般]|常用|"
    "段时间|和|同意|保证|项目|全部|全额|单独|邮|汇款|付款|付出|武断|温馨|伍佰|陆佰|万元"
)
_FULL_STOP: Final = re.compile(r"(?<=[a-z'’]{2})\.$")
_CHINESE: Final = re.compile(f"[{_HAN}]")
_OFFICE: Final = re.compile(rf"(?<![{_SURNAMES}])(?:科|部|处|處|组|組|局|司|中心|支行|分行)$")
_NO_ENGLISH: Final = re.compile(
    r"(?:n/?a|unknown|none|null|required|see|same|anonymous|customer|user|test|the|your|my|file)\b"
)

_PROVINCES: Final = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|"
    "香港|澳门|重慶|遼寧|黑龍江|江蘇|廣東|貴州|雲南|陝西|甘肅|臺灣|台灣|廣西|寧夏|澳門|臺北|台北|高雄|台中|深圳|广州|成都|杭州|南京|武汉|西安|苏州"
)
_NO_PLACE: Final = re.compile(
    r"(?:公司|网点|支行|分行|银行|营业厅?|我行|贵行|我司|贵司|ip|邮箱|邮件|网站|网络|网页|网|mac|链接|钱包|下载|登录|服务器|"
    r"接口|email|e-mail|mail|web|url|wallet|branch|office|memory)\s?$"
)
_PLACED: Final = re.compile(
    rf"{ASIDE}(?:\s?[:：=]\s{{0,3}}|是|为|在|变更为|改为|改成|\s|[\v\n]{{1,6}}\s?){{1,3}}"
    r"(?P<value>[^\n\v。；;！!？?，,<>|]{4,60}"
    r"(?:[，, ]\s?[^\n\v。；;！!？?，,<>|]{0,16}?"
    r"[0-9一二三四五六七八九十]{1,5}(?:号|室|单元|楼|栋|幢|户|層|层)[0-9a-z号室单元层]{0,8})*)"
)
_LIVED: Final = re.compile(
    r"(?<=[住在])(?P<value>[^\n\v。；;！!？?，,<>| ]{2,40}?[0-9一二三四五六七八九十]{1,5}"
    r"(?:号楼|號樓|号|號|弄|栋|棟|幢|室|单元|樓|楼|层|層|户)"
    r"[0-9a-z号號楼樓室单单元層层栋幢-]{0,14})"
)
_ENGLISH_PLACE: Final = re.compile(
    rf"{ASIDE}(?:\s?[:：=]\s{{0,3}}|\sis\s|\s-\s|[\v\n]{{1,6}}\s?)"
    r"(?P<value>[0-9a-z][^\n\v;<>|*]{5,100}?)(?=[\n\v;<>|]|\.\s|\.?$)"
)
# Behind `I live at` and the like, up to what else the sentence says.
_ENGLISH_AT: Final = re.compile(
    r"\s(?P<value>[0-9a-z][^\n\v;<>|*.!?]{5,80}?)"
    r"(?=,?\s(?:and|but|because|which|so|since|please|as|with)\b|[\n\v;<>|.!?]|$)"
)
_LIKE_PLACE: Final = re.compile("[省市区縣县镇鎮乡鄉村路街道巷弄号號栋幢室楼樓苑园]|小区|大厦|广场")
_LIKE_ENGLISH: Final = re.compile(
    r"[0-9].*\b(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|building|bldg|room|rm|flat|floor|fl|block|court|apt|boulevard|blvd|district|square|way|terrace|loop|circle|crescent|close|"
    r"place|plaza|parade|hill|gardens|mansion|tower|centre|center|estate|suite|unit|highway|hwy)\b"
)
_NUMBER: Final = re.compile(r"[0-9一二三四五六七八九十]{1,6}(?:-[0-9]{1,4})?$")
_DIGITS: Final = frozenset("0123456789一二三四五六七八九十")
_NO_HOUSE: Final = re.compile("线|文件|令|窗口|码|店")
_STREET: Final = re.compile(
    rf"(?P<head>(?:{_PROVINCES})[{_HAN}0-9]{{0,28}}|[{_HAN}]{{2,5}}(?:省|市|区|县|州)[{_HAN}0-9]{{1,24}})(?:路|街|道|巷|弄|胡同|村|镇|乡|庄|苑|小区|新村|大院|花园|段)\s?$"
)
_REST: Final = re.compile(
    r"院?(?:[\s，,]?(?:[0-9一二三四五六七八九十a-z]{1,5}(?:-[0-9]{1,4}){0,3}"
    r"(?:号楼|号院|号|弄|栋|幢|座|单元|楼|层|室|户|樓|層|號|棟|單元)|[\u4e00-\u9fff]{2,8}(?:小区|大厦|花园|公寓|广场|苑|大楼|家园|中心|校区|软件园|产业园|科技园|工业园)))*"
    r"(?:(?<=[楼座栋幢元樓棟])[0-9]{2,4}(?![0-9]))?"
)
_LEAD: Final = re.compile(
    r"^.*(?:住在|我住|现住|家住|寄到|寄往|寄至|送至|邮至|快递至|位于|新?地址|搬到|搬至|送到|地址是|地址为|家在|人在|是在|现居|来自|到了?|在)"
)
_DIVISION: Final = re.compile("[省市区縣县州镇]|^(?:香港|澳门|澳門)")
# Where a business is, and no person.
_BUSINESS_AT: Final = re.compile(
    r"(?:网点|網點|支行|分行|营业厅|營業廳|营业部|银行|銀行|柜台|櫃檯|大厅|大廳|总部|總部|公司)"
    r"(?:地址)?(?:就?在|位于|位於|设在|設在|搬到|是|[:：])?\s?$"
)
_BUSINESS: Final = re.compile(r"\s?(?:网点|支行|分行|营业|银行|大厅|分公司)")


def person(text: str, opens: Opens, start: int, end: int) -> Iterable[Found]:
    """The name or the address that the word `text[start:end]` points to."""
    if opens is Opens.HOUSE:
        # A character of many words; few of them end the number of a house.
        return _street(text, start, end) if text[start - 1 : start] in _DIGITS else ()
    return _person(text, opens, start, end)


def _person(text: str, opens: Opens, start: int, end: int) -> Iterator[Found]:
    match opens:
        case Opens.NAME:
            yield from _name(text, start, end)
        case Opens.INTRODUCTION:
            found = (_ENGLISH_SAID if text[start:end].isascii() else _SAID).match(text, end)
            if found and not _NO_NAMES.match(found["value"]):
                yield _of(Kind.NAME, found, 0.8, text[start:end])
        case Opens.PARTY if text[start:end].isascii():
            yield from _party(text, start, end)
        case Opens.SELF | Opens.PARTY:
            found = (_SELF if opens is Opens.SELF else _PARTY).match(text, end)
            if found and not (_NO_NAMES.match(found["value"]) or _NO_SELF.search(found["value"])):
                yield _of(Kind.NAME, found, 0.65)
        case Opens.MISTER:
            found = (_SPEAKING if text.startswith("this", start) else _MISTER).match(text, end)
            if found:
                yield _of(Kind.NAME, found, 0.7)
        case Opens.TITLE:
            found = _TITLED.search(text, max(0, start - 8), start)
            if found:
                yield _of(Kind.NAME, found, 0.75)
        case Opens.PLACE:
            yield from _place(text, start, end)


def _party(text: str, start: int, end: int) -> Iterator[Found]:
    found = _ENGLISH_PARTY.match(text, end)
    if found and found["given"] in GIVEN:
        yield _of(Kind.NAME, found, 0.75, text[start:end])


def _name(text: str, start: int, end: int) -> Iterator[Found]:
    label = text[start:end]
    if label.isascii():
        found = _ENGLISH_NAME.match(text, end) or _LABELLED.match(text, end)
        if found is None:
            yield from _party(text, start, end)
        elif not _NO_ENGLISH.match(found["value"]):
            yield _of(Kind.NAME, found, 0.8, label)
        return
    found = _LABELLED.match(text, end) or _SAID.match(text, end) or _ENGLISH_NAME.match(text, end)
    if found and not (_NO_NAMES.match(value := found["value"]) or _NO_ENGLISH.match(value) or _OFFICE.search(value)):
        yield _of(Kind.NAME, found, 0.85, label)


def _place(text: str, start: int, end: int) -> Iterator[Found]:
    if _NO_PLACE.search(text, max(0, start - 9), start):
        return
    label = text[start:end]
    if label.isascii() or text[end + 1 : end + 2].strip() >= "a" or text[end + 1 : end + 2].isdigit():
        is_address = label.endswith("address") or not label.isascii()
        english = (_ENGLISH_PLACE if is_address else _ENGLISH_AT).match(text, end)
        if english and _CHINESE.search(english["value"]) is None and _LIKE_ENGLISH.search(english["value"]):
            yield _of(Kind.ADDRESS, english, 0.8, label)
            return
    found = _PLACED.match(text, end) or _LIVED.match(text, end)
    if found and "**" not in found["value"] and _LIKE_PLACE.search(found["value"]) and len(found["value"].strip()) >= 4:
        yield _of(Kind.ADDRESS, found, 0.8, label)


def _street(text: str, start: int, end: int) -> Iterator[Found]:
    """An address without a label: a place, a street, a number."""
    number = _NUMBER.search(text, max(0, start - 8), start)
    if number is None or _NO_HOUSE.match(text, end):
        return
    street = _STREET.search(text, max(0, number.start() - 34), number.start())
    if street is None or not _DIVISION.search(street["head"]):
        return
    rest = _REST.match(text, end)
    end = rest.end() if rest else end
    if _BUSINESS.match(text, end):
        return
    lead = _LEAD.match(text[street.start() : number.start()])
    begin = street.start() + (lead.end() if lead else 0)
    if _BUSINESS_AT.search(text, max(0, begin - 12), begin):
        return
    yield Found(kind=Kind.ADDRESS, start=begin, end=end, confidence=0.7, evidence=(Evidence.CONTEXT,))


def _of(kind: Kind, found: re.Match[str], confidence: float, label: str = "") -> Found:
    start, end = found.span("value")
    value = found["value"]
    start += len(value) - len(value.lstrip())
    end -= len(value) - len(_FULL_STOP.sub("", value.rstrip()))
    evidence = (Evidence.LABEL if label else Evidence.CONTEXT,)
    return Found(kind=kind, start=start, end=end, confidence=confidence, evidence=evidence, label=label)
