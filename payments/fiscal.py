"""The lines of fiscal receipts: what, how much, taxed how, and on whose behalf."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext as _

from catalog.models import Seller
from orders import terms
from orders.models import Delivery, Order, OrderLine

from .models import Refund, RefundPart, VatRule
from .parts import Part, left_of, of
from .providers import Item, Supplier

Kind = VatRule.Kind
# Source: DOMAIN 3.2: a foreign firm without a Russian tax number is written with zeros.
FOREIGN_INN = "0000000000"
PREPAID, SETTLED = "full_prepayment", "full_payment"


class NoRule(LookupError):
    """No rule of VAT holds: the reference tables were not loaded."""


def tax_system(*, on: date) -> int:
    """The house's system of taxation on a day, 1 to 6."""
    return terms.value("tax_system", on=on)


def rule(kind: str, *, on: date) -> VatRule:
    """The rule that holds on a day under the house's system of taxation.

    Raises: NoRule.
    """
    system = tax_system(on=on)
    rules = VatRule.objects.filter(kind=kind, tax_system=system, valid_from__lte=on)
    found = rules.order_by("-valid_from").first()
    if found is None:
        raise NoRule(f"{kind} under {system} on {on}")
    return found


def of_order(order: Order, *, on: date) -> list[Item]:
    """Everything an order is paid for, as a prepayment; the sum is the order's total."""
    lines = order.lines.select_related("seller").order_by("position")
    goods = [_goods(line, line.quantity, line.price_rub.amount, PREPAID, on) for line in lines]
    fees = [
        _fee(Kind.FREIGHT, order.freight.amount, PREPAID, on),
        _fee(Kind.DUTY, order.duty.amount, PREPAID, on),
    ]
    return goods + [item for item in fees if item.price]


def of_delivery(delivery: Delivery, *, on: date) -> list[Item]:
    """What was handed over of a delivery and not given back before, as a settlement."""
    return list(_of_parts(left_of(delivery), SETTLED, on))


def of_refund(refund: Refund, *, on: date) -> list[Item]:
    """What a refund is of; the sum is the refund's price.

    A whole payment that paid for nothing is given back by the lines it was taken by.
    """
    found = of(refund)
    is_for_nothing = all(part.kind == RefundPart.Kind.SURPLUS for part in found)
    if is_for_nothing and refund.price == refund.charge.price:
        return of_order(refund.charge.order, on=on)
    settled = {part.delivery.pk for part in found if part.delivery and part.delivery.delivered_at}
    return [
        item
        for part in found
        for item in _of_parts(
            [part], SETTLED if part.delivery and part.delivery.pk in settled else PREPAID, on
        )
    ]


def summed(items: Iterable[Item]) -> Decimal:
    """What items come to."""
    return sum((item.price * item.quantity for item in items), Decimal(0))


def _of_parts(parts: Iterable[Part], mode: str, on: date) -> Iterator[Item]:
    for part in parts:
        if part.line is not None:
            yield _of_line(part, part.line, mode, on)
        elif part.kind == RefundPart.Kind.DUTY:
            yield _fee(Kind.DUTY, part.money, mode, on)
        elif part.kind == RefundPart.Kind.SURPLUS:
            yield _fee(Kind.ADVANCE, part.money, "advance", on)
        else:  # compensation gives some of the freight back
            yield _fee(Kind.FREIGHT, part.money, mode, on)


def _of_line(part: Part, line: OrderLine, mode: str, on: date) -> Item:
    """Whole pieces at their price; a price taken down, or a cut part, is one piece of the rest."""
    if part.quantity and part.money == line.price_rub.amount * part.quantity:
        return _goods(line, part.quantity, line.price_rub.amount, mode, on)
    return _goods(line, 1, part.money, mode, on)


def _goods(line: OrderLine, quantity: int, price: Decimal, mode: str, on: date) -> Item:
    found = rule(Kind.GOODS, on=on)
    return Item(
        description=line.title_ru,
        quantity=quantity,
        price=price,
        subject=found.subject,
        vat_code=found.vat_code,
        mode=mode,
        agent_type=found.agent_type,
        supplier=_principal(line.seller),
    )


def _principal(seller: Seller) -> Supplier:
    # The law's field takes the name in Russian letters or Latin ones; the register has Chinese.
    return Supplier(name=seller.name_ru, inn=FOREIGN_INN)


def _fee(kind: str, price: Decimal, mode: str, on: date) -> Item:
    found = rule(kind, on=on)
    with translation.override("ru"):
        names = {
            Kind.FREIGHT: _("Delivery"),
            Kind.DUTY: _("Customs duty"),
            Kind.ADVANCE: _("Advance"),
        }
    return Item(names[Kind(kind)], 1, price, found.subject, found.vat_code, mode)
