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
    Bag,
    Declaration,
    Departure,
    DutyRule,
    Lane,
    LastMile,
    NumberRange,
    Place,
    Service,
    Shipment,
    Stage,
)
from logistics.states import State
from orders import holds
from orders.models import Order, OrderLine, Review, Term
from payments import ledger, manual, parts, refunds
from payments.models import (
    Account,
    BankAccount,
    Charge,
    Chargeback,
    ChargebackReason,
    Conversion,
    Correspondence,
    Decision,
    Dispute,
    Hit,
    Job,
    ListedName,
    ListedParty,
    Notice,
    Payout,
    PayoutBatch,
    Rate,
    Receipt,
    SanctionsList,
    ScreeningRun,
    Settlement,
    VatRule,
)
from payments.reconciliation import breaks, matches
from payments.screening import parties
from storefront.accounts import groups
from storefront.accounts.models import User
from storefront.lib import clock
from storefront.notifications.models import Letter
from tests.factories import catalog, logistics, orders, payments, statements

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PASSWORD = "a-door-for-tests"
ROLES = ("operator", "finance", "customs", "floor", "authority")
BODY = "<CEB311Message><consignee>Анна Тестова</consignee></CEB311Message>"


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
        _movement(order, number, now)
        _around(order, number, cast, now)
    for number in range(count):
        _reference(number)
        _screening(number, now)
        _agreement(number, now)
    return cast


def _order(number: int, cast: dict[str, User], now: datetime) -> Order:
    offer = catalog.offer(variant=catalog.variant(), seller=catalog.seller())
    catalog.offer(state=Offer.State.REVIEW, updated_at=now)
    OfferEvent.objects.create(offer=offer, kind="LIVE", actor="user:1", happened_at=now)
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


def _movement(order: Order, number: int, now: datetime) -> None:
    state = list(State)[number % len(State)]
    lane = Lane.objects.get(code="air-svx")
    service = Service.objects.get(code="flight-hrb-svx")
    departure = Departure.objects.create(
        lane=lane,
        service=service,
        number=f"SVX-{number:04d}",
        closes_at=now + timedelta(hours=number - 5),
        departs_at=now + timedelta(hours=number),
        arrives_at=now + timedelta(hours=number + 9),
        capacity_g=2_000_000,
        booked_g=1_000 * number,
    )
    bag = Bag.objects.create(departure=departure, number=f"BAG-{number:04d}", parcels=1)
    shipment = logistics.shipment(
        order,
        state=state,
        state_at=now - timedelta(hours=3 + number),
        planned_at=now - timedelta(days=1),
        departure=departure,
        bag=bag,
        weight_g=431,
        expected_on=now.date() + timedelta(days=number),
        failures=number % 3,
        due_at=now,
        last_error="the carrier does not answer" if number % 3 else "",
    )
    shipment.legs.create(
        position=1, service=service, planned_departs_at=now, planned_arrives_at=now
    )
    shipment.events.create(
        code="PRE_ADVICE", source="task", source_key="1", actor="task:test", happened_at=now
    )
    _papers(shipment, number, now)


def _papers(shipment: Shipment, number: int, now: datetime) -> None:
    states = ["RELEASED", "REJECTED", "HELD", "SENT"]
    paper = Declaration.objects.create(
        shipment=shipment,
        direction="EXPORT",
        mode="9610",
        customs_code="1901",
        zone=("Harbin", "Heihe", "Suifenhe")[number % 3],
        reference=f"{shipment.order.number}-{number}",
        state=states[number % 4],
        reason="originCountry" if number % 4 == 1 else "",
        made_at=now - timedelta(days=number * 3),
    )
    line = shipment.order.lines.get()
    paper.lines.create(
        position=1,
        line=line,
        hs_code="8517130000",
        origin="CN",
        quantity=1,
        net_weight_g=190,
        value=line.price_cny,
    )
    paper.messages.create(kind="CEB311", guid=f"g-{number}", is_ours=True, body=BODY, moved_at=now)


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
    _settled(line, on, number, now)
    Account.objects.create(code=f"test-{number}", purpose=f"test-{number}", currency="RUB")
    _disputed(order, number, now)
    _person(number, cast, order)
    _books(number, now)


def _books(number: int, now: datetime) -> None:
    """A wish of somebody for a posting, and a seal."""
    for side in ("bank", "bank_fee"):
        Account.objects.get_or_create(code=f"{side}.RUB", purpose=side, currency="RUB")
    legs = [ledger.Leg("bank_fee", "RUB", 100 + number), ledger.Leg("bank", "RUB", -100 - number)]
    manual.ask(legs, reason="fee of the bank", occurred_at=now, actor="user:1", now=now)
    ledger.seal(date(2026, 6, 1) + timedelta(days=number), upto=0, now=now)


