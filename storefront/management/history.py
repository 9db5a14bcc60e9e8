"""Six weeks of past orders for the demo, made by the same flows as real ones."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.db.models import Max, QuerySet

from logistics import points, studies
from orders.models import Order, OrderEvent
from payments import jobs
from storefront.cache import FILLING
from storefront.lib import clock
from storefront.management import buyers, world
from storefront.management.driver import Driver

LENGTH = timedelta(days=42)
ORDERS = 84
SEED = 42
PREFIX = "history"
SETTLING = timedelta(hours=3)
TELLING = 120  # seconds of the wall a word of how far it is holds: a day takes some ten


def go_on(*, until: datetime, most: int | None, say: Callable[[str], object]) -> str:
    """Let the next past buyers shop: all that are left, or until so many have come.

    Runs on a simulated clock from where the last past order stands; says how far it is.
    """
    ours = Order.objects.filter(form_key__startswith=f"{PREFIX}-")
    plans = buyers.plans(orders=ORDERS, days=LENGTH.days, seed=SEED)
    numbers = {int(key.split("-")[1]) for key in ours.values_list("form_key", flat=True)}
    come = max(numbers, default=-1) + 1
    left = plans[come : None if most is None else max(come, most)]
    if not left:
        return f"{ours.count()} placed, nothing to do"
    begun = _begun(ours, plans, until)
    last = OrderEvent.objects.filter(order__in=ours).aggregate(at=Max("happened_at"))["at"]
    with clock.simulated(last or begun):
        jobs.ensure(now=clock.now())
        studies.ensure(now=clock.now())
        points.ensure(now=clock.now())
        crowd = _crowd()
        for plan in left:
            crowd.expect(plan, begun=begun)
        if most is None:
            _run_all(crowd, until, say)
        else:
            crowd.driver.run(begun + left[-1].after + SETTLING)
    return f"{ours.count()} placed"


def _begun(ours: QuerySet[Order], plans: list[buyers.Plan], until: datetime) -> datetime:
    first = ours.order_by("placed_at").first()
    if first is None:
        return until - LENGTH
    number = int(first.form_key.split("-")[1])
    return first.placed_at - plans[number].after


def _crowd() -> buyers.Crowd:
    crowd = buyers.Crowd(Driver(), prefix=PREFIX, opinions=world.table("reviews"))
    buyer = get_user_model().objects.filter(email=world.login("buyer")["email"]).first()
    crowd.user_id = buyer.pk if buyer else None
    return crowd


def _run_all(crowd: buyers.Crowd, until: datetime, say: Callable[[str], object]) -> None:
    day = timedelta(days=1)
    while clock.now() < until:
        cache.set(FILLING, clock.now(), TELLING)
        crowd.driver.run(min(clock.now() + day, until))
        say(f"{clock.now():%d.%m}: {crowd.counts.placed} more past orders")
    cache.delete(FILLING)
