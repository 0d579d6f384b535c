"""The calendars of an installation: those shipped and those of the configuration."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from policies.kernel.calendar import Spec
from policies.kernel.problems import ConfigErrors
from zhidu.calendars import load_calendars


def write(folder: Path, **files: str) -> Path:
    (folder / "calendars").mkdir()
    for name, text in files.items():
        (folder / "calendars" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_ones_alone(tmp_path: Path) -> None:
    assert {"default", "cn", "uk"} <= set(load_calendars())
    assert load_calendars(tmp_path).keys() == load_calendars().keys()


def test_a_file_of_a_shipped_name_corrects_it_and_all_that_extend_it(tmp_path: Path) -> None:
    """1.3.1 corrections by configuration."""
    calendars = load_calendars(
        write(
            tmp_path,
            cn="corrections: [{date: 2026-05-06, name: typhoon, closed: true}]",
            night='extends: default\nhours: {mon-fri: ["18:00-24:00"]}',
        )
    )
    for name in ("cn", "default", "night"):
        assert calendars[name].day(date(2026, 5, 6)).name == "typhoon"
        assert calendars[name].day(date(2026, 5, 1)).name == "Labour Day"
    assert calendars["night"].add(datetime(2026, 5, 7, tzinfo=UTC), Spec.parse("1wh")).at.hour == 11


def test_the_default_may_be_another(tmp_path: Path) -> None:
    assert load_calendars(write(tmp_path, default="extends: uk"))["default"].zone.key == "Europe/London"


def test_a_file_may_name_the_shipped_one_it_corrects(tmp_path: Path) -> None:
    assert load_calendars(write(tmp_path, cn="extends: cn\ntitle: ours"))["default"].title == "ours"


def test_a_calendar_of_its_own(tmp_path: Path) -> None:
    calendars = load_calendars(write(tmp_path, hk='zone: Asia/Hong_Kong\nhours: {mon-fri: ["09:00-17:00"]}'))
    assert calendars["hk"].zone.key == "Asia/Hong_Kong"


WRONG = {
    "no such calendar": (
        {"a": "\nextends: defalt"},
        r"a\.yaml:2: extends: there is no calendar 'defalt'; did you mean `default`\?",
    ),
    "a circle": ({"a": "extends: b", "b": "extends: a"}, "calendars extend one another: a → b → a"),
    "neither zone nor hours": ({"a": "title: x"}, r"a\.yaml:1: a calendar needs a zone and hours"),
    "wrong settings": ({"a": "zone: Nowhere", "b": "\nhours: {}"}, r"(?s)a\.yaml:1: zone.*b\.yaml:2: hours"),
}


@pytest.mark.parametrize(("files", "message"), WRONG.values(), ids=WRONG)
def test_wrong(tmp_path: Path, files: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigErrors, match=message):
        load_calendars(write(tmp_path, **files))