def _disputed(order: Order, number: int, now: datetime) -> None:
    line, charge = order.lines.get(), order.charges.get()
    dispute = Dispute.objects.create(
        delivery=line.delivery,
        line=line,
        seller=line.seller,
        kind="DAMAGED",
        wanted="PARTIAL",
        text="Разбит угол",
        state=("OPEN", "ANSWERED")[number % 2],
        opened_at=now,
        opened_by="guest",
        answer_until=now,
    )
    dispute.events.create(kind="OPENED", actor="guest", happened_at=now)
    Chargeback.objects.create(
        charge=charge,
        provider_id=f"cb-{number}",
        reason=ChargebackReason.objects.get(code="fraud"),
        reason_code="fraud",
        money=charge.price,
        received_at=now,
        evidence_until=now + timedelta(days=10),
        bearer="PLATFORM",
    )


def _settled(line: OrderLine, on: date, number: int, now: datetime) -> None:
    """A statement with a line and one left out, and a large payout of a batch of its own."""
    names = ("sold", "commission", "refunded", "penalty", "storage", "corrected")
    settlement = Settlement.objects.create(
        seller=line.seller,
        period_until=on,
        carried_units=-number,
        net_units=-number,
        **{f"{name}_units": 0 for name in names},
        made_at=now,
        made_by="task:test",
    )
    settlement.lines.create(position=1, kind="CARRIED", gross_units=-number, net_units=-number)
    settlement.left_out.create(order_line=line, reason="NOT_DELIVERED", net_units=119_508)
    yuan = Money(Decimal("150000.00"), "CNY")
    batch = PayoutBatch.objects.create(
        period_until=on,
        number=1,
        payouts_n=1,
        total=yuan,
        digest="0" * 64,
        made_at=now,
        made_by="task:test",
    )
    Payout.objects.create(
        seller=line.seller,
        settlement=settlement,
        batch=batch,
        period_until=on + timedelta(days=1),
        money=yuan,
        message=f"B{number}",
        route=Correspondence.objects.filter(currency="CNY").order_by("pk")[number],
        state=Payout.State.WAITING,
        needs_two=True,
        made_at=now,
    )


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
    for model in (Lane, Service, LastMile):
        _again(model, **dated)
    _again(Place, code=f"place-{number}")
    catalog.category()
    catalog.brand()


def _screening(number: int, now: datetime) -> None:
    """A seller who is on a list under a name like his, and what was decided."""
    words = {"published_on": now.date(), "taken_by": "user:1", "taken_at": now}
    counts = dict.fromkeys(("entries", "names", "added", "removed", "changed"), 1)
    version = SanctionsList.objects.create(kind="UN", digest=f"{number:064}", **counts, **words)
    entry = ListedParty.objects.create(kind="UN", uid=str(number), what="PERSON", since=version)
    name = ListedName.objects.create(party=entry, text="Ivan TESTOV", quality="PRIMARY")
    seller = catalog.seller()
    (party,) = parties.note([("SELLER", seller.uscc)], now=now)
    hit = Hit.objects.create(
        party=party,
        party_digest=party.digest,
        entry=entry,
        name=name,
        list=version,
        score_bps=9000,
        why={"pairs": [["ivan", "ivan", 1.0, 0.5]], "notes": ["another country"]},
        found_at=now,
    )
    said = {"reason": "another firm", "decided_by": "user:1", "decided_at": now}
    Decision.objects.create(hit=hit, verdict="OTHER", list=version, **said)
    ScreeningRun.objects.create(reason="test", opened_at=now, closed_at=now)


def _again(model: type, **other: Any) -> None:
    row = model._default_manager.order_by("pk").first()
    row.pk, row._state.adding = None, True
    for name, value in other.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def _agreement(number: int, now: datetime) -> None:
    """An account with a statement, half of it matched; a register; a break."""
    account = BankAccount.objects.create(
        number=f"4070281000000001{number:04d}",
        bic="SNGHCNBH",
        currency="RUB",
        purpose="bank",
        party=f"test-{number}",
        title="test",
        source="test",
    )
    lines = [("100.00", f"NAME-{number}"), ("50.00", "")]
    statements.statement(lines, account=account.number, now=now)
    statements.registry(
        statements.row("payment", f"pay-{number}", "500.00"),
        on=date(2026, 6, 1) + timedelta(days=number),
        now=now,
    )
    legs = [
        ledger.Leg("bank", "RUB", 10_000, account.party),
        ledger.Leg("test-other", "RUB", -10_000),
    ]
    ledger.post(
        "test", key=f"test:NAME-{number}", legs=legs, occurred_at=NOW, actor="x", source="x"
    )
    line = account.lines.get(end_to_end=f"NAME-{number}")
    (entry,) = matches.open_entries(account)
    matches.by_hand([line], [entry], reason="test", actor="user:1", now=now)
    seen = breaks.Seen(f"test:{number}", "FEE", "REGISTRY", theirs="a", units=5, currency="RUB")
    breaks.open_all([seen], now=now - timedelta(days=number))


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
