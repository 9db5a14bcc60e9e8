"""What the papers of a parcel say, read from the order, the goods and the scales."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import prefetch_related_objects

from catalog.models import HsCode
from logistics import consolidation
from logistics.models import (
    Declaration,
    LaneLeg,
    RecipientIdentity,
    Shipment,
    ShipmentItem,
    Stock,
)
from orders.models import OrderLine
from orders.quotes import Body
from payments.models import Charge
from storefront.lib import csvs, kept, money
from storefront.lib.refusal import Refusal

from . import duties, limits, modes, tariff
from .gateways import ceb, fts
from .matching import NotMatching

RUSSIA_ALONE = "10"  # the office is not known: the digits of the Russian service stand for it
PIECE = "007"  # Source: design notes 1.7
GRAM = Decimal("0.001")


@cache
def firms() -> dict[str, ceb.Firm]:
    """The firms that answer for our parcels, by role.

    Source: parties.csv; demo firms, replaced by the registered ones in production.
    """
    rows = csvs.read(Path(__file__).with_name("parties.csv"))
    return {row["role"]: ceb.Firm(row["code"], row["name"]) for row in rows}


def contents(shipment: Shipment) -> list[ShipmentItem]:
    """What lies in the parcel, in the order of the order's lines."""
    return contents_of([shipment])[shipment.pk]


def contents_of(shipments: Iterable[Shipment]) -> dict[int, list[ShipmentItem]]:
    """What lies in each of many parcels; one query."""
    found: dict[int, list[ShipmentItem]] = {shipment.pk: [] for shipment in shipments}
    items = ShipmentItem.objects.filter(shipment__in=found).select_related(
        "line__seller", "line__offer__variant__product__brand", "line__reservation__stock"
    )
    for item in items.order_by("shipment", "line__position"):
        found[item.shipment_id].append(item)
    return found


def read_all(declarations: Sequence[Declaration]) -> None:
    """Have at hand what the papers of many parcels are written from; eight queries."""
    prefetch_related_objects(
        declarations,
        "shipment__order__charges",
        "shipment__order__shipments",
        "shipment__delivery__shipments",
        "shipment__lane",
    )
    shipments = {one.shipment_id: one.shipment for one in declarations}
    for pk, items in contents_of(shipments.values()).items():
        shipments[pk].known_items = items


def declared(shipment: Shipment, direction: str) -> list[ShipmentItem]:
    """What a paper lists: China takes a list for each parcel, Russia one for a whole box."""
    if shipment.box_id is None or direction == Declaration.Direction.EXPORT:
        return contents(shipment)
    return [item for one in consolidation.inside(shipment) for item in contents(one)]


def owner(shipment: Shipment, items: Sequence[ShipmentItem]) -> ceb.Firm:
    """Who declares: the seller of everything in the box, or the platform for several."""
    if shipment.box_id is None:
        return declarant([item.line for item in items])
    together = ShipmentItem.objects.filter(shipment__box=shipment.box_id)
    return declarant([item.line for item in together.select_related("line__seller")])


def traits_of(items: Sequence[ShipmentItem]) -> modes.Traits:
    """What decides the mode: this shop sells to consumers; bonded goods are packed apart."""
    regimes = [item.line.reservation.stock.regime for item in items]
    value = sum((item.line.price_cny.amount * item.quantity for item in items), Decimal(0))
    is_bonded = bool(regimes) and all(regime == Stock.Regime.BONDED for regime in regimes)
    return modes.Traits(modes.Buyer.CONSUMER, is_bonded, value)


@kept.for_a_minute
def hs_codes() -> dict[str, HsCode]:
    return {row.code: row for row in HsCode.objects.all()}


def kilos(grams: int) -> Decimal:
    return (Decimal(grams) / 1000).quantize(GRAM)


