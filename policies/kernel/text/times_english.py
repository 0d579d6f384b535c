"""Phrases of time in folded English: within 2 working days, by end of next week, by Friday at 5pm."""

import re
from collections.abc import Iterator
from typing import Final

from policies.kernel.text.times import (
    AfterHoliday,
    At,
    Date,
    Day,
    InDays,
    MonthDay,
    NextWorkingDay,
    Phrase,
    Span,
    SpanUnit,
    Weekday,
    WeekEnd,
)

_WORDS: Final = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_NUMBERS: Final = {word: number for number, word in enumerate(_WORDS, 1)} | {
    "a": 1, "an": 1, "a couple of": 2, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
}  # fmt: skip
_N: Final = (
    rf"(?:[0-9]{{1,3}}|a couple of|{'|'.join(_WORDS[5:])}|{'|'.join(_WORDS[:5])}|thirty|forty|fifty|sixty|ninety|an?)"
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTH: Final = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|"
    "sept?|oct|nov|dec"
)
_WEEKDAYS: Final = {name: day for day, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1)}
_WEEKDAY: Final = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thurs?|thu|fri"
_CLOCK: Final = (
    r"(?:[0-9]{1,2}(?:[:.][0-5][0-9])? ?(?:a\.m\.?|p\.m\.?|[ap]m\b|o'clock)|[0-9]{1,2}:[0-5][0-9]|noon|midday|midnight)"
)
_PART: Final = r"(?:morning|afternoon|evening|lunchtime|night)"
_CLOSE: Final = (
    r"(?:(?:the )?end of (?:the )?(?:business|working)(?: day)?|(?:the )?close of (?:business|play)|cob|eod)"
)
_DAY: Final = (
    r"(?:(?P<rel>the day after tomorrow|tomorrow|later today|today|tonight)"
    rf"|(?P<week>this coming |this |next |coming )?(?P<wd>{_WEEKDAY})\b(?P<ofweek>,? (?:of )?(?:this|next) week)?"
    rf"(?! (?:to|through) |"
    rf"s\b)(?:,? (?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)?(?: (?:{_MONTH}))?\b)?"
    rf"|(?:the )?(?P<dom>[0-3]?[0-9])(?:st|nd|rd|"
    rf"th)? (?:of )?(?P<month>{_MONTH})\b(?:\.(?=,? 20))?(?:,? (?P<year>20[0-9]{{2}}))?"
    rf"|(?P<month2>{_MONTH})\b\.? (?P<dom2>[0-3]?[0-9])(?:st|nd|rd|th)?\b(?:,? (?P<year2>20[0-9]{{2}}))?"
    r"|the (?P<nth>[0-3]?[0-9])(?:st|nd|rd|th)(?: of (?P<ofmonth>this|next) month)?(?! time| floor)"
    r"|(?:the )?end of (?:the )?(?P<endof>day|today|tomorrow|business|working day|this week|next week|week|"
    rf"this month|next month|month|year|(?:{_MONTH})\b)(?: day)?"
    rf"|this (?P<part>{_PART})"
    r"|(?P<next>(?:the )?(?:next|following) (?:working|business) day)"
    r"|the (?P<count>first|second|third) (?:working|business) day (?:after|"
    r"following) the (?P<holiday>[a-z' ]{0,24}?holidays?|break|festival)"
    rf"|(?P<close>{_CLOSE})|(?P<wend>this week|next week))"
)
_TIME: Final = (
    rf"(?:,? (?:(?P<daypart>{_PART}),? ?)?(?:(?:at|by|before|around) )?(?:"
    rf"(?P<clock>{_CLOCK}|(?<=at )[0-9]{{1,2}}\b(?![:.][0-9]| ?%))|"
    rf"(?P<closing>{_CLOSE}))|,? (?P<only>{_PART}))?"
)
# One leading class, so that the search skips from blank to blank.
_BEGINS: Final = re.compile(
    r"[^a-z0-9](?=[0-9]|(?:no |not|noon|at the|before|by |until|this|end|close|eod|cob|mid|on |tod|tom|ton|later|next|"
    r"following|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|in |within )|"
    r"the (?:day|end|close|first|second|third|next|following|[0-9]))"
)
_ON: Final = re.compile(
    rf"\b(?=no|at|be|by|un|[0-9]|th|en|cl|co|eo|mi|on|to|la|ne|mo|tu|we|fr|sa|su|ja|fe|ma|ap|ju|au|se|oc|de)"
    rf"(?P<lead>no later than |not later than |at the latest by |before |by |until )?(?:(?P<first>{_CLOCK}|"
    rf"noon|{_CLOSE}),? (?:on |today |(?=tomorrow|this|next|{_WEEKDAY}))?)?(?:on )?{_DAY}{_TIME}"
)
_BARE: Final = re.compile(rf"\b(?P<lead>before |by )(?P<clock>{_CLOCK})(?! (?:on |today|tomorrow|this|next))")
_SPAN: Final = re.compile(
    rf"\b(?P<lead>within |in )(?:the )?(?:next )?(?:about )?(?:{_N}(?: ?- ?| to |"
    rf" or )(?={_N}))?(?:(?P<half>half an hour)|(?P<n>{_N})?(?: \([0-9]{{1,3}}\))?[- ]?"
    r"(?P<and>and a half )?(?P<unit>(?:working|business|banking) (?:days?|hours?)|calendar days?|days?|hours?|"
    r"hrs?|minutes?|mins?|weeks?|months?|fortnight)\b"
    r"(?P<hh> and a half)?)"
)
_UNITS: Final[dict[str, tuple[int, SpanUnit]]] = {
    "day": (1, "d"), "hour": (60, "m"), "hr": (60, "m"), "minute": (1, "m"), "min": (1, "m"), "week": (7, "d"),
    "month": (1, "months"), "fortnight": (14, "d"),
}  # fmt: skip
_OF_PART: Final = {"morning": 720, "afternoon": None, "evening": 1439, "night": 1439, "lunchtime": 780}
_WRONG: Final = -1


