"""A seller's statement as a workbook and a print: in Chinese, to the fen, nothing computed."""

import base64
import io
import re
import zlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from catalog.models import Seller, SellerMember
from orders import lifecycle
from payments import settlement
from payments.models import Settlement
from payments.settlement import composing, house, prints, sheets, statements
from storefront.accounts.models import User
from tests.factories import catalog as goods
from tests.factories import orders as factory
from tests.factories import payments as money

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 10, tzinfo=UTC)
UNTIL = date(2026, 12, 14)


@pytest.fixture
def lianhua() -> Seller:
    return goods.seller(slug="lianhua", name_zh="=莲花数码 <演示>")


@pytest.fixture
def period(lianhua: Seller) -> Settlement:
    money.rate()
    order = factory.order(goods.offer(seller=lianhua))
    money.paid(order)
    (delivery,) = money.delivered(order)
    lifecycle.mark_released(delivery, now=AT)
    settlement.release(delivery, actor="task:release", now=AT)
    mine = {"actor": "user:vera", "source": "storehouse", "now": AT + timedelta(hours=1)}
    settlement.store(lianhua, Decimal("12.50"), key="w1", **mine)
    waiting = factory.order(goods.offer(seller=lianhua))
    money.paid(waiting)
    settlement.settle(UNTIL, now=AT + timedelta(days=5), actor="task:job")
    return Settlement.objects.get()


def test_every_line_is_traced_to_its_order_rate_and_journal(period: Settlement) -> None:
    told = statements.read(period)

    sale, storage = told.rows
    order = period.lines.get(kind="SALE").order_line.order
    assert (sale.order, sale.rate, sale.rate_on) == (
        order.shown_number, Decimal("11.87"), date(2026, 11, 21),
    )  # fmt: skip
    assert (sale.gross, sale.commission, sale.net) == (
        Decimal("1299.00"), Decimal("-103.92"), Decimal("1195.08"),
    )  # fmt: skip
    assert sale.journal == f"release:{order.deliveries.get().pk}:1"
    assert (storage.net, storage.journal) == (Decimal("-12.50"), "storage:w1")
    assert sum(value for _name, value in told.sums) == told.net == Decimal("1182.58")
    assert [gap.net for gap in told.missing] == [Decimal("1195.08")]
    line = order.lines.get()
    assert (sale.position, sale.title, sale.quantity) == (1, line.title_zh, 1)
    assert (storage.order, storage.title, storage.quantity, storage.rate) == ("", "", None, None)
    assert [value for _name, value in told.sums] == [
        *map(Decimal, ("0", "1299.00", "-103.92", "0", "0", "-12.50", "0"))
    ]
    names = "Перенесено|Продано|Комиссия|Возвраты|Штрафы|Хранение на складе|Исправления"
    assert [name for name, _value in told.sums] == names.split("|")
    assert (told.seller, told.since, told.until) == (period.seller, None, UNTIL)
    assert (told.number, told.payouts) == (f"S-{UNTIL:%Y%m%d}-{period.seller_id}", [])
    short = statements.brief(period)
    assert (short.pk, short.number, short.since) == (period.pk, told.number, None)
    assert (short.until, short.net) == (UNTIL, told.net)
    (gap,) = told.missing
    late = period.left_out.get()
    assert (gap.order, gap.title) == (late.order_line.order.shown_number, late.order_line.title_zh)
    assert gap.reason == late.get_reason_display()
    assert (period.made_by, period.made_at) == ("task:job", AT + timedelta(days=5))


def test_a_frozen_statement_is_in_fen_and_kopecks_and_the_next_one_carries_it(
    period: Settlement,
) -> None:
    names = (
        *("position", "kind", "gross_units", "commission_units"),
        *("net_units", "goods_units", "booked_units"),
    )
    assert list(period.lines.order_by("position").values_list(*names)) == [
        (1, "SALE", 129_900, -10_392, 119_508, 1_699_000, 1_541_913),
        (2, "STORAGE", -1_250, 0, -1_250, 0, 0),
    ]
    assert {line.journal_id == line.entry.journal_id for line in period.lines.all()} == {True}
    assert [gap.net_units for gap in period.left_out.all()] == [119_508]
    assert (period.commission_units, period.sold_units) == (-10_392, 129_900)

    settlement.settle(UNTIL + timedelta(days=7), now=AT + timedelta(days=12), actor="task:job")

    late = Settlement.objects.latest("pk")
    assert (late.period_from, late.carried_units, late.net_units) == (UNTIL, 118_258, 118_258)
    assert list(late.lines.values_list(*names)) == [(1, "CARRIED", 118_258, 0, 118_258, 0, 0)]
    assert late.left_out.get().order_line == period.left_out.get().order_line
    view = house.view(UNTIL + timedelta(days=7))
    assert (view.share, view.rubles_in, view.result) == (house.Share(0, 0, 0, 0), 0, 0)