def export_paper(declaration: Declaration) -> ceb.Paper:
    """What the Chinese window is told.

    Money: yuan; the freight in rubles at the rate of the order, half up, shared by weight among
    the parcels of a delivery.
    """
    shipment = declaration.shipment
    items = contents(shipment) if shipment.known_items is None else shipment.known_items
    order = shipment.order
    goods = tuple(_goods(item) for item in items)
    value = sum((line.total for line in goods), Decimal(0))
    mode = modes.named(declaration.mode, value=value, on=declaration.made_at.date())
    paid = [one for one in order.charges.all() if one.state == Charge.State.CAPTURED]
    charge = min(paid, key=lambda one: one.pk, default=None)
    port_code, voyage = crossing(shipment.lane_id)
    return ceb.Paper(
        reference=declaration.reference,
        order_no=f"{order.number}-{_box(shipment)}",
        waybill_no=shipment.number,
        mode=declaration.mode,
        customs_code=declaration.customs_code,
        port_code=port_code,
        traffic=shipment.lane.mode,
        voyage=voyage,
        parties=_parties(owner(shipment, items), declaration.mode),
        pay_no=charge.provider_id if charge else order.number,
        paid_at=order.paid_at or order.placed_at,
        freight=money.half_up(_part(shipment, shipment.delivery.freight.amount) / order.rate),
        gross_kg=kilos(shipment.weight_g or shipment.planned_weight_g),
        goods=goods,
        is_simplified=declaration.is_simplified,
        documents=mode.documents,
        order_type=mode.order_type,
        code_digits=mode.code_digits,
        made_at=declaration.made_at,
        amended=declaration.amended,
    )


def _box(shipment: Shipment) -> int:
    """Which box of the order this is, from 1."""
    return sum(one.pk <= shipment.pk for one in shipment.order.shipments.all())


@kept.for_a_minute
def crossing(lane_id: int) -> tuple[str, str]:
    """Where a lane leaves China (the customs district), and its main service."""
    legs = LaneLeg.objects.filter(lane=lane_id).select_related("service__origin")
    port_code, voyage = "", ""
    for leg in legs.order_by("position"):
        origin = leg.service.origin
        if origin.country == "CN" and origin.customs_code:
            port_code = origin.customs_code
        if leg.is_main:
            voyage = leg.service.code
    return port_code, voyage


def _goods(item: ShipmentItem) -> ceb.Goods:
    line = item.line
    variant = line.offer.variant
    known = hs_codes().get(variant.hs_code)
    model = "|".join(
        part for part in (variant.product.brand.name, variant.product.model, variant.memory) if part
    )
    article = line.offer.article
    return ceb.Goods(
        item_no=article if len(article) <= 20 else f"OFFER-{line.offer_id}",
        name=line.title_zh[:250],
        model=model[:250],
        barcode=variant.barcode,
        hs_code=variant.hs_code,
        unit_1=known.unit_1 if known else PIECE,
        unit_2=known.unit_2 if known else "",
        quantity=item.quantity,
        price=line.price_cny.amount,
        net_kg=kilos(variant.net_weight_g * item.quantity),
    )


def _parties(seller: ceb.Firm, mode: str) -> ceb.Parties:
    """Who answers for a parcel; the warehouse and its book only for bonded goods."""
    known = firms()
    if mode not in modes.BONDED:
        return house(seller)
    book = known["account_book"].code
    return replace(house(seller), warehouse=known["warehouse"], account_book=book)


def house(seller: ceb.Firm | None = None) -> ceb.Parties:
    """The firms of the house around a seller; without one the platform answers for the goods."""
    known = firms()
    return ceb.Parties(
        platform=known["platform"],
        seller=seller or known["platform"],
        owner=seller or known["platform"],
        logistics=known["logistics"],
        payment=known["payment"],
        agent=known["agent"],
        dxp=known["dxp"].code,
    )


def declarant(lines: Sequence[OrderLine]) -> ceb.Firm:
    """One seller answers for his goods himself; goods of several go under the platform's name."""
    sellers = {line.seller_id: ceb.Firm(line.seller.uscc, line.seller.name_zh) for line in lines}
    return next(iter(sellers.values())) if len(sellers) == 1 else firms()["platform"]


