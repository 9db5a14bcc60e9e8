"""Taking the price of an order: a payment at a provider, and the facts it tells us of it."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext as _
from djmoney.money import Money

from orders import holds, terms
from orders.models import Order
from storefront.lib import clock, due, http, locks, money
from storefront.lib.refusal import Refusal

from . import authorising, fiscal, ledger, postings, providers, receipts
from .models import Charge, ChargeFact, Refund
from .providers import Answer, Request

State, Kind = Charge.State, ChargeFact.Kind
OPEN = (State.READY, State.PENDING, State.AUTHORISED)
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=5), timedelta(minutes=5)


class NothingToPay(Refusal):
    """The order does not wait for money."""

    code = "nothing_to_pay"


class NotOffered(Refusal):
    """This way of paying is not offered for so small a sum."""

    code = "method_not_offered"


@dataclass(frozen=True)
class Recorded:
    """What came of recording an answer."""

    charge: Charge
    is_new_capture: bool
    is_new_hold: bool = False


@transaction.atomic
def open(order: Order, *, method: str, actor: str, now_wall: datetime) -> Charge:
    """Open a charge for the whole price of an order, due at once.

    The one that is open by the same method is given back; one by another method is let go.
    Locks: the caller holds the order's; the charges of the order.
    Raises: NothingToPay, NotOffered.
    """
    if not order.awaits_payment:
        raise NothingToPay(_("This order does not wait for payment."))
    if method not in ways(order.total.amount, on=clock.now().date()).methods:
        raise NotOffered(_("Instalments are not offered for so small a sum."))
    for charge in locks.rows(Charge.objects.open().filter(order=order)):
        if charge.method == method:
            return charge
        _let_go(charge, now_wall)
    return Charge.objects.create(
        order=order,
        provider=providers.FIRST,
        method=Charge.Method(method),
        price=order.total,
        is_two_stage=_is_two_stage(method),
        opened_at=now_wall,
        opened_by=actor,
        due_at=now_wall,
    )


@dataclass(frozen=True)
class Ways:
    """How a sum may be paid, and from what sum instalments are offered."""

    methods: tuple[str, ...]
    instalments_from: Money


def ways(price: Decimal, *, on: date) -> Ways:
    """The ways a sum of rubles may be paid."""
    start = Money(terms.value("instalments_from_rubles", on=on), "RUB")
    left_out = {str(Charge.Method.INSTALLMENTS)} if price < start.amount else set()
    methods = tuple(str(each) for each in Charge.Method.values if each not in left_out)
    return Ways(methods, start)


def _is_two_stage(method: str) -> bool:
    # Money can be held on cards alone. Source: DOMAIN 3.2, the table of methods.
    is_set = terms.value("card_two_stage", on=clock.now().date())
    return method == Charge.Method.CARD and bool(is_set)


@transaction.atomic
def abandon(order: Order) -> list[Charge]:
    """Let an order's open charges go: they are ended at the provider, or what comes is refunded.

    Locks: the caller holds the order's; the charges. The caller wakes the charges given back.
    """
    wall = clock.wall()
    found = locks.rows(Charge.objects.open().filter(order=order))
    for charge in found:
        _let_go(charge, wall)
    return found


def _let_go(charge: Charge, wall: datetime) -> None:
    Charge.objects.filter(pk=charge.pk).update(is_wanted=False)
    charge.is_wanted = False
    due.plan(charge, wall)


def for_object(provider: str, object_id: str) -> Charge | None:
    """The charge that a provider's payment or refund belongs to."""
    if not object_id:
        return None
    charge = Charge.objects.filter(provider=provider, provider_id=object_id).first()
    if charge is None:
        refund = Refund.objects.filter(charge__provider=provider, provider_id=object_id).first()
        charge = refund.charge if refund else None
    return charge


