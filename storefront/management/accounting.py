"""The last page of a simulation: profit and loss, exchange, where all money is, and who agrees."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db.models import Sum

from payments import exchange, ledger, results, whereabouts
from payments.models import Break, Chargeback, Dispute, Entry, Payout, Refund
from storefront.lib import http, money

CURRENCIES = ("RUB", "CNY")
WIDE, NARROW = 44, 18
Line = str


class Accounts:
    """Reads the books once, prints what they say, and keeps what nobody can explain."""

    def __init__(self) -> None:
        self.unexplained: list[str] = []

    def page(self) -> Iterator[Line]:
        """All of it, as lines of a table."""
        yield from self._quarrels()
        yield from self._results()
        yield from self._exchange()
        for currency in CURRENCIES:
            yield from self._whereabouts(currency)
        yield from self._outside()

    def _quarrels(self) -> Iterator[Line]:
        yield from _headed("what went wrong and was settled", "")
        yield from _counted("disputes", Counter(Dispute.objects.values_list("state", flat=True)))
        decided = Dispute.objects.exclude(decisions=None)
        outcomes = decided.values_list("decisions__outcome", "decisions__bearer")
        yield from _counted("  decided", Counter(" ".join(row).strip() for row in outcomes))
        states = Counter(Chargeback.objects.values_list("state", flat=True))
        yield from _counted("chargebacks", states)
        reasons = Refund.objects.values_list("reason", flat=True)
        yield from _counted("refunds", Counter(reasons))
        back = Payout.objects.filter(state=Payout.State.RETURNED)
        yield from _counted(
            "payouts that came back", Counter(back.values_list("reason", flat=True))
        )
        again = back.exclude(successor=None).count()
        yield _row("  sent again by another route", str(again))
        still = Counter(Break.objects.open().values_list("kind", flat=True))
        yield from _counted("breaks open at the end", still)

    def _results(self) -> Iterator[Line]:
        told = results.statement()
        yield from _headed("profit and loss by kind", *CURRENCIES)
        for row in told.results:
            sums = [row.units if row.currency == one else 0 for one in CURRENCIES]
            yield _row(f"{row.purpose}: {row.kind}", *(_sum(one) for one in sums))
        yield _row("profit", *(_sum(told.total(one)) for one in CURRENCIES))
        change = {one: told.closing[one] - told.opening[one] for one in CURRENCIES}
        yield _row("our accounts changed by", *(_sum(change[one]) for one in CURRENCIES))
        for one in CURRENCIES:
            self._check(f"profit in {one}", told.unexplained(one))

    def _exchange(self) -> Iterator[Line]:
        told = exchange.explain()
        yield from _headed("position by kind", "RUB at the rates", "CNY", "rate")
        for kind, (rubles, yuan) in told.by_kind.items():
            yield _row(kind, _sum(rubles), _sum(yuan), _rate(rubles, yuan))
        yield _row("open at the end", f"{told.open_rubles:,}", f"{told.open_yuan:,}", "")
        names = ("own yuan", "rate moved", "bank's part", "no sale open", "booked")
        yield from _headed("exchange gain by deal (RUB)", *names)
        for deal in told.deals:
            name = f"{deal.reference} {deal.bought:,} {deal.at_sale:.4f}>{deal.rate:.4f}"
            parts = (deal.own, deal.moved, deal.bank, deal.beyond, deal.booked)
            yield _row(name, *(f"{part:,}" for part in parts))
        for name in ("own", "moved", "bank", "beyond", "booked", "unexplained"):
            total = sum((getattr(deal, name) for deal in told.deals), exchange.NOTHING)
            yield _row(f"  all deals: {name}", f"{total:,}")
        yield _row("  rounding of lines, in the margin", f"{told.rounding:,.4f}")
        self._check("gain of exchange", money.to_minor(told.unexplained, "RUB"))
        in_books = -ledger.balance("fx_gain_loss", "RUB")
        self._check("gain of exchange in the books", in_books - money.to_minor(told.booked, "RUB"))
        self.unexplained += told.strange

    def _whereabouts(self, currency: str) -> Iterator[Line]:
        found = whereabouts.look(currency)
        yield from _headed(f"every {currency}: came and went", "")
        for kind, units in found.moved.items():
            yield _row(f"  {kind}", _sum(units))
        yield _row("is here", _sum(found.here))
        for place, units in found.places.items():
            yield _row(f"  at {place}", _sum(units))
        yield _row("and belongs to", _sum(sum(found.owners.values())))
        for owner, units in found.owners.items():
            yield _row(f"  {owner}", _sum(units))
        self._check(f"whereabouts of {currency}", found.unexplained)

    def _outside(self) -> Iterator[Line]:
        """The banks and the acquirer have books of their own."""
        yield from _headed("books of the others", "ours", "theirs")
        for name, ours, theirs in _compared():
            yield _row(name, _sum(ours), _sum(theirs))
            self._check(name, ours - theirs)

    def _check(self, name: str, units: int) -> None:
        if units:
            self.unexplained.append(f"{name}: {_sum(units)} unexplained")


def _compared() -> Iterator[tuple[str, int, int]]:
    url = f"{settings.SANDBOX_PUBLIC_URL}/_/books/accounts"
    told: dict[str, Any] = json.loads(http.call("GET", url).body)
    accounts = {row["account"]: int(row["units"]) for row in told["accounts"]}
    shop: Counter[str] = Counter(*told["shops"])  # ours is the only one, if anybody paid at all
    at_acquirer = _moved("acquirer_clearing")
    yield "captured", at_acquirer["captured"], shop["captured"]
    yield "given back", -at_acquirer["refunded"], shop["refunded"]
    kept = -at_acquirer["chargeback"] - at_acquirer["chargeback-won"]
    yield "taken by buyers' banks", kept, shop["taken"] - shop["restored"]
    yield "acquirer's fees", _moved("acquirer_fee")["acquirer-paid"], shop["fee"]
    yield "paid out by the acquirer", _moved("bank")["acquirer-paid"], shop["paid_out"]
    rubles = accounts.get(settings.BANK_ACCOUNT_RUB, 0)
    yield "rubles at the bank", ledger.balance("bank", "RUB"), rubles
    yuan = ledger.balance("bank", "CNY") + ledger.balance("payouts_in_transit", "CNY")
    yield "yuan at the bank", yuan, accounts.get(settings.BANK_ACCOUNT_CNY, 0)


def _moved(purpose: str) -> Counter[str]:
    """Kopecks by kind of journal on one of our accounts."""
    entries = Entry.objects.filter(account__purpose=purpose, currency="RUB")
    rows: Any = entries.values_list("journal__kind").annotate(units=Sum("units"))
    return Counter(dict(rows.order_by("journal__kind")))


def _headed(title: str, *columns: str) -> Iterator[Line]:
    yield ""
    yield _row(title.upper(), *columns)


def _counted(title: str, found: Counter[str]) -> Iterator[Line]:
    yield _row(title, str(found.total()))
    for name, number in sorted(found.items()):
        yield _row(f"    {name.lower()}", str(number))


def _row(name: str, *columns: str) -> Line:
    return f"{name:<{WIDE}}" + "".join(f"{column:>{NARROW}}" for column in columns)


def _sum(units: int) -> str:
    return f"{money.from_minor(units, 'RUB'):,}" if units else "-"


def _rate(rubles: int, yuan: int) -> str:
    return f"{rubles / yuan:.4f}" if rubles and yuan else ""