def english_phrases(text: str) -> Iterator[Phrase]:
    """Every phrase of time in folded text; phrases may overlap."""
    starts = _starts(text)
    for found in _at(starts, _ON, text):
        day = _day(found)
        minute = _time(found)
        if day is not None and minute != _WRONG:
            yield Phrase(_start(found), found.end(), At(day, minute), found["lead"] is not None)
    for found in _at(_beginning("wi", starts, text), _SPAN, text):
        span = _span(found)
        if span is not None:
            yield Phrase(found.start(), found.end(), span, True)
    for found in _at(_beginning("b", starts, text), _BARE, text):
        minute = _clock(found["clock"])
        if minute != _WRONG:
            yield Phrase(found.start(), found.end(), At(InDays(0), minute, bare=True), True)


def _starts(text: str) -> list[int]:
    """Where words begin with which a phrase of time may."""
    return [0, *(begin.end() for begin in _BEGINS.finditer(text))]


def _beginning(letters: str, starts: list[int], text: str) -> list[int]:
    return [start for start in starts if start < len(text) and text[start] in letters]


def _at(starts: list[int], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """What `pattern.finditer` finds, faster: it is only tried where a word begins with which it may."""
    end = 0
    for start in starts:
        if start >= end:
            found = pattern.match(text, start)
            if found is not None:
                end = found.end()
                yield found


def _start(found: re.Match[str]) -> int:
    """Without a leading "on"."""
    return found.start() + 3 if found[0].startswith("on ") else found.start()


def _span(found: re.Match[str]) -> Span | None:
    if found["half"]:
        return Span(30, "m")
    word, number = found["unit"], found["n"]
    if number is None and (found["lead"] != "within " or word.endswith("s")):
        return None
    count = 1 if number is None else int(number) if number.isdecimal() else _NUMBERS[number]
    half = found["and"] is not None or found["hh"] is not None
    bare = word.rstrip("s").rpartition(" ")[2]
    if word.startswith(("working", "business", "banking")):
        return Span(count, "wd") if bare == "day" else Span(count * 60 + 30 * half, "wm")
    amount, unit = _UNITS[bare]
    return Span(count * amount + (amount // 2 if half else 0), unit) if count else None


def _time(found: re.Match[str]) -> int | None:
    words = found["clock"] or found["first"]
    if words and not re.fullmatch(_CLOSE, words):
        part = found["daypart"] or ""
        return _clock(words, late=part in ("afternoon", "evening", "night"))
    if found["rel"] == "tonight":
        return _OF_PART["night"]
    part = found["only"] or found["daypart"] or found["part"]
    return _OF_PART[part] if part else None


def _clock(words: str, *, late: bool = False) -> int:
    """The minute of the day; a bare hour from 1 to 6 is the afternoon's."""
    if words in ("noon", "midday"):
        return 12 * 60
    if words == "midnight":
        return 24 * 60
    figures = re.findall("[0-9]+", words)
    hour, minute = int(figures[0]), int(figures[1]) if len(figures) > 1 else 0
    if "p" in words or (late and "a" not in words) or ("a" not in words and 1 <= hour <= 6):
        hour += 12 if hour < 12 else 0
    elif "a" in words and hour == 12:
        hour = 0
    return hour * 60 + minute if hour < 24 else _WRONG


def _day(found: re.Match[str]) -> Day | None:
    match next((name for name in _KINDS if found[name] is not None), None):
        case "rel":
            return InDays({"the day after tomorrow": 2, "tomorrow": 1}.get(found["rel"], 0))
        case "wd":
            week = (found["week"] or found["ofweek"] or "").removesuffix("week").strip(", ").removeprefix("of ")
            return Weekday({"this": 0, "next": 1}.get(week), _WEEKDAYS[found["wd"][:3]])
        case "month":
            return _date(found["month"], found["dom"], found["year"])
        case "month2":
            return _date(found["month2"], found["dom2"], found["year2"])
        case "nth":
            months = {"this": 0, "next": 1}.get(found["ofmonth"] or "")
            return MonthDay(months, int(found["nth"])) if 1 <= int(found["nth"]) <= 31 else None
        case "endof":
            return _end_of(found["endof"])
        case "part" | "close":
            return InDays(0)
        case "next":
            return NextWorkingDay()
        case "wend":
            return WeekEnd(1 if found["wend"].startswith("next") else 0)
    return AfterHoliday(("first", "second", "third").index(found["count"]) + 1)


_KINDS: Final = ("rel", "wd", "month", "month2", "nth", "endof", "part", "close", "next", "wend")


def _end_of(what: str) -> Day:
    if what.endswith("week"):
        return WeekEnd(1 if what.startswith("next") else 0)
    if what.endswith("month"):
        return MonthDay(1 if what.startswith("next") else 0, 31)
    if what[:3] in _MONTHS:
        return Date(_MONTHS[what[:3]], 31)
    return Date(12, 31) if what == "year" else InDays(1 if what == "tomorrow" else 0)


def _date(month: str, day: str, year: str | None) -> Date | None:
    number = int(day)
    return Date(_MONTHS[month[:3]], number, int(year) if year else None) if 1 <= number <= 31 else None
