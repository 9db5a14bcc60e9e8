"""Numbers of single pieces: checked and taken in at receipt, checked again at packing."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from catalog.dated import holding
from logistics.models import (
    AdviceCount,
    Serial,
    SerialRule,
    Shipment,
    ShipmentItem,
    Stock,
)
from logistics.states import State
from storefront.lib import identifiers, locks
from storefront.lib.refusal import Refusal

CHECKS = {SerialRule.Scheme.IMEI: identifiers.is_imei}
MAY_COME_BACK = State.ends() - {State.DESTROYED}
PRINTED = str.maketrans("", "", "-/ ")


class BadSerial(Refusal):
    """A number is wrong, known already, or of another piece."""

    code = "serial"


def scheme_of(kind: str, *, now: datetime) -> str:
    """How pieces of a kind are numbered; nothing, if they are not."""
    rules = SerialRule.objects.filter(holding(now.date()), kind=kind)
    rule = rules.order_by("-valid_from").first()
    return rule.scheme if rule else ""


def read(numbers: Sequence[str], kind: str, pieces: int, *, now: datetime) -> list[str]:
    """The numbers of so many pieces, as they are kept: one piece, one number.

    Units: an IMEI has 14 digits and a check digit; of a telephone for two cards the first.
    Source: 3GPP TS 23.003, 6.2.1 and annex B (Luhn).
    Raises: BadSerial.
    """
    scheme = scheme_of(kind, now=now)
    if not scheme:
        return []
    plain = [number.translate(PRINTED).upper() for number in numbers]
    _all_good(plain, scheme)
    if len(plain) != pieces:
        words = {"pieces": pieces, "numbers": len(plain)}
        raise BadSerial(
            _("One piece, one IMEI: %(pieces)s pieces, %(numbers)s numbers.") % words, **words
        )
    return plain


def _all_good(numbers: Sequence[str], scheme: str) -> None:
    is_good = CHECKS[SerialRule.Scheme(scheme)]
    for number in numbers:
        if len(number) != 15 or not is_good(number):
            text = _("%(number)s is no IMEI: scan it again.")
            raise BadSerial(text % {"number": number[:20]}, number=number)
    twice = {number for number in numbers if numbers.count(number) > 1}
    if twice:
        raise _known(min(twice))


def _known(number: str) -> BadSerial:
    text = _("%(number)s was scanned already: another piece has it.")
    return BadSerial(text % {"number": number}, number=number)


@transaction.atomic
def take_in(
    stock: Stock, numbers: Sequence[str], *, now: datetime, count: AdviceCount | None = None
) -> None:
    """Keep the numbers of pieces that have come; a known one is refused, whoever was first.

    A piece whose parcel has ended may come again: sent back, given back by its buyer, found.
    Locks: the caller holds the row of stock; the numbers, by key.
    Raises: BadSerial.
    """
    if not numbers:
        return
    known = locks.rows(Serial.objects.here().filter(number__in=numbers))
    ended = ShipmentItem.objects.filter(
        pk__in=[row.item_id for row in known], shipment__state__in=MAY_COME_BACK
    )
    back = set(ended.values_list("pk", flat=True))
    for row in sorted(known, key=lambda one: one.number):
        if row.item_id not in back:
            raise _known(row.number)
    Serial.objects.filter(pk__in=[row.pk for row in known]).update(state=Serial.State.CAME_BACK)
    rows = [
        Serial(number=number, scheme="IMEI", stock=stock, count=count, taken_at=now)
        for number in numbers
    ]
    try:
        with transaction.atomic():
            Serial.objects.bulk_create(rows)
    except IntegrityError as error:  # another worker was quicker by a moment
        raise _known(numbers[0]) from error
    Stock.objects.filter(pk=stock.pk, is_serial=False).update(is_serial=True)
    stock.is_serial = True


def pack(shipment: Shipment, numbers: Sequence[str] | None, *, now: datetime) -> None:
    """Check the pieces of a parcel by their numbers and let them leave the warehouse.

    `numbers` is None for automatic hands: they take the pieces that came first. Nothing is asked,
    and no statement made, where no row of the parcel's stock is kept by numbers.
    Locks: the caller holds the order and the stock; the numbers, by key.
    Raises: BadSerial.
    """
    if not any(stock.is_serial for stock in shipment.held_stocks):
        return
    wanted = list(
        shipment.items.filter(line__reservation__stock__is_serial=True)
        .select_related("line__reservation")
        .order_by("pk")
    )
    left = None if numbers is None else _read_for(wanted, numbers)
    for item in wanted:
        chosen = _first(item) if left is None else _of(item, left, now=now)
        keys = [row.pk for row in chosen]
        done = Serial.objects.filter(pk__in=keys, state=Serial.State.IN_STOCK)
        if done.update(state=Serial.State.PACKED, item=item, packed_at=now) != len(keys):
            raise BadSerial(_("One of these pieces has left already."))


def pieces_of(shipment: Shipment) -> int:
    """How many pieces of a parcel are scanned by number when it is packed."""
    rows = shipment.items.filter(line__reservation__stock__is_serial=True)
    return int(rows.aggregate(total=Sum("quantity"))["total"] or 0)


def check(numbers: Sequence[str]) -> None:
    """Refuse numbers that are none, and one that was scanned twice.

    Raises: BadSerial.
    """
    _all_good([number.translate(PRINTED).upper() for number in numbers], SerialRule.Scheme.IMEI)


def _read_for(wanted: Sequence[ShipmentItem], numbers: Sequence[str]) -> list[str]:
    """The numbers scanned for a parcel, as many as it has pieces.

    Raises: BadSerial.
    """
    plain = [number.translate(PRINTED).upper() for number in numbers]
    _all_good(plain, SerialRule.Scheme.IMEI)
    pieces = sum(item.quantity for item in wanted)
    if len(plain) != pieces:
        words = {"pieces": pieces, "numbers": len(plain)}
        raise BadSerial(
            _("Scan the IMEI of each piece: %(pieces)s pieces, %(numbers)s numbers.") % words,
            **words,
        )
    return plain


def _first(item: ShipmentItem) -> list[Serial]:
    stock_id = item.line.reservation.stock_id
    rows = Serial.objects.filter(stock=stock_id, state=Serial.State.IN_STOCK)
    return list(rows.order_by("pk")[: item.quantity])


def _of(item: ShipmentItem, left: list[str], *, now: datetime) -> list[Serial]:
    """Take from the scanned numbers those of an item's goods; what is left is for the others."""
    stock_id = item.line.reservation.stock_id
    rows = locks.rows(Serial.objects.here().filter(number__in=left))
    _refuse_strangers(left, rows)
    own = [row for row in rows if row.stock_id == stock_id][: item.quantity]
    chosen = {row.number for row in own}
    left[:] = [number for number in left if number not in chosen]
    short = item.quantity - len(own)
    fresh = [number for number in left if number not in {row.number for row in rows}][:short]
    if len(fresh) < short:
        raise _foreign(next(iter(left), ""))
    left[:] = [number for number in left if number not in fresh]
    return own + _named_now(stock_id, fresh, now=now) if short else own


