"""The postal customs declaration CN 23 of a parcel.

Source: Universal Postal Union, form CN 23 (210 x 148 mm): item number, sender, addressee, contents
with quantity, net weight, value, tariff number and origin, gross weight, category.
"""

from collections.abc import Sequence
from datetime import datetime

from logistics.customs import papers
from logistics.models import Shipment, ShipmentItem
from orders import days

from .papers import kilos, sender, shipment
from .sheets import Sheet

WIDTH, HEIGHT, EDGE = 210.0, 148.0, 6.0
ROWS = 9
HEADS = (
    (EDGE + 1, "名称 Содержимое Contents"),
    (98.0, "数量 Кол-во"),
    (118.0, "净重 Нетто"),
    (138.0, "价值 Цена CNY"),
    (166.0, "HS"),
    (186.0, "产地 Страна"),
)


def cn23(number: str, now: datetime) -> list[Sheet]:
    """A declaration, on as many sheets as its contents need.

    Money: yuan, as the goods were sold.
    """
    row = shipment(number)
    items = papers.contents(row)
    parts = [items[start : start + ROWS] for start in range(0, len(items), ROWS)] or [[]]
    made = [_page(row, part, f"{turn}/{len(parts)}", now) for turn, part in enumerate(parts, 1)]
    _sum(made[-1], row, items)
    return made


def _page(row: Shipment, items: Sequence[ShipmentItem], turn: str, now: datetime) -> Sheet:
    sheet = Sheet(WIDTH, HEIGHT)
    inner = WIDTH - 2 * EDGE
    sheet.box(EDGE, EDGE, inner, HEIGHT - 2 * EDGE, 0.5)
    sheet.text(EDGE + 2, EDGE + 1, 5, "报关单 Таможенная декларация CN 23")
    sheet.text(EDGE + 2, EDGE + 8, 3.2, f"Customs declaration · {turn}")
    sheet.barcode(122, EDGE + 2, 70, 12, row.number)
    sheet.text(138, EDGE + 15, 4, row.number)
    _people(sheet, row)
    sheet.text(
        EDGE + 2, 54, 3.2, "类别 Категория Category:  [X] 销售货物 Продажа товара Sale of goods"
    )
    sheet.box(EDGE, 60, inner, 0)
    for x, head in HEADS:
        sheet.text(x, 62, 2.6, head)
    sheet.box(EDGE, 67, inner, 0)
    for place, item in enumerate(items):
        _line(sheet, 68.5 + place * 6, item)
    day = f"{days.of_china(now)}"
    sheet.text(EDGE + 2, 134, 3, f"兹证明申报属实 Сведения верны Particulars are correct · {day}")
    return sheet


def _people(sheet: Sheet, row: Shipment) -> None:
    name, place = sender()
    order = row.order
    middle = WIDTH / 2
    sheet.box(EDGE, 25, WIDTH - 2 * EDGE, 27)
    sheet.text(EDGE + 2, 26, 2.8, "寄件人 Отправитель From")
    sheet.lines(EDGE + 2, 30, 4, name, width=middle - EDGE - 4, most=1)
    sheet.lines(EDGE + 2, 36, 3.4, place, width=middle - EDGE - 4, most=2)
    sheet.box(middle, 25, 0, 27)
    half = middle - EDGE - 4
    sheet.text(middle + 2, 26, 2.8, "收件人 Получатель To")
    sheet.lines(middle + 2, 30, 4, f"{order.recipient} {order.phone}", width=half, most=1)
    where = f"{order.postcode}, {order.city.title_ru}, {order.street}, RU"
    sheet.lines(middle + 2, 36, 3.4, where, width=half, most=3)


def _line(sheet: Sheet, y: float, item: ShipmentItem) -> None:
    line, variant = item.line, item.line.offer.variant
    value = line.price_cny.amount * item.quantity
    sheet.lines(EDGE + 1, y, 3.2, f"{line.title_zh} {line.title_en}", width=90, most=1)
    sheet.text(98, y, 3.2, str(item.quantity))
    sheet.text(118, y, 3.2, kilos(variant.net_weight_g * item.quantity))
    sheet.text(138, y, 3.2, f"{value:,.2f}")
    sheet.text(166, y, 3.2, variant.hs_code)
    sheet.text(186, y, 3.2, variant.origin)


def _sum(sheet: Sheet, row: Shipment, items: Sequence[ShipmentItem]) -> None:
    value = sum(item.line.price_cny.amount * item.quantity for item in items)
    gross = kilos(row.weight_g or row.planned_weight_g)
    sheet.box(EDGE, 124, WIDTH - 2 * EDGE, 0)
    sheet.text(EDGE + 2, 126, 4, f"毛重 Брутто Gross {gross}")
    sheet.text(114, 126, 4, f"总值 Всего Total {value:,.2f} CNY")
