"""Phrases of time in folded Chinese: 3个工作日内, 下周三下午两点, 30号之前, 节后第一个工作日."""

import re
from collections.abc import Iterator
from typing import Final

from policies.kernel.text.numbers import chinese
from policies.kernel.text.times import (
    AfterHoliday,
    At,
    Date,
    Day,
    Holiday,
    InDays,
    MonthDay,
    NextWorkingDay,
    Phrase,
    Span,
    SpanUnit,
    Weekday,
    WeekEnd,
    begun,
)

_N: Final = "(?:[0-9]{1,4}(?:[.]5)?|[一二两三四五六七八九十百]{1,6})"
_D: Final = "(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})"
_TO: Final = "(?:[-~—–至到]{1,2})"
_PART: Final = "大清早|清早|一早|早上|早晨|朝早|上午|上昼|正午|中午|午后|下午|下昼|傍晚|晚上|晚间|夜里|凌晨|早|晚|朝"
_HOUR: Final = rf"(?:{_N}(?:点钟?|时)(?:半|[一三]刻|整|{_D}分?)?|[0-9]{{1,2}}:[0-5][0-9])"
_CLOCK: Final = re.compile(
    rf"(?P<part>{_PART})?(?:(?P<hour>{_N})(?:点钟?|时)(?P<past>半|[一三]刻|整|{_D}分?)?|"
    rf"(?P<hh>[0-9]{{1,2}}):(?P<mm>[0-5][0-9]))$"
)
_TIME: Final = rf"(?:(?:{_PART})?的?(?:{_HOUR}{_TO}(?:{_PART})?)?{_HOUR}|下班|收市|{_PART}(?!于|已))"
_END: Final = "(?:之间|以前|之前|以内|之内|内|里|前(?![后台往来])|为止)"
_SPAN: Final = re.compile(
    rf"(?<![0-9一二两三四五六七八九十百])(?<!这)(?<!那)(?:{_N}(?:个|天|日|小时)?{_TO})?(?:(?P<n>{_N})(?:\([^()]{{1,4}}\))?(?P<and>个半)?|(?P<lone>半))个?"
    r"(?P<unit>工作日|工作天|营业日|工作小时|工时|自然日|日历日|小时|钟头|分钟|刻钟|星期|礼拜|周|月|天|日)(?P<more>半)?"
    r"(?P<end>的?时间(?:之?内)|之内|以内|内|里|之前|以前|前|之后|以后|后)?"
)
_WEEK: Final = "(?:本|这个?|今个?|下下个?|下个?)"
_MONTH: Final = "(?:(?:本|这个?|今个?|当|下个?)月)"
_HOLIDAY: Final = (
    "(?:过完(?:节|年|假)后?|(?:(?P<holiday>国庆节?|春节|五一|元旦|端午节?|中秋节?|清明节?|劳动节|农历新?年|新年|新春|过年|十一)"
    "(?:小?长?假期?|连假)?|(?:小?长|双节|连|公众|法定|收)?(?:假期|假日|假)|双节|节日|节|年)(?:结束|过完)?(?:之|以)?后)的?"
    "(?:上班|开工|复工|开市)?的?"
)
_DAY: Final = re.compile(
    r"(?:(?P<rel>大后[天日]|后[天日]|[明听][天日儿]|[明今听](?=[早晚朝])|今[天日儿]|本日)"
    rf"|(?P<week>{_WEEK})?(?:周|星期|礼拜)(?P<wd>[一二三四五六日天末])(?!至周|到周|至星期|到星期)"
    rf"|(?:(?P<year>20[0-9]{{2}})年|(?P<nextyear>明)年|今年)?(?:(?P<month>{_D})月份?(?P<day>{_D})[日号]?|"
    rf"(?<![0-9/.-])(?P<smonth>[0-9]{{1,2}})[/](?P<sday>[0-9]{{1,2}})(?![0-9%/]))"
    rf"|(?P<iso>20[0-9]{{2}}-[01]?[0-9]-[0-3]?[0-9])|(?P<inmonth>{_MONTH})的?(?P<mday>{_D})[日号]|"
    rf"(?<![0-9年月])(?P<dom>{_D})(?:号(?![0-9线楼库馆])|日(?=之?前|以前))"
    rf"|(?:(?P<ofmonth>{_MONTH})(?P<mend>[底末]|内)|(?<![0-9一二三四五六七八九十个])(?P<mend1>月[底末]))|(?<![0-9])(?P<mno>{_D})月份?[底末]"
    r"|(?P<yend>今?年底|年末|年内)"
    rf"|(?P<wend>(?:本|这|这个|下|下个|下下)(?:周|星期|礼拜))(?!初|[0-9])[内里底]?"
    rf"|{_HOLIDAY}(?:首|第(?P<nth>[一二三四五]))(?:个?(?:工作日|工作天|营业日|上班日|交易日)|天(?:上班)?)"
    r"|(?P<next>(?:下一?个?|次一?个?|翌|隔)(?:工作日|工作天|营业日)))"
    rf"(?:\([^()]{{1,8}}\))?(?:,?(?P<time>{_TIME}))?(?P<end>{_END})?"
)
_BARE: Final = re.compile(rf"(?<![0-9:])(?P<time>(?:{_PART})?的?{_HOUR}|下班|中午|收市)(?P<end>以前|之前|前)")
_SPAN_BEGINS: Final = re.compile("[0-9一二两三四五六七八九十百半]")
_DAY_BEGINS: Final = re.compile(
    "[0-9一二三四五六七八九十大后明听今本这下当周星礼月年国春元端中清劳小长双连公法收农新假节过次翌隔]"
)
_BARE_BEGINS: Final = re.compile("[0-9一二两三四五六七八九十大清早朝上正中午下傍晚夜凌的收]")
_WEEKDAYS: Final = dict(zip("一二三四五六日天末", (1, 2, 3, 4, 5, 6, 7, 7, 7), strict=True))
_UNITS: Final[dict[str, tuple[int, SpanUnit]]] = {
    "工作日": (1, "wd"), "工作天": (1, "wd"), "营业日": (1, "wd"), "工作小时": (60, "wm"), "工时": (60, "wm"),
    "自然日": (1, "d"), "日历日": (1, "d"), "天": (1, "d"), "日": (1, "d"), "周": (7, "d"), "星期": (7, "d"),
    "礼拜": (7, "d"), "小时": (60, "m"), "钟头": (60, "m"), "分钟": (1, "m"), "刻钟": (15, "m"), "月": (1, "months"),
}  # fmt: skip
_HALVES: Final[dict[SpanUnit, tuple[int, SpanUnit]]] = {
    "wd": (4 * 60, "wm"),
    "months": (15, "d"),
    "wm": (30, "wm"),
    "m": (30, "m"),
}
_NOON, _EVENING, _LATEST = 12 * 60, 19 * 60, 24 * 60 - 1
_OF_PART: Final = {
    "傍晚": _EVENING,
    "晚": _LATEST,
    "晚上": _LATEST,
    "晚间": _LATEST,
    "夜里": _LATEST,
    "凌晨": 6 * 60,
} | dict.fromkeys(("大清早", "清早", "一早", "早上", "早晨", "上午", "上昼", "正午", "中午", "早", "朝", "朝早"), _NOON)
_LATE: Final = ("午后", "下午", "下昼", "傍晚", "晚上", "晚间", "夜里", "晚")
_NIGHT: Final = ("晚上", "晚间", "夜里", "晚")
_HOLIDAYS: Final[dict[str, Holiday]] = {
    "国庆": "national", "十一": "national", "春": "spring", "新春": "spring", "过年": "spring", "农历年": "spring",
    "农历新年": "spring", "五一": "labour",
    "劳动": "labour", "元旦": "new year", "新年": "new year", "端午": "dragon boat", "中秋": "mid-autumn",
    "清明": "tomb-sweeping",
}  # fmt: skip
_MOST: Final = 1000
_REL: Final = {"大后": 3, "后": 2, "明": 1, "听": 1, "今": 0, "本": 0}


