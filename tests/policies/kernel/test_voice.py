"""Sentences in three languages: times, periods, people, lists."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from policies.kernel.decisions import Value, say
from policies.kernel.spec import Spec
from policies.kernel.texts import LANGUAGES, Language, Texts
from policies.kernel.voice import Voice, language, moment, period

SHANGHAI = ZoneInfo("Asia/Shanghai")
WORDS = {"hello": "{x}", "inner": "内 inner"}
TEXTS = Texts(by_language={tongue: dict(WORDS) for tongue in LANGUAGES})
NAMES = {
    "zh-cn": "zh-CN",
    "zh_TW": "zh-TW",
    "zh-hk": "zh-TW",
    "zh-Hant-MO": "zh-TW",
    "en-GB": "en",
    "fr": "zh-CN",
    None: "zh-CN",
}


@pytest.mark.parametrize(("name", "known"), NAMES.items(), ids=str)
def test_language(name: str | None, known: str) -> None:
    assert language(name) == known


MOMENTS: dict[str, tuple[datetime, Language, str]] = {
    "simplified": (datetime(2026, 11, 25, 9, 30, tzinfo=UTC), "zh-CN", "11月25日 周三 17:30"),
    "traditional": (datetime(2026, 11, 25, 9, 30, tzinfo=UTC), "zh-TW", "11月25日 週三 17:30"),
    "English": (datetime(2026, 11, 25, 9, 30, tzinfo=UTC), "en", "Wed 25 Nov 17:30"),
    "midnight ends the day before it": (datetime(2026, 5, 21, 16, 0, tzinfo=UTC), "zh-CN", "5月21日 周四 24:00"),
    "midnight in English": (datetime(2026, 5, 31, 16, 0, tzinfo=UTC), "en", "Sun 31 May 24:00"),
    "one minute after midnight": (datetime(2026, 5, 21, 16, 1, tzinfo=UTC), "zh-CN", "5月22日 周五 00:01"),
}


@pytest.mark.parametrize(("at", "tongue", "text"), MOMENTS.values(), ids=MOMENTS)
def test_moment(at: datetime, tongue: Language, text: str) -> None:
    assert moment(at, tongue, SHANGHAI) == text


PERIODS: dict[str, tuple[Language, str]] = {
    "3wd": ("zh-CN", "3个工作日"),
    "2wh": ("zh-TW", "2個工作小時"),
    "30wm": ("zh-CN", "30个工作分钟"),
    "7d": ("en", "7 days"),
    "1wd": ("en", "1 working day"),
    "24h": ("zh-CN", "24小时"),
    "5m": ("zh-TW", "5分鐘"),
}


@pytest.mark.parametrize(("spec", "expected"), PERIODS.items(), ids=PERIODS)
def test_period(spec: str, expected: tuple[Language, str]) -> None:
    tongue, text = expected
    assert period(Spec.parse(spec), tongue) == text


def voice(tongue: Language) -> Voice:
    return Voice(texts={"core": TEXTS, "other": TEXTS}, tongue=tongue, zone=SHANGHAI, person=lambda user: f"P{user}")


SAID: dict[str, tuple[Value, str, str]] = {
    "nothing": (None, "–", "–"),
    "a number": (3, "3", "3"),
    "a list": (("a", "b"), "a、b", "a, b"),
    "a person": ("person:7", "P7", "P7"),
    "a period": ("period:2wh", "2个工作小时", "2 working hours"),
    "a text of the module": ("@inner", "内 inner", "内 inner"),
    "a text of another module": ("@other:inner", "内 inner", "内 inner"),
    "an instant": (datetime(2026, 11, 25, 9, 30, tzinfo=UTC), "11月25日 周三 17:30", "Wed 25 Nov 17:30"),
}


@pytest.mark.parametrize(("value", "chinese", "english"), SAID.values(), ids=SAID)
def test_words(value: Value, chinese: str, english: str) -> None:
    assert voice("zh-CN").say(say("hello", x=value), "core") == chinese
    assert voice("en").text("core", "hello", x=value) == english


def test_a_sentence_may_come_from_another_module() -> None:
    assert voice("en").say(say("hello", "other", x="y"), "core") == "y"
    with pytest.raises(KeyError):
        voice("en").say(say("no.such", x="y"), "core")
