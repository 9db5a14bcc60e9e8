"""Whose days these are: the books keep Moscow's, sellers and the warehouse keep China's."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# The central bank sets its rates by this clock, our banks and the acquirer close their day by it;
# so do the journal, settlement and whatever is compared with their papers.
MOSCOW = ZoneInfo("Europe/Moscow")
# One clock from Shenzhen to Harbin, for floor, stock, sellers' sales and the cut-off of payouts.
CHINA = ZoneInfo("Asia/Shanghai")


def of_books(at: datetime) -> date:
    """The day of the books in which an instant falls."""
    return at.astimezone(MOSCOW).date()


def of_china(at: datetime) -> date:
    """The day of sellers, of the floor and of Chinese banks in which an instant falls."""
    return at.astimezone(CHINA).date()


def begins(on: date) -> datetime:
    """When a day of the books begins, which is when the one before is over."""
    return datetime.combine(on, time(), MOSCOW)


def span(first: date, last: date) -> list[date]:
    """The days from one to another, both included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