def test_the_workbook_is_chinese_and_adds_up(period: Settlement) -> None:
    book = load_workbook(io.BytesIO(sheets.xlsx(period)))

    first, second = book.worksheets
    assert (first.title, second.title) == ("结算单", "未计入")
    cells = [cell for row in first.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.data_type in ("s", "n", "d") for cell in cells)
    name = next(cell for cell in cells if cell.value == "=莲花数码 <演示>")
    assert name.data_type == "s"
    rows = [row for row in first.iter_rows(values_only=True) if isinstance(row[0], int)]
    assert [row[1] for row in rows] == ["销售", "仓储费"]
    assert round(sum(row[7] for row in rows), 2) == 1182.58
    assert [row[2] for row in second.iter_rows(min_row=2, values_only=True)] == [1195.08]


def test_the_print_is_chinese_and_carries_no_font(period: Settlement) -> None:
    paper = prints.pdf(period)

    assert paper.startswith(b"%PDF-")
    assert b"/FontFile" not in paper
    assert b"STSong-Light" in paper
    words = written(paper)
    for word in ("结算单", "莲花数码", "销售", "仓储费", "1,182.58", "未计入"):
        assert word in words, word


def written(paper: bytes) -> str:
    """The texts of a PDF of ours: strings of two bytes a character."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", paper, re.S):
        try:
            page = zlib.decompress(base64.a85decode(stream.strip().removesuffix(b"~>")))
        except ValueError:
            continue
        for text in re.findall(rb"\((.*?)(?<!\\)\) Tj", page, re.S):
            raw = re.sub(rb"\\([0-7]{3}|.)", _byte, text, flags=re.S)
            found.append(raw.decode("utf-16-be", "replace"))
    return "\n".join(found)


def _byte(match: re.Match[bytes]) -> bytes:
    code = match.group(1)
    return bytes([int(code, 8)]) if len(code) == 3 else code


def test_a_statement_is_frozen_and_made_once(period: Settlement) -> None:
    again = settlement.settle(UNTIL, now=AT + timedelta(days=6), actor="task:job")

    assert again == 0
    assert Settlement.objects.count() == 1
    with pytest.raises(Exception, match=r"permission denied|append-only"):
        Settlement.objects.update(net_units=1)


def test_the_houses_own_view(period: Settlement) -> None:
    """Goods 16 990.00 at 15 419.13 of yuan: margin 1 570.87; freight 640; storage 12.50 yuan."""
    share = house.share(period)
    view = house.view(UNTIL)

    assert (share.goods, share.booked, share.margin) == (1_699_000, 1_541_913, 157_087)
    assert (share.commission, share.deducted) == (10_392, 1_250)
    assert (view.rubles_in, view.freight, view.duty) == (1_763_000, 64_000, 0)
    assert (view.gain, view.deals, view.to_sellers, view.paid) == (0, [], 118_258, 0)
    assert view.result == 157_087 + 64_000


def test_only_his_own_statements_are_a_sellers(period: Settlement, lianhua: Seller) -> None:
    boris, gleb, packer = (
        User.objects.create_user(f"{name}@example.com", "x") for name in ("b", "g", "p")
    )
    SellerMember.objects.create(user=boris, seller=lianhua, role="FINANCE")
    SellerMember.objects.create(user=gleb, seller=goods.seller(), role="OWNER")
    SellerMember.objects.create(user=packer, seller=lianhua, role="LISTING")
    page = reverse("seller_statement", args=[period.pk])
    files = [reverse("seller_statement_file", args=[period.pk, kind]) for kind in ("xlsx", "pdf")]

    assert [visit(boris, url) for url in (page, *files)] == [200, 200, 200]
    for other in (gleb, packer):
        assert {visit(other, url) for url in (page, *files)} == {404}
    assert visit(boris, reverse("seller_statement_file", args=[period.pk, "doc"])) == 404
    assert visit(boris, reverse("seller_money")) == 200


def visit(user: User, url: str) -> int:
    client = Client()
    client.force_login(user)
    return client.get(url, HTTP_ACCEPT_LANGUAGE="zh-hans").status_code


def test_nothing_is_settled_for_who_has_nothing(lianhua: Seller) -> None:
    assert settlement.settle(UNTIL, now=AT, actor="task:job") == 0
    assert composing.carried(lianhua) == 0