def ask(charge: Charge) -> Answer:
    """Ask the provider how a charge stands; create it there first, or end it, as is due.

    Not inside a transaction. A refused creation is an answer: the charge is cancelled.
    Raises: Unreachable, Unknown, Refused.
    """
    drawer = providers.drawer(charge.provider)
    answer = drawer.read(charge.provider_id) if charge.provider_id else _create(drawer, charge)
    if answer.status == "pending" and not charge.is_wanted:
        return _end(drawer, charge, answer)
    # What is held is kept as a fact first, then decided about.
    if answer.status == "authorised" and charge.state == State.AUTHORISED:
        return _decide(drawer, charge, answer)
    return answer


def _decide(drawer: providers.Drawer, charge: Charge, answer: Answer) -> Answer:
    if not authorising.may_take(charge, answer):
        return _end(drawer, charge, answer)
    key = str(uuid.uuid5(charge.key, "capture"))
    price, currency = charge.price.amount, charge.price.currency.code
    try:
        return drawer.capture(answer.provider_id, key=key, price=price, currency=currency)
    except http.Refused:
        # Taken or ended this very moment: what it says now counts.
        return drawer.read(answer.provider_id)


def _create(drawer: providers.Drawer, charge: Charge) -> Answer:
    if clock.wall() - charge.opened_at > providers.KEY_LIVES:
        return _find(drawer, charge)
    try:
        return drawer.create(request(charge))
    except http.Refused as refused:
        if refused.status != 400:
            raise
        # Our wording may have changed since the first try: then a payment is there already.
        if "Idempotence-Key" in refused.body:
            return _find(drawer, charge)
        return Answer("cancelled", party="provider", reason="refused", title=refused.body[:60])


def _find(drawer: providers.Drawer, charge: Charge) -> Answer:
    found = drawer.find(str(charge.key), since=charge.opened_at)
    return found or Answer("cancelled", party="provider", reason="never_created")


def _end(drawer: providers.Drawer, charge: Charge, answer: Answer) -> Answer:
    key = str(uuid.uuid5(charge.key, "cancel"))
    try:
        return drawer.cancel(answer.provider_id, key=key)
    except http.Refused:
        # Paid or ended this very moment, or not to be ended by us: what it says now counts.
        return drawer.read(answer.provider_id)


def request(charge: Charge) -> Request:
    """What the provider is asked for; nothing personal but the address the receipt goes to."""
    order = charge.order
    today = clock.now().date()
    prefix = "" if order.language == settings.LANGUAGE_CODE else f"/{order.language}"
    with translation.override(order.language):
        description = _("Order %(number)s") % {"number": order.shown_number}
    return Request(
        key=str(charge.key),
        price=charge.price.amount,
        currency=charge.price.currency.code,
        description=description,
        return_url=f"{settings.SITE_URL}{prefix}/pay/return/{order.number}/",
        method=charge.method,
        language=order.language,
        email=order.email,
        items=tuple(fiscal.of_order(order, on=today)),
        tax_system=fiscal.tax_system(on=today),
        is_two_stage=charge.is_two_stage,
    )


def state_of(kinds: Collection[str], *, is_created: bool) -> Charge.State:
    """The state of a charge, from the facts alone, whatever their order and number.

    Money beats a cancellation: what arrived has arrived.
    """
    if Kind.CAPTURED in kinds:
        return State.CAPTURED
    if Kind.CANCELLED in kinds:
        return State.CANCELLED
    if Kind.AUTHORISED in kinds:
        return State.AUTHORISED
    return State.PENDING if is_created else State.READY


