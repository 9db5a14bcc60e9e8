"""Worked examples an accountant can read: a sale, a payout that came back, a month closed.

The tables stand in docs/ledger.md too; a test compares them.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

from catalog.models import Seller
from orders import lifecycle
from orders.models import Order
from payments import books, ledger, refunds, settlement, tasks
from payments.models import Break, Conversion, Payout, Settlement, StatementLine
from payments.reconciliation import matches, running
from payments.settlement import house
from storefront.lib import clock
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money
from tests.payments import accounting
from tests.sandbox.conftest import Sandbox

pytestmark = pytest.mark.django_db
DOCS = Path(__file__).resolve().parents[2] / "docs" / "ledger.md"

SALE = """
captured
acquirer_clearing                17,630.00 RUB
buyer_funds                     -17,630.00 RUB
released
buyer_funds                         640.00 RUB
freight_income                     -640.00 RUB
buyer_funds                      16,990.00 RUB
fx_position                     -15,419.13 RUB
margin                           -1,570.87 RUB
fx_position                       1,299.00 CNY
seller_payable lianhua           -1,195.08 CNY
commission                         -103.92 CNY
"""

REROUTED = """
payout-sent
seller_payable lianhua            1,195.08 CNY
payouts_in_transit               -1,195.08 CNY
payout-sent-reversed
seller_payable lianhua           -1,195.08 CNY
payouts_in_transit                1,195.08 CNY
payout-sent
seller_payable lianhua            1,195.08 CNY
payouts_in_transit               -1,195.08 CNY
payout-credited
payouts_in_transit                1,195.08 CNY
bank                             -1,195.08 CNY
"""

CHARGED = """
payout-sent
seller_payable lianhua            1,195.08 CNY
payouts_in_transit               -1,195.08 CNY
payout-credited
payouts_in_transit                1,195.08 CNY
bank                             -1,195.08 CNY
bank-fee
bank_fee                            614.14 RUB
bank                               -614.14 RUB
bank-fee
bank_fee                             23.40 CNY
bank                                -23.40 CNY
"""

MONTH = """
sale              1,299.00       -103.92      1,195.08
= paid 14.12.                                 1,195.08
refund           -1,299.00        103.92     -1,195.08
sale              1,190.30        -95.22      1,095.08
= owed to us 21.12.                            -100.00
carried over       -100.00          0.00       -100.00
sale                999.00        -79.92        919.08
storage             -12.50          0.00        -12.50
penalty             -50.00          0.00        -50.00
= paid 28.12.                                   756.58
"""


def delivered(seller: Seller, price: str, *, at: datetime) -> Order:
    """Goods sold, through customs, with the buyer, and their protection over."""
    order = factory.order(goods.offer(price, seller=seller))
    money.paid(order)
    (delivery,) = money.delivered(order, at=at - timedelta(days=14))
    lifecycle.mark_released(delivery, now=at)
    settlement.release(delivery, actor="task:release", now=at)
    return order


def close(until: date) -> list[Payout]:
    at = datetime(until.year, until.month, until.day, 6, tzinfo=UTC)
    with clock.simulated(at):
        return settlement.close_period(until, now=at, actor="task:job")


def drive(payout: Payout, *, at: datetime) -> Payout:
    Payout.objects.filter(pk=payout.pk).update(due_at=at)
    with clock.simulated(at):
        tasks.drive_payout(id=payout.pk)
    return Payout.objects.get(pk=payout.pk)


def broken() -> list[tuple[str, list[str]]]:
    return [(name, failures) for name, _rows, failures in books.checks() if failures]


def compared(at: datetime) -> None:
    """The statements of all days before, fetched and held against the ledger."""
    with clock.simulated(at):
        running.run(now=at)


@pytest.fixture
def lianhua() -> Seller:
    money.rate()
    return goods.seller(slug="lianhua")


def test_a_sale(lianhua: Seller, check_now: object) -> None:
    """A phone of 1 299.00 CNY sold for 16 990 and 640 for its way, at 11.87, commission 8 %."""
    start = accounting.last()

    delivered(lianhua, "1299.00", at=datetime(2026, 12, 10, tzinfo=UTC))

    check_now()
    assert accounting.page(accounting.since(start)) == accounting.text(SALE)


def test_a_returned_payout_goes_by_another_route(
    lianhua: Seller, outside: Sandbox, check_now: object
) -> None:
    """The first pair of banks stops it for the regulator; the next best one brings it."""
    delivered(lianhua, "1299.00", at=datetime(2026, 12, 10, tzinfo=UTC))
    (first,) = close(date(2026, 12, 14))
    first_bank = first.route.chinese.bic
    refusal = {"what": "transfer", "reason": "RR04", "times": 1}
    outside.script(f"banks.{first_bank}", refuse=[refusal])
    start = accounting.last()

    for days in (0, 10):
        first = drive(first, at=datetime(2026, 12, 14, 7, tzinfo=UTC) + timedelta(days=days))
    second = first.successor
    for days in (11, 20):
        second = drive(second, at=datetime(2026, 12, 14, 7, tzinfo=UTC) + timedelta(days=days))

    check_now()
    assert (first.state, first.reason, second.state) == ("RETURNED", "RR04", "CREDITED")
    assert second.settlement == first.settlement
    assert second.uetr != first.uetr
    ways = [(one.route.russian, one.route.chinese) for one in (first, second)]
    assert ways[0] != ways[1]
    assert accounting.page(accounting.since(start)) == accounting.text(REROUTED)
    assert broken() == []


def test_the_banks_take_more_than_their_terms_say(
    lianhua: Seller, outside: Sandbox, settings: object, check_now: object
) -> None:
    """15.00 and 5 basis points are 15.60 by the terms; the bank's statement shows 23.40."""
    settings.YOOKASSA_REGISTRY_URL = ""
    money.rate(on=date(2026, 12, 12))
    compared(datetime(2026, 12, 14, 5, tzinfo=UTC))
    delivered(lianhua, "1299.00", at=datetime(2026, 12, 10, tzinfo=UTC))
    (payout,) = close(date(2026, 12, 14))
    outside.put("/_/shares", json={"fee_dearer": 1}).raise_for_status()
    start = accounting.last()
    for days in (0, 10):
        payout = drive(payout, at=datetime(2026, 12, 14, 7, tzinfo=UTC) + timedelta(days=days))

    compared(datetime(2026, 12, 28, 7, tzinfo=UTC))
    compared(datetime(2026, 12, 28, 8, tzinfo=UTC))

    check_now()
    assert accounting.page(accounting.since(start)) == accounting.text(CHARGED)
    rubles, yuan = house.bank_fees(date(2026, 12, 14))[::-1]
    assert (rubles.currency, rubles.off) == ("RUB", 0)
    assert (yuan.taken, yuan.expected, yuan.off) == (23_40, 15_60, 7_80)
    assert house.strange_fees(date(2026, 12, 14)) == [(payout.message, yuan)]
    (strange,) = Break.objects.open().filter(source="BANK")
    assert (strange.kind, strange.units, strange.payout) == ("FEE", -7_80, payout)
    uetrs = set(StatementLine.objects.exclude(uetr="").values_list("end_to_end", "uetr", "code"))
    named = (payout.message, str(payout.uetr))
    assert uetrs == {(*named, "XBCT"), (*named, "CHRG")}
    assert not matches.open_lines().exists()
    assert broken() == []