def chinese_phrases(text: str) -> Iterator[Phrase]:
    """Every phrase of time in folded text; phrases may overlap, what is no time at all (4月31日) is left out."""
    for found in begun(_DAY_BEGINS, _DAY, text):
        day = _day(found)
        minute = _minute(found["time"])
        if day is not None and minute is not _WRONG:
            bound = found["end"] is not None or found[0].endswith(("前", "内", "底", "月末", "年末"))
            yield Phrase(found.start(), found.end(), At(day, minute), bound)
    for found in begun(_SPAN_BEGINS, _SPAN, text):
        span = _span(found)
        if span is not None:
            yield Phrase(found.start(), found.end(), span, found["end"] is not None)
    for found in begun(_BARE_BEGINS, _BARE, text) if "前" in text else ():
        minute = _minute(found["time"])
        if minute is not _WRONG:
            yield Phrase(found.start(), found.end(), At(InDays(0), minute, bare=True), True)


_WRONG: Final = -1


def _number(word: str) -> int:
    """三 is 3, 三五 (three to five) is 5, 十五 is 15; -1 for what is no number."""
    if word.isdecimal():
        return int(word)
    if len(word) > 1 and not set(word) & set("十百"):
        word = word[-1]
    elif len(word) > 2 and word[-1] in "二三四五六七八九" and word[-2] in "一二三四五六七八":
        word = word[:-2] + word[-1]
    value = chinese(word)
    return _WRONG if value is None else int(value)


