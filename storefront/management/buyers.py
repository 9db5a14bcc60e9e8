"""Made-up buyers: seeded, so that the same seed makes the same people do the same things."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.conf import settings
from stdnum.ru import inn

from catalog.models import Offer
from logistics.composition import Basket
from logistics.customs.vault import Person
from orders import carts, lifecycle, reviews
from orders.models import Cart, City, Order, OrderLine, Quote
from orders.states import CancelReason
from storefront.flows import cancellation, checkout
from storefront.lib import http
from storefront.lib.refusal import Refusal
from storefront.management import opinions as replies
from storefront.management.driver import Driver

GOOD, WITH_CODE, DECLINED = "good", "with_code", "declined"
OUTCOMES = {"pays": 80, "tries twice": 6, "leaves": 6, "cancels": 5, "pays by sbp": 30}
NAMES = ("Алексей", "Мария", "Дмитрий", "Ольга", "Сергей", "Елена", "Андрей", "Наталья")
SURNAMES = ("Коваленко", "Шевчук", "Бондарь", "Ткач", "Мельник", "Кравец", "Гончар", "Заяц")
TRIES = 6
AT_A_POINT = 0.2  # of buyers, where points of issue take their goods
PAIRS, FIRST, SECOND = 20, 2, 3  # of so many buyers one is the one before, with a second order


@dataclass(frozen=True)
class Plan:
    """What one buyer is going to do."""

    number: int
    after: timedelta
    outcome: str
    luck: int


@dataclass
class Counts:
    """What the buyers met with."""

    placed: int = 0
    refused: int = 0


def plans(*, orders: int, days: int, seed: int) -> list[Plan]:
    """When so many buyers come over so many days, and what each will do; by time."""
    chance = random.Random(seed)  # noqa: S311  seeded on purpose
    minutes = sorted(chance.randrange(days * 24 * 60) for _ in range(orders))
    outcomes = chance.choices(list(OUTCOMES), list(OUTCOMES.values()), k=orders)
    return [
        Plan(number, timedelta(minutes=minute), outcome, chance.randrange(2**32))
        for number, (minute, outcome) in enumerate(zip(minutes, outcomes, strict=True))
    ]


@dataclass(frozen=True)
class Known:
    """A buyer who comes again: where to, who, and what he bought."""

    city: City
    contact: lifecycle.Contact
    offer_id: int


class Afterwards(Protocol):
    """What may come after an order was placed, such as a quarrel about it."""

    def expect(self, order: Order, luck: int, *, now: datetime) -> None: ...


class Crowd:
    """Lets planned buyers shop through the real flows, and pay in the sandbox."""

    def __init__(self, driver: Driver, *, prefix: str, opinions: Sequence[dict[str, str]]) -> None:
        self.driver = driver
        self.prefix = prefix
        self.counts = Counts()
        self.user_id: int | None = None
        self.afterwards: list[Afterwards] = []
        self._opinions = {row["product"]: row for row in opinions}
        self._cities = list(City.objects.order_by("pk"))
        live = Offer.objects.live().filter(variant__product__is_listed=True)
        self._offers = list(live.order_by("pk").values_list("pk", "variant__product__kind"))
        self._small = [pk for pk, kind in self._offers if kind not in {"phone", "tablet"}]
        self._pairs: dict[int, Known] = {}
        self._weights = [4 if kind in {"phone", "tablet"} else 1 for _, kind in self._offers]

    def expect(self, plan: Plan, *, begun: datetime) -> None:
        """Let a buyer come when he is due."""
        self.driver.at(begun + plan.after, lambda now: self._shop(plan, now))

    def _shop(self, plan: Plan, now: datetime) -> None:
        chance = random.Random(plan.luck)  # noqa: S311  seeded on purpose
        for _try in range(TRIES):
            try:
                order = self._order(plan, chance, now)
            except Refusal:
                self.counts.refused += 1
                continue
            self.counts.placed += 1
            self._go_on(order, plan, chance, now)
            return

    def _order(self, plan: Plan, chance: random.Random, now: datetime) -> Order:
        city = chance.choices(self._cities, [one.population for one in self._cities])[0]
        known = self._pairs.get(plan.number - 1)
        if known is not None:
            city = known.city
        cart = carts.open(user_id=None, now=now)
        for offer_id, quantity in self._wanted(plan, chance):
            carts.put(cart, offer_id, quantity=quantity, now=now)
        quote, basket = checkout.quote(cart, city=city, chosen={}, now=now, wall=now)
        if chance.random() < 0.5 and plan.number % PAIRS not in (FIRST, SECOND):
            cheap = {g.origin: min(g.ways, key=lambda w: w.freight).lane for g in basket.groups}
            quote, basket = checkout.quote(cart, city=city, chosen=cheap, now=now, wall=now)
        if known is None and random.Random(f"{plan.luck}:point").random() < AT_A_POINT:  # noqa: S311
            quote = self._to_point(quote, basket, cart, city, now)
        agreement = checkout.Agreement(
            quote_id=str(quote.pk),
            digest=quote.digest,
            method="sbp" if plan.outcome == "pays by sbp" else "bank_card",
            contact=known.contact if known else self._contact(plan, chance, city),
            form_key=f"{self.prefix}-{plan.number}-{plan.luck}",
            person=person(plan.number),
            point=quote.body["point"],
        )
        order = checkout.agree(agreement, actor="guest", now=now, wall=now)
        if plan.number % PAIRS == FIRST:
            offer_id = order.lines.values_list("offer", flat=True)[0]
            self._pairs[plan.number] = Known(city, agreement.contact, offer_id)
        return order

    def _to_point(
        self, quote: Quote, basket: Basket, cart: Cart, city: City, now: datetime
    ) -> Quote:
        """The same to the first point of issue, where there is one and it takes the goods."""
        points = checkout.offered_points(basket, city=city, words="", now=now)
        chosen = {group.origin: group.way.lane for group in basket.groups}
        if not points:
            return quote
        code = points[0].code
        return checkout.quote(cart, city=city, chosen=chosen, now=now, wall=now, point=code)[0]

    def _wanted(self, plan: Plan, chance: random.Random) -> list[tuple[int, int]]:
        """Goods and quantities; some buy a small thing, and the next one is them again."""
        known = self._pairs.get(plan.number - 1)
        if known is not None:
            return [(known.offer_id, 1)]
        if plan.number % PAIRS == FIRST and self._small:
            return [(chance.choice(self._small), 1)]
        return [
            (
                chance.choices(self._offers, self._weights)[0][0],
                chance.choices((1, 2), (92, 8))[0],
            )
            for _line in range(chance.choices((1, 2, 3), (80, 15, 5))[0])
        ]

    def _contact(self, plan: Plan, chance: random.Random, city: City) -> lifecycle.Contact:
        known = self.user_id if plan.number % 9 == 4 else None
        return lifecycle.Contact(
            recipient=f"{chance.choice(NAMES)} {chance.choice(SURNAMES)}",
            phone=f"+7900{plan.number:07d}",
            email=f"buyer{plan.number}@example.com",
            postcode=city.postcodes[0].ljust(6, "0"),
            street=f"ул. Примерная, {chance.randrange(1, 90)}",
            language=chance.choices(("ru", "zh-hans", "en"), (94, 3, 3))[0],
            user_id=known,
        )

    def _go_on(self, order: Order, plan: Plan, chance: random.Random, now: datetime) -> None:
        if plan.outcome == "leaves":
            return
        card = DECLINED if plan.outcome == "tries twice" else GOOD
        if plan.outcome == "pays" and chance.random() < 0.5:
            card = WITH_CODE
        soon = now + timedelta(minutes=chance.randrange(5, 20))
        self.driver.at(soon, lambda _now: self._pay(order, plan, card))
        for each in self.afterwards:
            each.expect(order, plan.luck, now=now)
        if card == DECLINED:
            again = soon + timedelta(minutes=10)
            self.driver.at(again, lambda _now: self._pay(order, plan, GOOD))
        if plan.outcome == "cancels":
            self.driver.at(soon + timedelta(minutes=25), lambda at: self._cancel(order, at))
        promised = order.deliveries.order_by("-promised_until_on").first()
        if promised is not None and chance.random() < 0.6:
            days = (promised.promised_until_on - now.date()).days + chance.randrange(1, 6)
            line_id = order.lines.order_by("position").values_list("pk", flat=True)[0]
            self.driver.at(now + timedelta(days=days), lambda at: self._review(line_id, at))

    def _pay(self, order: Order, plan: Plan, card: str) -> None:
        charge = order.charges.order_by("-pk").first()
        if charge is None or not charge.provider_id:
            return
        means = {"method": "sbp", "outcome": "paid"}
        if plan.outcome != "pays by sbp":
            means = {"card": CARDS[card]}
        url = f"{settings.SANDBOX_PUBLIC_URL}/_/pay/{charge.provider_id}"
        try:
            http.call("POST", url, json=means)
        except http.Refused:
            return  # the page was closed already: the buyer came too late

    def _cancel(self, order: Order, now: datetime) -> None:
        try:
            cancellation.cancel(order, reason=CancelReason.BUYER, actor="guest", now=now)
        except Refusal:
            return  # packed already: the buyer is told so and keeps his order

    def _review(self, line_id: int, now: datetime) -> None:
        line = OrderLine.objects.select_related("delivery", "offer__variant__product").get(
            pk=line_id
        )
        slug = line.offer.variant.product.slug
        row = self._opinions.get(slug)
        if row is None or line.delivery.delivered_at is None:
            return
        opinion = reviews.Opinion(int(row["rating"]), row["title"], row["text"])
        written = reviews.write(line, opinion, now=now)
        replied_at = now + replies.ANSWERED_AFTER
        self.driver.at(replied_at, lambda at: replies.answer(written, now=at))
        del self._opinions[slug]


def person(number: int) -> Person:
    """Papers of a made-up buyer, kept only where his way needs them; demo, no real person."""
    digits = f"99{number % 10**8:08d}"
    return Person(
        surname=SURNAMES[number % len(SURNAMES)],
        name=NAMES[number % len(NAMES)],
        patronymic="",
        birth_on=date(1980 + number % 20, 1 + number % 12, 1 + number % 28),
        series="0000",
        number=f"{number % 10**6:06d}",
        issued_on=date(2020, 1, 15),
        issuer="демо",
        unit_code="000-000",
        inn=digits + inn.calc_personal_check_digits(digits),
    )


CARDS = {
    GOOD: "2200000000000012",
    WITH_CODE: "2200000000000053",
    DECLINED: "2202000000000010",
}
