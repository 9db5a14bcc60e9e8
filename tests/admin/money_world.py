"""The rows of the settlement centre for the desks to look at."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from moneyed import Money

from catalog.models import Seller
from orders.models import Order, OrderLine
from payments import ledger, manual, months
from payments.models import (
    Account,
    BankAccount,
    Chargeback,
    ChargebackReason,
    Correspondence,
    Decision,
    Dispute,
    Hit,
    ListedName,
    ListedParty,
    Month,
    Payout,
    PayoutBatch,
    SanctionsList,
    ScreeningRun,
    Settlement,
)
from payments.reconciliation import breaks, matches
from payments.screening import parties
from payments.settlement import changes
from storefront.notifications.models import SellerLetter
from tests.factories import catalog, statements


def books(number: int, now: datetime) -> None:
    """A wish of somebody for a posting, and a seal."""
    for side in ("bank", "bank_fee"):
        Account.objects.get_or_create(code=f"{side}.RUB", purpose=side, currency="RUB")
    legs = [ledger.Leg("bank_fee", "RUB", 100 + number), ledger.Leg("bank", "RUB", -100 - number)]
    manual.ask(legs, reason="fee of the bank", occurred_at=now, actor="user:1", now=now)
    ledger.seal(date(2026, 6, 1) + timedelta(days=number), upto=0, now=now)
    first_on = date(2001 + number, 1, 1)
    month = Month(first_on=first_on, until_at=now, asked_by="user:1", asked_at=now)
    month.save(force_insert=True)
    months.refuse(month, note="too early", actor="user:2", now=now)


def disputed(order: Order, number: int, now: datetime) -> None:
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


def settled(line: OrderLine, on: date, number: int, now: datetime) -> None:
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
    SellerLetter.objects.create(kind="STATEMENT", settlement=settlement)


def screening(number: int, now: datetime) -> None:
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


def agreement(number: int, now: datetime) -> None:
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
        "test", key=f"test:NAME-{number}", legs=legs, occurred_at=now, actor="x", source="x"
    )
    line = account.lines.get(end_to_end=f"NAME-{number}")
    (entry,) = matches.open_entries(account)
    matches.by_hand([line], [entry], reason="test", actor="user:1", now=now)
    seen = breaks.Seen(f"test:{number}", "FEE", "REGISTRY", theirs="a", units=5, currency="RUB")
    breaks.open_all([seen], now=now - timedelta(days=number))


def proposed(seller: Seller, number: int, now: datetime) -> None:
    """Somebody of a seller's desk wants him to be paid to another account."""
    details = changes.Details("102100099996", "中国工商银行深圳分行", f"4000023009200{number:06d}")
    change = changes.propose(seller, details, actor="user:1", now=now)
    SellerLetter.objects.create(kind="PROPOSED", change=change)
