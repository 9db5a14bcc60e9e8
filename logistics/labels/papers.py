"""What stands on the label of a parcel, on that of a bag, and on the manifest of a departure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from catalog.models import Battery
from logistics.customs import papers
from logistics.models import Bag, Departure, Place, Shipment
from logistics.states import State
from orders import days

from .sheets import Sheet

WIDTH, HEIGHT, EDGE = 100.0, 150.0, 5.0  # a label as couriers in China use it
A4 = (210.0, 297.0)
ROWS = 46  # of a page of a manifest
ABOARD = (
    State.LOADED,
    State.DEPARTED,
    State.AT_BORDER,
    State.IMPORT_CLEARED,
    State.LAST_MILE,
    State.DELIVERED,
)
COLUMNS = (10.0, 68.0, 104.0, 140.0, 158.0)


class NoSuchLabel(Exception):
    """There is nothing with this number to print a paper for."""


def shipment(number: str) -> Shipment:
    """A parcel that may be labelled. Raises: NoSuchLabel."""
    rows = Shipment.objects.select_related("order__city", "lane__terminal", "delivery")
    found = rows.filter(number="".join(number.split()).upper()).first()
    if found is None:
        raise NoSuchLabel(number)
    return found


def kilos(grams: int) -> str:
    return f"{papers.kilos(grams)} kg"


def sender() -> tuple[str, str]:
    """Who sends, and from where: the house's carrier, and the place of its centre."""
    centre = Place.objects.get(kind=Place.Kind.CENTRE)
    return papers.firms()["logistics"].name, f"{centre.title_zh} · {centre.title_en}, CN"


def _sign(place: Place) -> str:
    """The code of a terminal as it is read from afar."""
    return place.unlocode or place.code.upper()


def parcel(number: str, now: datetime) -> list[Sheet]:
    """The label of a parcel: number and barcode, whither, from whom, weight, what is dangerous."""
    row = shipment(number)
    order = row.order
    sheet = _headed(row.lane.terminal, f"{row.lane.title_zh} · {row.lane.mode.upper()}")
    inner = WIDTH - 2 * EDGE
    sheet.barcode(EDGE + 5, 31, inner - 10, 24, row.number)
    sheet.text(EDGE + 14, 56, 7, _spaced(row.number))
    sheet.box(EDGE, 66, inner, 50)
    sheet.text(EDGE + 2, 68, 3, "收件人 Кому To")
    sheet.lines(EDGE + 2, 73, 5, order.recipient, width=inner - 4, most=1)
    sheet.text(EDGE + 2, 80, 4, order.phone)
    if order.point:
        sheet.lines(EDGE + 36, 80, 4, f"自提点 ПВЗ {order.point}", width=inner - 40, most=1)
    sheet.text(EDGE + 2, 86, 8, order.postcode)
    sheet.lines(EDGE + 36, 87, 5, order.city.title_ru, width=inner - 40, most=1)
    sheet.lines(EDGE + 2, 97, 4.2, order.street, width=inner - 4, most=3)
    name, place = sender()
    sheet.lines(EDGE + 2, 119, 3, f"寄件人 От кого From: {name}", width=inner - 4, most=1)
    sheet.text(EDGE + 2, 123.5, 3, place)
    weight = row.weight_g or row.planned_weight_g
    sheet.text(EDGE + 2, 129, 6, kilos(weight))
    sheet.text(EDGE + 38, 130, 4, order.shown_number)
    sheet.text(EDGE + 66, 130, 4, f"{now.astimezone(days.CHINA):%Y-%m-%d}")
    if _has_battery(row):
        sheet.text(EDGE + 2, 139, 3.4, "含锂电池 · Литиевая батарея · Lithium battery")
    return [sheet]


def _headed(terminal: Place, way: str) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    sheet.box(EDGE, EDGE, WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE, 0.5)
    sheet.text(EDGE + 3, EDGE + 2, 11, _sign(terminal))
    sheet.lines(EDGE + 3, EDGE + 13.5, 3.8, terminal.title_ru, width=WIDTH - 16, most=1)
    sheet.lines(EDGE + 3, EDGE + 18.5, 3.8, way, width=WIDTH - 16, most=1)
    sheet.box(EDGE, EDGE + 23.5, WIDTH - 2 * EDGE, 0, 0.5)
    return sheet


def _spaced(number: str) -> str:
    """LX 300 000 008 CN, as people read it aloud."""
    return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:11]} {number[11:]}"


def _has_battery(row: Shipment) -> bool:
    kinds = row.items.values_list("line__offer__variant__battery_kind", flat=True)
    return any(kind != Battery.NONE for kind in kinds)


