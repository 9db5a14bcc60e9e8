"""Ways through the network that the scan finds and no lane sells: proposed, and sold if wanted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from moneyed import Money

from orders.models import City
from storefront.lib import kept, locks
from storefront.lib.refusal import Refusal

from . import atlas, wayfinding, windows
from .models import Lane, LaneLeg, Place, Service, ServicePrice
from .network import CUSTOMS
from .routing import Parcel

TYPICAL = Parcel(weight_g=550, volume_cm3=1000)  # a phone in its box
LANGUAGES = ("ru", "zh", "en")


class NotProposed(Refusal):
    """A way that the network does not have, or that is sold already."""

    code = "not_proposed"


@dataclass(frozen=True)
class Proposal:
    """A way that could be a lane.

    Money: `base` and `per_100g` are rubles, what its services ask for a small parcel.
    """

    origin: str
    services: tuple[Service, ...]
    main: Service
    export: Place
    entry: Place
    terminal: Place
    cities: tuple[str, ...]
    base: Money
    per_100g: Money
    divisor: int | None

    @property
    def key(self) -> str:
        """What names the way: its origin and its services."""
        return " ".join((self.origin, *(service.code for service in self.services)))

    def title(self, language: str) -> str:
        """The places it goes through, in a language."""
        places = [self.services[0].origin, *(service.target for service in self.services)]
        names = [str(getattr(place, f"title_{language}")) for place in places]
        found = [name for n, name in enumerate(names) if n == 0 or name != names[n - 1]]
        return " — ".join(found)[:200]


def proposals(*, now: datetime) -> list[Proposal]:
    """The ways worth taking to some city now that no lane sells, the same each once.

    Three queries beside those of the network. A way that another beats in arrival and price to
    every city is not among them.
    """
    goods = wayfinding.Goods(TYPICAL)
    found: dict[tuple[str, tuple[int, ...]], set[str]] = {}
    for origin in atlas.STARTS:
        for city in City.objects.order_by("pk"):
            for way in wayfinding.ways(origin, city, goods, now=now):
                if not way.lane:
                    key = origin, tuple(leg.service_id for leg in way.legs)
                    found.setdefault(key, set()).add(city.slug)
    rows = Service.objects.select_related("origin", "target", "office").in_bulk(
        {pk for _origin, keys in found for pk in keys}
    )
    prices = _prices(rows)
    made = [
        proposal
        for (origin, keys), cities in found.items()
        if (proposal := _proposal(origin, [rows[pk] for pk in keys], sorted(cities), prices))
    ]
    return sorted(made, key=lambda one: (-len(one.cities), one.key))


def _prices(services: dict[int, Service]) -> dict[int, ServicePrice]:
    """Of each service the step of a small parcel."""
    rows = ServicePrice.objects.filter(service__in=services).order_by("-up_to_g")
    return {
        row.service_id: row
        for row in rows
        if row.up_to_g is None or row.up_to_g >= TYPICAL.weight_g
    }


def _proposal(
    origin: str,
    services: Sequence[Service],
    cities: Sequence[str],
    prices: dict[int, ServicePrice],
) -> Proposal | None:
    """None, where it is no way over both customs with a departure after the first."""
    offices = [n for n, service in enumerate(services) if service.carrier == CUSTOMS]
    if len(offices) < 2:
        return None
    first, last = offices[0], offices[-1]
    main = next((one for one in services[first + 1 : last] if not one.is_step), None)
    if main is None:
        return None
    steps = [prices[one.pk] for one in services if one.pk in prices]
    divisors = [one.volumetric_divisor for one in services if one.volumetric_divisor]
    return Proposal(
        origin=origin,
        services=tuple(services),
        main=main,
        export=services[first].office or services[first].origin,
        entry=services[last].origin,
        terminal=services[-1].target,
        cities=tuple(cities),
        base=sum((step.base for step in steps), Money(0, "RUB")),
        per_100g=sum((step.per_100g for step in steps), Money(0, "RUB")),
        divisor=min(divisors, default=None),
    )


@transaction.atomic
def sell(key: str, *, actor: str, now: datetime) -> Lane:
    """Make a lane of a proposed way, sold from today on; its words and prices may be edited.

    Locks: the services of the way, so that it is sold once.
    Raises: NotProposed.
    """
    locks.rows(Service.objects.filter(code__in=key.split()[1:]))
    kept.forget()  # another process may have sold it a moment ago
    found = next((one for one in proposals(now=now) if one.key == key), None)
    if found is None:
        raise NotProposed(_("The network has no such way now, or it is sold already."))
    lane = Lane.objects.create(
        code=_free_code(found),
        mode=found.main.mode,
        origin=found.origin,
        terminal=found.terminal,
        export_customs=found.export,
        import_customs=found.entry,
        base=found.base,
        per_100g=found.per_100g,
        volumetric_divisor=found.divisor,
        valid_from=now.date(),
        source=f"found by the scan of the network on {now:%Y-%m-%d}, accepted by {actor}"[:200],
        **{f"title_{language}": found.title(language) for language in LANGUAGES},
    )
    LaneLeg.objects.bulk_create(
        LaneLeg(lane=lane, position=position, service=service, is_main=service == found.main)
        for position, service in enumerate(found.services)
    )
    windows.forget(now=now)
    transaction.on_commit(kept.forget)
    return lane


def _free_code(found: Proposal) -> str:
    """As the other lanes are named: whence, how, over which border, whither."""
    whence = "" if found.origin == "harbin" else "szx-"
    stem = slugify(f"{whence}{found.main.mode}-{found.entry.code}-{found.terminal.code}")[:44]
    return next(code for code in _codes(stem) if not Lane.objects.filter(code=code).exists())


def _codes(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))
