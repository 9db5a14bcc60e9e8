"""Promise windows and instants are written as people write them."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from storefront.templatetags import dates

SAME_MONTH = (date(2026, 11, 28), date(2026, 11, 30))
TWO_MONTHS = (date(2026, 11, 29), date(2026, 12, 2))
ONE_DAY = (date(2026, 5, 9), date(2026, 5, 9))


@pytest.mark.parametrize(
    ("language", "days", "text"),
    [
        ("ru", SAME_MONTH, "28–30\u00a0ноября"),
        ("ru", TWO_MONTHS, "29\u00a0ноября\u00a0– 2\u00a0декабря"),
        ("ru", ONE_DAY, "9\u00a0мая"),
        ("zh-hans", SAME_MONTH, "11月28–30日"),
        ("zh-hans", TWO_MONTHS, "11月29日–12月2日"),
        ("zh-hans", ONE_DAY, "5月9日"),
        ("en", SAME_MONTH, "28–30\u00a0November"),
        ("en", TWO_MONTHS, "29\u00a0November\u00a0– 2\u00a0December"),
    ],
)
def test_window_of_two_days(language, days, text):
    with translation.override(language):
        assert dates.window(*days) == text


def test_same_month_of_two_years_is_written_in_full():
    with translation.override("ru"):
        assert dates.window(date(2026, 1, 5), date(2027, 1, 7)) == (
            "5\u00a0января\u00a0– 7\u00a0января"
        )


def test_instant_is_told_by_the_clocks_of_the_place():
    instant = datetime(2026, 11, 23, 21, 10, tzinfo=UTC)

    with translation.override("ru"):
        assert dates.local(instant, "Asia/Yekaterinburg") == "24\u00a0ноября, 02:10"
    with translation.override("zh-hans"):
        assert dates.in_china(instant) == "11月24日 05:10"
    assert dates.hour(instant) == "05:10"


def test_day_with_its_year():
    with translation.override("ru"):
        assert dates.day_of_year(date(2026, 11, 28)) == "28\u00a0ноября\u00a02026"
    with translation.override("zh-hans"):
        assert dates.day_of_year(date(2026, 11, 28)) == "2026年11月28日"


def test_nothing_is_written_for_no_date():
    assert dates.window(None, date(2026, 1, 1)) == ""
    assert dates.day(None) == ""
    assert dates.day_of_year(None) == ""
    assert dates.local(None, "Asia/Yekaterinburg") == ""
    assert dates.in_china(None) == ""
    assert dates.hour(None) == ""
    assert dates.machine(None) == ""
