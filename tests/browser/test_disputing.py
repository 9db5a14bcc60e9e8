"""A buyer disputes a delivery in the browser, with a phone and with a laptop."""

from decimal import Decimal

import pytest

from catalog.models import Offer
from orders import tokens
from orders.models import Order
from payments import disputes
from payments.models import Dispute
from storefront.management import world
from tests.browser.conftest import Visitor
from tests.factories import orders, payments
from tests.factories.tables import picture
from tests.shop import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]


def delivered(quantity: int = 2) -> Order:
    """Goods of Boris that arrived today."""
    email = world.login("seller")["email"]
    his = Offer.objects.filter(seller__members__user__email=email, state="LIVE")
    offer = his.order_by("pk").first()
    made = orders.order(offer, quantity=quantity, now=NOW)
    payments.paid(made, now=NOW)
    payments.delivered(made, at=NOW)
    return made


def test_buyer_opens_a_dispute_and_reads_its_decision(visitor: Visitor, tmp_path) -> None:
    order = delivered()
    photo = tmp_path / "угол.jpg"
    photo.write_bytes(picture("JPEG", (400, 300)))
    page = visitor.page
    visitor.goto(f"/o/{tokens.guest(order.form_key)}/")
    visitor.look("order-delivered")

    page.get_by_role("link", name="Что-то не так").click()
    visitor.look("dispute-open")
    page.get_by_label("повреждён").check()
    page.get_by_label("оставить себе и получить часть денег").check()
    page.get_by_label("Что произошло").fill("Разбит угол, коробка мокрая; экран цел.")
    page.get_by_label("Фотографии и документы").set_input_files(photo)
    page.get_by_role("button", name="Открыть спор").click()

    page.get_by_text("ждёт ответа продавца").first.wait_for()
    visitor.look("dispute")
    dispute = Dispute.objects.get(delivery__order=order)
    assert dispute.files.get().name == "угол.jpg"
    answered(dispute)
    page.reload()
    page.get_by_text("Фотография убеждает").wait_for()
    visitor.look("dispute-decided")
    page.get_by_role("link", name="← Заказ").click()
    page.get_by_text("Спор решён в пользу покупателя").wait_for()
    visitor.look("order-refunded")


def answered(dispute: Dispute) -> None:
    """What the seller and our operator do at their desks."""
    disputes.answer(dispute, "箱子出库时完好", actor="user:boris", now=NOW)
    verdict = disputes.Verdict(
        "PARTIAL", "Фотография убеждает.", "CARRIER", goods=Decimal(2000), freight=Decimal(640)
    )
    disputes.decide(dispute, verdict, actor="user:vera", now=NOW)


def test_seller_answers_a_dispute_in_chinese(visitor: Visitor) -> None:
    order = delivered()
    claim = disputes.Claim("DEFECTIVE", "RETURN", "Не заряжается", line=order.lines.get())
    dispute = disputes.open(order.deliveries.get(), claim, actor="guest", now=NOW)
    visitor.sign_in("seller", "/zh-hans/seller/disputes/")
    visitor.look("seller-disputes")
    page = visitor.page

    page.get_by_role("link", name=str(dispute)).click()
    visitor.look("seller-dispute")
    page.fill("[name=text]", "出库前已测试，充电正常。")
    photo = {"name": "测试.png", "mimeType": "image/png", "buffer": picture("PNG", (200, 200))}
    page.set_input_files("[name=papers]", photo)
    page.locator("main form button.river").click()

    page.get_by_text("出库前已测试").wait_for()
    visitor.look("seller-dispute-answered")
    dispute.refresh_from_db()
    assert (dispute.state, dispute.files.count()) == ("ANSWERED", 1)