def _part(shipment: Shipment, whole: Decimal) -> Decimal:
    """A parcel's part of what was asked for its delivery."""
    return _parts(shipment, whole)[0]


def _parts(shipment: Shipment, *wholes: Decimal) -> list[Decimal]:
    """A parcel's parts of sums of its delivery.

    Rounding: to the kopeck, by planned weight; the parts of all parcels add up to the whole.
    """
    others = sorted(shipment.delivery.shipments.all(), key=lambda one: one.pk)
    weights = [Decimal(one.planned_weight_g) for one in others]
    place = next(index for index, one in enumerate(others) if one.pk == shipment.pk)
    return [
        money.from_minor(money.apportion(money.to_minor(whole, "RUB"), weights)[place], "RUB")
        for whole in wholes
    ]


def import_paper(declaration: Declaration) -> fts.Paper:
    """What the Russian window is told. Money: goods in yuan, duty in rubles.

    Raises: NotMatching, in the words of a rule of import that the goods or their way break.
    """
    shipment = declaration.shipment
    items = declared(shipment, declaration.direction)
    rows = consolidation.inside(shipment)
    _must_pass(shipment, items, on=declaration.made_at.date())
    orders = {row.order_id for row in rows}
    identity = RecipientIdentity.objects.filter(order__in=orders, sealed__isnull=False)
    subject = identity.values_list("subject", flat=True).first()
    return fts.Paper(
        reference=declaration.reference,
        track=shipment.number,
        customs_code=declaration.customs_code,
        city=shipment.order.city.title_ru,
        gross_kg=kilos(sum(row.weight_g or row.planned_weight_g for row in rows)),
        items=tuple(_item(item) for item in items),
        subject=str(subject or ""),
        **_dues_of(rows),
    )


def _must_pass(shipment: Shipment, items: Sequence[ShipmentItem], *, on: date) -> None:
    goods = [(item.line.offer.variant, item.quantity) for item in items]
    try:
        limits.check_declared(goods, mode=shipment.lane.mode, on=on)
    except Refusal as broken:
        raise NotMatching(str(broken)) from broken


def _dues_of(rows: Sequence[Shipment]) -> dict[str, Any]:
    """What is due for a box: the sums of its parcels, by the rule of the first.

    Parcels on which anything is due are not put together, so their rules never differ in money.
    """
    all_dues = [_dues(row) for row in rows]
    sums = ("duty", "vat", "value")
    return {
        name: sum((dues.get(name, Decimal(0)) for dues in all_dues), Decimal(0))
        if name in sums
        else known
        for name, known in all_dues[0].items()
    }


def _dues(shipment: Shipment) -> dict[str, Any]:
    """What is due for a parcel and by which rule, from the quote the buyer agreed to.

    Money: rubles, shared by weight among the parcels of a delivery.
    """
    asked = shipment.delivery.duty.amount
    body = Body.from_json(shipment.order.quote.body)
    part = next(one for one in body.deliveries if one.origin == shipment.delivery.origin)
    if not part.duty_inputs:
        return {"duty": _part(shipment, asked)}
    row, kind = tariff.named(part.duty_rule)
    whole = duties.duty(
        Decimal(part.duty_inputs["value_rub"]),
        eur_rate=Decimal(part.duty_inputs["eur_rate"]),
        weight_g=int(part.duty_inputs["weight_g"]),
        rule=row,
    )
    duty, vat, value = _parts(shipment, asked, whole.vat_rub, part.goods_rub)
    return {
        "duty": duty,
        "vat": min(duty, vat),
        "value": value,
        "kind": kind,
        "rule": row.rule,
        "eur_rate": Decimal(part.duty_inputs["eur_rate"]),
    }


def _item(item: ShipmentItem) -> fts.Item:
    line = item.line
    variant = line.offer.variant
    return fts.Item(
        tnved=variant.hs_code,
        description=line.title_ru,
        quantity=item.quantity,
        net_kg=kilos(variant.net_weight_g * item.quantity),
        value=line.price_cny.amount * item.quantity,
    )