def test_a_month_closed(lianhua: Seller, outside: Sandbox, check_now: object) -> None:
    """December: a phone paid out, then given back; headphones sold; storage and a penalty.

    14.12. the phone: 1 195.08 paid. 21.12. it came back: 1 195.08 owed to us; 100.00 of it stay
    after a tablet of 1 190.30 net. 28.12. headphones 999.00 less 79.92, storage 12.50, penalty
    50.00 and the 100.00 carried over: 756.58 is paid.
    """
    phone = delivered(lianhua, "1299.00", at=datetime(2026, 12, 10, tzinfo=UTC))
    (first,) = close(date(2026, 12, 14))
    for days in (0, 5):
        drive(first, at=datetime(2026, 12, 14, 7, tzinfo=UTC) + timedelta(days=days))

    refunds.give_back(phone, phone.deliveries.get(), reason="LOST", actor="user:vera", now=day(16))
    delivered(lianhua, "1190.30", at=day(17))
    assert close(date(2026, 12, 21)) == []

    last = delivered(lianhua, "999.00", at=day(22))
    mine = {"actor": "user:vera", "source": "storehouse of Harbin"}
    settlement.store(lianhua, Decimal("12.50"), key="week 52", now=day(23), **mine)
    settlement.penalise(
        lianhua, Decimal("50.00"), key="late 1", now=day(24), line=last.lines.get(), **mine
    )
    (third,) = close(date(2026, 12, 28))

    check_now()
    one, two, three = Settlement.objects.filter(seller=lianhua).order_by("period_until")
    ends = ("= paid 14.12.", "= owed to us 21.12.", "= paid 28.12.")
    with translation.override("en"):
        found = [told(row, end) for row, end in zip((one, two, three), ends, strict=True)]
    assert "\n".join(found) == accounting.text(MONTH)
    assert [row.carried_units for row in (one, two, three)] == [0, 0, -10_000]
    assert third.money.amount == Decimal("756.58")
    assert ledger.balance("storage_income", "CNY") == -1_250
    assert ledger.balance("penalty_income", "CNY") == -5_000
    # The phone's yuan were bought for nothing: they are on the account, and enough for the rest.
    # With each come the banks' fees, 15.60 and 15.76, twice; what was ready of the first is there.
    assert [row.bought.amount for row in Conversion.objects.order_by("pk")] == [
        Decimal("1195.08") + 2 * Decimal("15.60"),
        Decimal("756.58") + 2 * Decimal("15.76") - 2 * Decimal("15.60"),
    ]
    assert broken() == []


def test_the_tables_stand_in_the_book() -> None:
    book = DOCS.read_text(encoding="utf-8")

    for table in (SALE, REROUTED, CHARGED, MONTH):
        assert accounting.text(table) in book


def told(row: Settlement, end: str) -> str:
    """A statement as a table."""
    lines = [
        f"{line.get_kind_display():<12}"
        + "".join(
            f"{accounting.amount(units):>14}"
            for units in (line.gross_units, line.commission_units, line.net_units)
        )
        for line in row.lines.order_by("position")
    ]
    return "\n".join([*lines, f"{end:<40}{accounting.amount(row.net_units):>14}"])


def day(number: int) -> datetime:
    return datetime(2026, 12, number, tzinfo=UTC)