@transaction.atomic
def record(charge: Charge, answer: Answer, *, actor: str, now: datetime) -> Recorded:
    """Keep what a provider said of a charge; any answer may come any number of times.

    Money: what was captured is kept and booked as it is, also where it differs from the price;
    then the order is put on hold.
    Locks: the caller holds the order's and the charge's; ledger accounts are only added to.
    """
    if not charge.provider_id:
        charge.provider_id = answer.provider_id
    charge.page_url = answer.page_url or charge.page_url
    charge.title = answer.title or charge.title
    is_new = is_new_hold = False
    if answer.status == "captured":
        is_new = _capture(charge, answer, actor=actor, now=now)
    elif answer.status == "authorised":
        is_new_hold = authorising.note(charge, answer, now=now)
    elif answer.status == "cancelled":
        _cancel(charge, answer, now=now)
    kinds = set(charge.facts.values_list("kind", flat=True))
    authorising.book(charge, kinds, actor=actor, now=now)
    charge.state = state_of(kinds, is_created=bool(charge.provider_id))
    charge.save(update_fields=["provider_id", "page_url", "title", "party", "reason", "state"])
    return Recorded(charge, is_new, is_new_hold)


def _capture(charge: Charge, answer: Answer, *, actor: str, now: datetime) -> bool:
    _fact, is_new = ChargeFact.objects.get_or_create(
        kind=Kind.CAPTURED,
        operation=f"{charge.provider}:{answer.operation}",
        defaults={
            "charge": charge,
            "money": Money(answer.captured, answer.currency),
            "fee": Money(answer.fee, answer.currency),
            "happened_at": now,
        },
    )
    if not is_new:
        return False
    _book(charge, answer, actor=actor, now=now)
    receipts.prepaid(charge, actor=actor, now=now)
    paid = captured_by(charge, answer.currency)
    if Money(paid, answer.currency) != charge.price:
        holds.put(
            charge.order,
            reason="PAYMENT_DIFFERS",
            owner="finance",
            actor=actor,
            now=now,
            note=f"{charge.price} / {answer.captured} {answer.currency} {answer.operation}",
        )
    return True


def _book(charge: Charge, answer: Answer, *, actor: str, now: datetime) -> None:
    # Money of a currency the ledger has no scale for stays a fact: the hold and `check_books`
    # show it to a person.
    if answer.currency not in money.SCALE or not answer.captured:
        return
    ledger.post(
        "captured",
        key=f"captured:{charge.provider}:{answer.operation}",
        legs=postings.captured(
            money.to_minor(answer.captured, answer.currency),
            currency=answer.currency,
            order_number=charge.order.number,
        ),
        occurred_at=now,
        actor=actor,
        source=f"{charge.provider} payment {answer.operation}",
    )


def _cancel(charge: Charge, answer: Answer, *, now: datetime) -> None:
    ChargeFact.objects.get_or_create(
        kind=Kind.CANCELLED,
        operation=f"{charge.provider}:{answer.provider_id or charge.key}",
        defaults={
            "charge": charge,
            "money": Money(0, charge.price.currency),
            "fee": Money(0, charge.price.currency),
            "happened_at": now,
        },
    )
    charge.party, charge.reason = answer.party, answer.reason


def captured_by(charge: Charge, currency: str = "RUB") -> Decimal:
    """What came by one charge."""
    facts = ChargeFact.objects.captured(currency).filter(charge=charge)
    return facts.aggregate(total=Sum("money"))["total"] or Decimal(0)


def covers(charge: Charge, order: Order) -> bool:
    """Whether the rubles of this charge pay the whole order."""
    return bool(captured_by(charge) >= order.total.amount)


def captured(order: Order) -> Decimal:
    """The rubles that came for an order, less those it was decided to give back."""
    facts = ChargeFact.objects.captured().filter(charge__order=order)
    came = facts.aggregate(total=Sum("money"))["total"] or Decimal(0)
    refunds = Refund.objects.living().filter(charge__order=order)
    return came - (refunds.aggregate(total=Sum("price"))["total"] or Decimal(0))


def next_look(charge: Charge) -> datetime | None:
    """When to ask about a charge again: soon at first, then each time later; never once ended.

    Time: wall.
    """
    if charge.state not in OPEN:
        return None
    wall = clock.wall()
    wait = (wall - charge.opened_at) / 4
    return wall + min(max(wait, FIRST_LOOK), LONGEST_LOOK)