def _refuse_strangers(left: Sequence[str], rows: Sequence[Serial]) -> None:
    for row in rows:
        if row.state == Serial.State.PACKED:
            text = _("%(number)s left the warehouse already: this is another piece.")
            raise BadSerial(text % {"number": row.number}, number=row.number)


def _foreign(number: str) -> BadSerial:
    text = _("%(number)s is not of these goods: check the pieces.")
    return BadSerial(text % {"number": number}, number=number)


def _named_now(stock_id: int, fresh: Sequence[str], *, now: datetime) -> list[Serial]:
    """Pieces that lay there before numbers were taken: theirs are taken now.

    Raises: BadSerial, if every piece there has its number.
    """
    if _room(stock_id) < len(fresh):
        raise _foreign(fresh[0])
    take_in(Stock.objects.get(pk=stock_id), fresh, now=now)
    return list(Serial.objects.here().filter(number__in=fresh))


def _room(stock_id: int) -> int:
    """How many pieces on hand, or picked and not yet packed, have no number."""
    on_hand = Stock.objects.values_list("on_hand", flat=True).get(pk=stock_id)
    picked = ShipmentItem.objects.filter(
        line__reservation__stock=stock_id, shipment__state=State.PICKED, shipment__packed_at=None
    ).aggregate(total=Sum("quantity"))["total"]
    named = Serial.objects.filter(stock=stock_id, state=Serial.State.IN_STOCK).count()
    return int(on_hand + (picked or 0) - named)