def _span(found: re.Match[str]) -> Span | None:
    amount, unit = _UNITS[found["unit"]]
    if found["unit"] == "日" and not (found["end"] or "").endswith(("内", "里", "后")):  # 31日前 is a date
        return None
    if found["unit"] == "月" and found["end"] is None:
        return None
    if found["lone"]:
        return _half(found["unit"], unit)
    word = found["n"]
    half = bool(found["and"] or found["more"])
    if word.endswith(".5"):
        word, half = word[:-2], True
    count = _number(word)
    if not 0 < count <= _MOST:
        return None
    if not half:
        return Span(count * amount, unit)
    if unit == "m" or unit == "wm":
        return Span(count * amount + amount // 2, unit)
    return Span(count * amount + max(1, amount // 2), unit) if unit == "d" else Span(count + 1, unit)


def _half(word: str, unit: SpanUnit) -> Span | None:
    if word in ("天", "日"):
        return Span(4 * 60, "wm") if word == "天" else None
    if word == "分钟" or unit == "d":
        return None
    return Span(*_HALVES[unit])


def _minute(words: str | None) -> int | None:
    """The minute of the day that a time of day means, None for closing time, -1 for what is none (25点)."""
    if words is None or words in ("下班", "收市", "下午", "午后", "下昼"):
        return None
    words = words.replace("的", "")
    if words in _OF_PART:
        return _OF_PART[words]
    tail = re.split(_TO, words)[-1]
    found = _CLOCK.search(tail)
    if found is None:
        return _WRONG
    part = found["part"] or next((part for part in _LATE if words.startswith(part)), "")
    hour = int(found["hh"]) if found["hh"] else _number(found["hour"])
    past = int(found["mm"]) if found["hh"] else _past(found["past"])
    if not (0 <= hour <= 24 and 0 <= past < 60):
        return _WRONG
    afternoon = (
        part in _LATE
        or (part in ("中午", "正午") and hour < 3)
        or (not part and hour <= 6 and not (found["hh"] or "").startswith("0"))
    )
    if afternoon and 0 < hour < 12:
        hour += 12
    elif part in _NIGHT and hour == 12:
        hour = 24
    return min(hour * 60 + past, _LATEST + 1)


def _past(word: str | None) -> int:
    if not word or word == "整":
        return 0
    if word == "半":
        return 30
    return 15 * _number(word[0]) if word.endswith("刻") else _number(word.removesuffix("分"))


def _day(found: re.Match[str]) -> Day | None:
    match next((name for name in _KINDS if found[name] is not None), None):
        case "rel":
            return InDays(next(days for head, days in _REL.items() if found["rel"].startswith(head)))
        case "wd":
            return Weekday(_weeks(found["week"]), _WEEKDAYS[found["wd"]])
        case "month" | "smonth":
            month, day = (found["month"], found["day"]) if found["month"] else (found["smonth"], found["sday"])
            return _date(_number(month), _number(day), found["year"], next_year=found["nextyear"] is not None)
        case "iso":
            year, month, day = found["iso"].split("-")
            return _date(int(month), int(day), year)
        case "mday":
            return _of_month(1 if found["inmonth"].startswith("下") else 0, _number(found["mday"]))
        case "dom":
            return _of_month(None, _number(found["dom"]))
        case "mend" | "mend1":
            return MonthDay(1 if (found["ofmonth"] or "").startswith("下") else 0, 31)
        case "mno":
            number = _number(found["mno"])
            return Date(number, 31) if 1 <= number <= 12 else None
        case "yend":
            return Date(12, 31)
        case "wend":
            return WeekEnd(_weeks(found["wend"]) or 0)
        case "next":
            return NextWorkingDay()
    return AfterHoliday(
        _number(found["nth"]) if found["nth"] else 1, _HOLIDAYS.get((found["holiday"] or "").removesuffix("节"))
    )


_KINDS: Final = ("rel", "wd", "month", "smonth", "iso", "mday", "dom", "mend", "mend1", "mno", "yend", "wend", "next")


def _weeks(word: str | None) -> int | None:
    if not word:
        return None
    return 2 if word.startswith("下下") else 1 if word.startswith("下") else 0


def _date(month: int, day: int, year: str | None, *, next_year: bool = False) -> Date | None:
    if not (1 <= month <= 12 and 1 <= day <= (29 if month == 2 else 30 if month in (4, 6, 9, 11) else 31)):
        return None
    return Date(month, day, int(year) if year else None, next_year)


def _of_month(months: int | None, day: int) -> MonthDay | None:
    return MonthDay(months, day) if 1 <= day <= 31 else None
