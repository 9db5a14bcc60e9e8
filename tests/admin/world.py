"""A small trade for the desks to look at: so many rows of everything."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from moneyed import Money

from catalog import access, asking, promotions
from catalog.models import (
    ApprovalRule,
    Category,
    CommissionRule,
    FormerPriceRule,
    HsCode,
    ImportJob,
    Margin,
    Offer,
    OfferEvent,
    Question,
    RefusalReason,
    Restriction,
    SellerApplication,
)
from logistics import warehouse
from logistics.models import (
    Circuit,
    ConsentText,
    Courier,
    CustomsAnswer,
    CustomsMode,
    DutyRule,
    IdentityRule,
    ImportLimit,
    IncidentRule,
    Lane,
    LaneLevel,
    LastMile,
    NumberRange,
    Patience,
    Place,
    PointList,
    ReturnRelief,
    Service,
    Stage,
    Study,
)
from orders import holds
from orders.models import Order, Review, Term
from payments import parts, refunds
from payments.models import (
    Account,
    Charge,
    ChargebackReason,
    Conversion,
    Job,
    Notice,
    Payout,
    Rate,
    Receipt,
    VatRule,
)
from storefront.accounts import groups
from storefront.accounts.models import User
from storefront.lib import clock
from storefront.notifications.models import Letter
from tests.admin import money_world, warehouse_world, way_world
from tests.factories import catalog, logistics, orders, payments

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PASSWORD = "a-door-for-tests"
ROLES = ("operator", "finance", "customs", "floor", "authority")


def people() -> dict[str, User]:
    """A superuser, one person of each group, and Gleb who must see nothing."""
    groups.load()
    made = {
        role: User.objects.create_user(
            f"{role}@example.com", PASSWORD, is_staff=role != "floor", name=f"{role} Тестова"
        )
        for role in ROLES
    }
    for role, user in made.items():
        user.groups.add(Group.objects.get(name=role))
    made["superuser"] = User.objects.create_superuser("root@example.com", PASSWORD)
    made["gleb"] = User.objects.create_user("gleb@example.com", PASSWORD, name="Gleb")
    return made


def fill(count: int) -> dict[str, User]:
    """So many rows in every list of the desks; the business runs on the real clock."""
    now = clock.now()
    cast = people()
    for number in range(count):
        order = _order(number, cast, now)
        way_world.movement(order, number, now)
        _around(order, number, cast, now)
    for number in range(count):
        _reference(number)
        money_world.screening(number, now)
        money_world.agreement(number, now)
    warehouse_world.fill(count)
    return cast


def _order(number: int, cast: dict[str, User], now: datetime) -> Order:
    offer = catalog.offer(variant=catalog.variant(), seller=catalog.seller())
    catalog.offer(state=Offer.State.REVIEW, updated_at=now)
    OfferEvent.objects.create(offer=offer, kind="APPROVED", actor="user:1", happened_at=now)
    logistics.stock(offer, 10)
    order = orders.order(offer, now=now - timedelta(hours=number))
    warehouse.reserve(order, actor="task:test", now=now)
    charge = payments.paid(order, now=now - timedelta(hours=number))
    refunds.open(
        charge,
        parts=[parts.surplus(Decimal(100))],
        reason="LOST",
        actor=f"user:{cast['operator'].pk}",
        now_wall=now - timedelta(days=2),
    )
    if number % 2:
        holds.put(order, reason="PAPERS", owner="customs", actor="task:test", now=now)
    else:
        hold = holds.put(order, reason="PAPERS", owner="customs", actor="task:test", now=now)
        holds.lift(hold, answer="found", actor="user:1", now=now)
    return order


def _around(order: Order, number: int, cast: dict[str, User], now: datetime) -> None:
    line, delivery = order.lines.get(), order.deliveries.get()
    delivery.handovers.create(seller=line.seller, due_at=now)
    review = {"product": line.offer.variant.product, "rating": 5, "written_at": now}
    Review.objects.create(line=line, **review)
    _asked(line.offer, cast["gleb"], now)
    Letter.objects.create(event=order.events.earliest("pk"), template="placed", language="ru")
    Notice.objects.create(
        provider="yookassa", key=f"k-{number}", body=b'{"event": "x"}', received_at=now
    )
    payments.rate(on=date(2026, 10, 1) + timedelta(days=number), is_held=number == 3)
    payments.offer(at=now - timedelta(days=number))
    on = date(2026, 6, 1) + timedelta(days=7 * number)
    yuan = Money(Decimal("1195.08"), "CNY")
    Payout.objects.create(
        seller=line.seller, period_until=on, money=yuan, message=f"M{number}", made_at=now
    )
    Conversion.objects.create(
        reference=f"FX-{number}",
        bank="SNGHCNBH",
        deal=f"D{number}",
        rate=Decimal("11.9"),
        sold=Money(Decimal(14221), "RUB"),
        bought=yuan,
        made_at=now,
    )
    Job.objects.create(kind="RATES", run_on=on)
    money_world.settled(line, on, number, now)
    money_world.proposed(line.seller, number, now)
    Account.objects.create(code=f"test-{number}", purpose=f"test-{number}", currency="RUB")
    money_world.disputed(order, number, now)
    _person(number, cast, order)
    money_world.books(number, now)


def _asked(offer: Offer, buyer: User, now: datetime) -> None:
    """Prices of a while, and a question."""
    asking.refresh([offer.pk], now=now, because="APPROVED")
    mine: dict[str, Any] = {"actor": "user:1", "now": now}
    plan = promotions.Plan("双十二", now)
    tenth = asking.Discount(rate_bps=1000)
    promotions.promote(offer.seller, plan, discount=tenth, offers=[offer.pk], **mine)
    promotions.list_prices(offer.seller, plan, prices={offer.pk: Decimal(999)}, **mine)
    ImportJob.objects.create(
        seller=offer.seller,
        kind=ImportJob.Kind.GOODS,
        state=ImportJob.State.DONE,
        name="goods.csv",
        language="zh-hans",
        actor=f"user:{buyer.pk}",
        created_at=now,
    )
    access.issue(offer.seller, name="ERP", actor="user:1", now_wall=now)
    product = offer.variant.product
    Question.objects.create(product=product, asker=buyer, text="Есть ли NFC?", asked_at=now)


def _person(number: int, cast: dict[str, User], order: Order) -> None:
    user = User.objects.create_user(f"buyer-{number}@example.com", PASSWORD, name="Анна Тестова")
    where = {"city_slug": "ekaterinburg", "postcode": "620014", "street": f"ул. Тестовая, {number}"}
    user.addresses.create(recipient="Анна Тестова", phone="+79120001234", **where)
    user.groups.add(Group.objects.create(name=f"group {number}"))
    SellerApplication.objects.create(
        user=user,
        state=("SUBMITTED", "RETURNED")[number % 2],
        name_zh=f"深圳演示{number}",
        uscc=catalog.uscc(500 + number),
        created_at=order.placed_at,
        submitted_at=order.placed_at,
    )
    EmailAddress.objects.create(user=user, email=user.email)
    LogEntry.objects.create(
        user=cast["operator"],
        content_type=ContentType.objects.get_for_model(Order),
        object_id=order.pk,
        object_repr=str(order),
        action_flag=2,
    )


def _reference(number: int) -> None:
    """One more row of the tables of reference that have fewer than twenty."""
    on = date(2027, 1, 1) + timedelta(days=number)
    dated: dict[str, Any] = {"valid_from": on, "source": "test"}
    HsCode.objects.create(code=f"85179900{number:02d}", unit_1="796", **dated)
    titles = dict.fromkeys(("title_ru", "title_zh", "title_en"), "test")
    VatRule.objects.create(
        kind="GOODS",
        tax_system=number % 6 + 1,
        vat_code=1,
        rate="none",
        subject="commodity",
        valid_from=date(2030, 1, 1) + timedelta(days=number),
        source="test",
    )
    ChargebackReason.objects.create(code=f"test-{number}", bearer="SELLER", **titles, **dated)
    Margin.objects.create(kind="exchange", rate_bps=number, **dated)
    FormerPriceRule.objects.create(
        lowest_of_days=30,
        asked_at_least_days=14,
        told_for_days=30,
        valid_from=date(2030, 1, 1) + timedelta(days=number),
        source="test",
    )
    CommissionRule.objects.create(category=Category.objects.earliest("pk"), rate_bps=1, **dated)
    counts = {"least_approved": 1, "least_days": 1, "band_bps": 1, "is_active": False}
    ApprovalRule.objects.create(rule=f"test-{number}", **counts, **dated)
    RefusalReason.objects.create(key=f"test-{number}", title_zh="测试")
    Term.objects.create(key=f"test-{number}", value=number, unit="day", **dated)
    Restriction.objects.create(rule=f"test-{number}", mode="air", **dated)
    Stage.objects.create(state=f"TEST{number}", minutes_p50=1, minutes_p90=2, source="test")
    NumberRange.objects.create(
        service="RA", country=f"{number:02d}", next_serial=1, last_serial=2, source="test"
    )
    rule = {"free_eur": 200, "rate_bps": 1500, "min_eur_per_kg": 2, "is_on_excess": True}
    DutyRule.objects.create(rule=f"test-{number}", **rule, **dated)
    IdentityRule.objects.create(rule=f"test-{number}", over_eur=number, **dated)
    ConsentText.objects.create(kind="test", version=str(number), **dated)
    CustomsAnswer.objects.create(code=f"T{number}", word="held", is_final=False, **dated)
    ImportLimit.objects.create(rule=f"test-{number}", kind="IDENTICAL", most=99, **dated)
    Courier.objects.create(
        code=f"test-{number}", look_minutes=60, ticket_minutes=0, most=10, source="test"
    )
    Circuit.objects.create(dependency=f"test-{number}", away_since=clock.now())
    Study.objects.create(run_on=on, done_at=clock.now(), steps=4, windows=936)
    logistics.point(f"TEST{number}")
    PointList.objects.create(carrier="cdek", run_on=on, done_at=clock.now(), found_n=1)
    LaneLevel.objects.create(lane=f"test-{number}", set_on=on, level_bps=9000, delivered=1, kept=1)
    relief = {"exported_from": "2026-01-01", "exported_until": "2028-01-01", "months": 6}
    ReturnRelief.objects.create(rule=f"test-{number}", modes="9610", **relief, **dated)
    for model in (Lane, Service, LastMile, Patience, IncidentRule, CustomsMode):
        _again(model, **dated)
    _again(Place, code=f"place-{number}")
    catalog.category()
    catalog.brand()


def _again(model: type, **other: Any) -> None:
    row = model._default_manager.order_by("pk").first()
    row.pk, row._state.adding = None, True
    for name, value in other.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def pending(order: Order) -> Charge:
    """A charge whose buyer has been on the payment page for three hours."""
    charge = payments.charge(order, wall=clock.wall() - timedelta(hours=3))
    Charge.objects.filter(pk=charge.pk).update(state="PENDING")
    return charge


def held_rate() -> Rate:
    return payments.rate("15.99", on=date(2026, 12, 1), is_held=True)


def refused_receipt(charge: Charge) -> Receipt:
    """A receipt that the operator of fiscal data did not take."""
    Receipt.objects.filter(charge=charge).update(state="REJECTED", answer="no_operator")
    return Receipt.objects.get(charge=charge)
