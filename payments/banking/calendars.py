"""Days on which the banks of a pair work, and when money sent now will have arrived."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from orders.days import CHINA
from payments.models import BankDay

DAY = timedelta(days=1)
COUNTRIES = ("CN", "RU")


@dataclass(frozen=True)
class Calendar:
    """Named days of both countries: true works, false rests; the others follow the week."""

    days: Mapping[tuple[str, date], bool]
    known: dict[tuple[datetime, time, int], date] = field(default_factory=dict, compare=False)

    def works(self, day: date) -> bool:
        """Whether the banks on both sides work."""
        return all(self.works_in(country, day) for country in COUNTRIES)

    def works_in(self, country: str, day: date) -> bool:
        """Whether the banks of one country work."""
        return self.days.get((country, day), day.isoweekday() <= 5)

    def arrives_on(self, at: datetime, *, cut_off: time, days: int) -> date:
        """The day on which money handed in now is with its receiver.

        Time: `cut_off` is exclusive, on the clock of Harbin; what comes later, or on a day of
        rest, counts from the next bank day. Each further day is one on which both banks work.
        """
        asked = (at, cut_off, days)
        if asked not in self.known:  # many sums are judged at one instant
            self.known[asked] = self._arrives_on(at, cut_off, days)
        return self.known[asked]

    def _arrives_on(self, at: datetime, cut_off: time, days: int) -> date:
        here = at.astimezone(CHINA)
        day = here.date() if here.time() < cut_off else here.date() + DAY
        day = self._from(day)
        for _ in range(days):
            day = self._from(day + DAY)
        return day

    def _from(self, day: date) -> date:
        while not self.works(day):
            day += DAY
        return day


def around(day: date) -> Calendar:
    """The calendar of the weeks after a day."""
    rows = BankDay.objects.filter(day__gte=day - DAY, day__lt=day + timedelta(days=120))
    return Calendar(
        {
            (country, on): works
            for country, on, works in rows.values_list("country", "day", "is_working")
        }
    )