def bag(number: str, now: datetime) -> list[Sheet]:
    """The label of a bag: number and barcode, seal, destination, departure, parcels, weight."""
    found = Bag.objects.select_related("departure__lane__terminal", "departure__service")
    row = found.filter(number__iexact=number.strip()).first()
    if row is None:
        raise NoSuchLabel(number)
    departure = row.departure
    lane = departure.lane
    sheet = _headed(lane.terminal, f"{lane.title_zh} · {lane.mode.upper()}")
    inner = WIDTH - 2 * EDGE
    sheet.barcode(EDGE + 3, 31, inner - 6, 24, row.number)
    sheet.lines(EDGE + 3, 56, 5, row.number, width=inner - 6, most=1)
    facts = (
        ("封号 Пломба Seal", row.seal or "–"),
        ("目的地 Куда To", f"{lane.terminal.title_zh} {lane.terminal.title_ru}"),
        ("班次 Рейс Departure", departure.number),
        ("出发 Отправка Departs", f"{departure.departs_at.astimezone(days.CHINA):%Y-%m-%d %H:%M}"),
        ("件数 Мест Parcels", str(row.parcels)),
        ("重量 Вес Weight", kilos(row.weight_g)),
    )
    for turn, (name, fact) in enumerate(facts):
        y = 66 + turn * 12
        sheet.text(EDGE + 3, y, 3, name)
        sheet.lines(EDGE + 3, y + 3.6, 3.4, fact, width=inner - 6, most=2)
    sheet.text(EDGE + 3, 140, 3, f"{now.astimezone(days.CHINA):%Y-%m-%d %H:%M} · {sender()[0]}")
    return [sheet]


Line = tuple[str, str, str, str, str]


def manifest(number: str, now: datetime) -> list[Sheet]:
    """All parcels aboard a departure, by bag, with seals, weights and sums; pages of A4."""
    found = Departure.objects.select_related("lane__terminal", "service")
    row = found.filter(number__iexact=number.strip()).first()
    if row is None:
        raise NoSuchLabel(number)
    parcels = list(
        row.shipments.filter(state__in=ABOARD)
        .select_related("bag", "order__city")
        .order_by("bag__number", "number")
    )
    lines = list(_lines(parcels))
    pages = [lines[start : start + ROWS] for start in range(0, len(lines), ROWS)] or [[]]
    made = []
    for turn, page in enumerate(pages, 1):
        sheet = _page(row, f"{turn}/{len(pages)}", page, now)
        if turn == len(pages):
            _sum(sheet, parcels, 52 + len(page) * 4.8)
        made.append(sheet)
    return made


def _lines(parcels: Sequence[Shipment]) -> Iterator[Line]:
    for held, rows in groupby(parcels, key=lambda row: row.bag):
        inside = list(rows)
        weight = sum(_grams(row) for row in inside)
        name, seal = (held.number, held.seal) if held else ("–", "")
        yield name, f"封号 {seal or '–'}", f"{len(inside)} 件", kilos(weight), ""
        for row in inside:
            city = row.order.city
            yield "", row.number, city.title_ru, kilos(_grams(row)), row.order.postcode


def _grams(row: Shipment) -> int:
    return row.weight_g or row.planned_weight_g


def _page(row: Departure, turn: str, lines: Sequence[Line], now: datetime) -> Sheet:
    sheet = Sheet(*A4)
    is_open = row.state == Departure.State.OPEN
    draft = " · 未封 не закрыт not closed" if is_open else ""
    sheet.text(10, 10, 6, f"舱单 Манифест Manifest{draft}")
    sheet.barcode(120, 10, 80, 12, row.number)
    sheet.text(10, 19, 5, row.number)
    lane = row.lane
    sheet.lines(10, 26, 4, f"{lane.title_zh} · {lane.title_ru}", width=190, most=1)
    departs = f"{row.departs_at.astimezone(days.CHINA):%Y-%m-%d %H:%M}"
    where = f"{_sign(lane.terminal)} · {row.service.code} · {departs}"
    sheet.text(10, 32, 4, where)
    bill = f"主单 {row.master_bill or '–'} · {now.astimezone(days.CHINA):%Y-%m-%d %H:%M} · {turn}"
    sheet.text(10, 37.5, 3.5, bill)
    heads = ("袋 Мешок", "单号 Номер", "城市 Город", "重量 Вес", "邮编 Индекс")
    _write(sheet, 45, heads)
    sheet.box(10, 50, 190, 0)
    for place, line in enumerate(lines):
        _write(sheet, 51.5 + place * 4.8, line)
    return sheet


def _write(sheet: Sheet, y: float, line: Sequence[str]) -> None:
    for x, following, text in zip(COLUMNS, (*COLUMNS[1:], 200.0), line, strict=True):
        if text:
            sheet.lines(x, y, 3.4, text, width=following - x - 1, most=1)


def _sum(sheet: Sheet, parcels: Sequence[Shipment], y: float) -> None:
    bags = len({row.bag_id for row in parcels})
    weight = kilos(sum(_grams(row) for row in parcels))
    sheet.box(10, y, 190, 0)
    sheet.text(10, y + 2, 4.5, f"合计 Итого Total: {bags} 袋 · {len(parcels)} 件 · {weight}")
