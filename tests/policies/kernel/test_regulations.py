"""Regulation profiles: periods, extensions, and what may be shown as law."""

import pytest

from policies.kernel.regulations import Period, Profile, StopClock, profiles
from policies.kernel.spec import Spec

STAGES = {
    "cn-cbirc-2020": ("15d", "30d", "60d"),
    "cn-cbrc-2012-13": ("15wd", "60wd"),
    "tw-fcpa": ("30d",),
    "hk-hkma-ic4": ("30d", "60d"),
    "uk-fca-disp": ("56d",),
    "us-cfpb-portal": ("15d", "60d"),
    "sg-faa-chr-2021": ("20wd",),
}


@pytest.mark.parametrize(("name", "stages"), STAGES.items(), ids=STAGES)
def test_stages(name: str, stages: tuple[str, ...]) -> None:
    assert tuple(map(str, profiles()[name].stages)) == stages


def test_only_profiles_with_a_deadline_for_complaints_are_offered() -> None:
    assert "cn-pipl-2021" not in profiles()
    assert profiles()["sg-faa-chr-2021"].counts_business_days
    assert not profiles()["tw-fcpa"].counts_business_days


def test_whoever_counts_working_days_says_whose() -> None:
    counting = {profile.id: profile.calendar for profile in profiles().values() if profile.counts_business_days}

    assert counting == {"cn-cbrc-2012-13": "cn", "sg-faa-chr-2021": "sg", "eu-psd2-101": "eu"}


def test_working_days_of_an_acknowledgement_are_working_days() -> None:
    assert Profile(id="x", ack=Period(days=2, day="business"), simple=Period(days=15)).counts_business_days


CITED = {
    "confirmed": (Period(days=30, article="第十三条", status="confirmed"), "第十三条", True),
    "a footnote mark means: not seen": (Period(days=30, article="第二十条*", status="confirmed"), "", True),
    "only the number is confirmed": (Period(days=15, article="第二十条", status="confirmed_days_only"), "", True),
    "unconfirmed": (Period(days=15, article="第二十条", status="unconfirmed"), "", False),
}


@pytest.mark.parametrize(("period", "citation", "confirmed"), CITED.values(), ids=CITED)
def test_nothing_unconfirmed_is_cited(period: Period, citation: str, confirmed: bool) -> None:
    assert (period.citation, period.confirmed) == (citation, confirmed)


def test_an_extension_counted_in_other_days_does_not_add_up() -> None:
    profile = Profile(id="x", simple=Period(days=15), extension=Period(days=30, day="working"))

    assert profile.stages == (Spec(15, "d"),)


def test_a_period_without_a_number_is_none() -> None:
    assert Profile(id="x", simple=Period()).stages == ()
    assert Profile(id="x", extension=Period(days=1)).stages == ()


def test_a_profile_is_called_by_its_title_or_its_id() -> None:
    assert Profile(id="x", zh="办法", stop_clock=StopClock()).title == "办法"
    assert Profile(id="x").title == "x"
