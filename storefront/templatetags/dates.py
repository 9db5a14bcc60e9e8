"""Dates as people read them: promise windows, days and instants in a place's own time."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django import template
from django.utils import dateformat, translation
from django.utils.translation import gettext as _

from orders.days import CHINA

register = template.Library()

NO_BREAK = "\u00a0"
DASH = "\u2013"
DAYS_FROM = 48  # hours


def _is_chinese() -> bool:
    return (translation.get_language() or "ru").startswith("zh")


def _day(on: date) -> str:
    if _is_chinese():
        return dateformat.format(on, "n月j日")
    return dateformat.format(on, "j E").replace(" ", NO_BREAK)


@register.simple_tag(name="promise")
def window(from_on: date | None, until_on: date | None) -> str:
    """Write a window of two days: `28–30 ноября`, `29 ноября – 2 декабря`, `11月28–30日`.

    Time: both days belong to the window; one day alone is written once.
    """
    if from_on is None or until_on is None:
        return ""
    if from_on == until_on:
        return _day(from_on)
    if (from_on.year, from_on.month) != (until_on.year, until_on.month):
        gap = "" if _is_chinese() else NO_BREAK
        return f"{_day(from_on)}{gap}{DASH}{gap.replace(NO_BREAK, ' ')}{_day(until_on)}"
    if _is_chinese():
        return f"{from_on.month}月{from_on.day}{DASH}{until_on.day}日"
    return f"{from_on.day}{DASH}{_day(until_on)}"


@register.filter
def day(on: date | None) -> str:
    """Write a day without its year: `28 ноября`, `11月28日`, `28 November`."""
    return "" if on is None else _day(on)


@register.filter
def day_of_year(on: date | None) -> str:
    """Write a day with its year: `28 ноября 2026`, `2026年11月28日`, `28 November 2026`."""
    if on is None:
        return ""
    if _is_chinese():
        return dateformat.format(on, "Y年n月j日")
    return f"{_day(on)}{NO_BREAK}{on.year}"


@register.filter
def local(instant: datetime | None, zone: str) -> str:
    """Write an instant by the clocks of a place: `24 ноября, 02:10`, `11月24日 02:10`.

    Time: the instant is aware; zone is an IANA name such as Asia/Yekaterinburg.
    """
    if instant is None:
        return ""
    there = instant.astimezone(ZoneInfo(zone))
    gap = " " if _is_chinese() else ", "
    return f"{_day(there)}{gap}{there:%H:%M}"


@register.filter
def in_china(instant: datetime | None) -> str:
    """Write an instant by the clock of sellers and of the floor, as `local` writes it."""
    return local(instant, CHINA.key)


@register.filter
def hour(instant: datetime | None) -> str:
    """Write the hour of an instant by the clock of the floor: `02:10`."""
    return "" if instant is None else f"{instant.astimezone(CHINA):%H:%M}"


@register.filter
def until(instant: datetime | None, now: datetime) -> str:
    """Write how long it is between two instants, in either order: `4:05` hours, `3 d`."""
    if instant is None:
        return ""
    minutes = int(abs((instant - now).total_seconds()) // 60)
    if minutes >= DAYS_FROM * 60:
        return _("%(days)s d") % {"days": minutes // 1440}
    return f"{minutes // 60}:{minutes % 60:02d}"


@register.filter
def machine(instant: date | datetime | None) -> str:
    """Write a day or instant for the datetime attribute of <time>."""
    return "" if instant is None else instant.isoformat()
