"""The Russian window: who pays is told and kept nowhere, answers are data, limits hold twice."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from logistics import timeline
from logistics.customs import answers, duties, identities, limits, tariff, windows
from logistics.customs.gateways import fts
from logistics.models import CustomsAnswer, Declaration, DutyRule, IdentityRule, ImportLimit
from logistics.states import State
from orders.models import Hold, Order
from storefront.lib import clock, kept, xml
from tests.factories import catalog
from tests.factories import orders as order_rows
from tests.factories.papers import ANNA
from tests.logistics import story
from tests.logistics.story import Outside

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 23)
RATE = Decimal("99.33")


@pytest.fixture(autouse=True)
def _fresh_rules() -> Any:
    kept.forget()
    yield
    kept.forget()


def dear(rule: str = "row-a", *, with_papers: bool = True) -> Order:
    """A paid order whose duty is due: one phone of 25 000 rubles."""
    offer = catalog.offer()
    row = tariff.named(rule)[0]
    due = duties.duty(Decimal(25_000), eur_rate=RATE, weight_g=420, rule=row)
    line = order_rows.line(offer, price_rub="25000")
    part = {"duty_rub": due.rub, "duty_rule": due.rule, "duty_inputs": due.inputs}
    body = order_rows.body(order_rows.part(line, **part, **story.LATE))
    order = order_rows.order(offer, body=body)
    story.logistics.stock(offer, 100)
    story.warehouse.reserve(order, actor="test", now=story.NOW)
    if with_papers:
        named = IdentityRule.objects.get(rule="payments-due")
        identities.open_for(order, named, ANNA, actor="guest", now=clock.now())
    story.payments.paid(order)
    story.warehouse.allocate(order, actor="test", now=story.NOW)
    story.shipments.plan(order, now=clock.now(), actor="test")
    return order


def paper(order: Order) -> Declaration:
    return Declaration.objects.get(shipment__order=order, direction="IMPORT", attempt_number=1)


@pytest.mark.parametrize(
    ("rule", "kind", "duty", "vat"),
    [
        # 25 000 at 99.33 are 251.686… EUR: 15 % of the 5 134 rubles over 19 866
        ("row-a", "ПТДЭГ", "770.10", "0.00"),
        # 5 % of 25 000 are 1 250, and 22 % of 26 250 are 5 775
        ("row-b", "ДТЭТ", "1250.00", "5775.00"),
    ],
)
def test_the_declaration_tells_the_regime_and_names_who_pays_only_on_the_wire(
    outside: Outside, rule: str, kind: str, duty: str, vat: str
) -> None:
    order = dear(rule)

    story.run(story.is_in(order, State.DELIVERED))

    sent = paper(order)
    body = sent.messages.get(is_ours=True).body
    root = xml.parse(body.encode())
    assert sent.state == "RELEASED"
    assert xml.text(root, "ExpressRegistryKindCode") == kind
    assert xml.text(root, "CustomsPaymentDetails/PaymentAmount") == duty
    assert xml.text(root, "CustomsPaymentDetails/VatAmount") == vat
    assert xml.text(root, "CustomsPaymentDetails/TaxBase") == "25000.00"
    assert str(order.identity.subject) in body
    whole = fts.fill(body.encode(), ANNA.as_told()).decode()
    for secret in (ANNA.inn, ANNA.number, ANNA.surname, ANNA.issuer):
        assert secret in whole
        assert secret not in body
        assert secret not in str(outside.books("customs"))
    looks = order.identity.accesses.values_list("purpose", "actor", "reason")
    assert list(looks) == [("DECLARATION", "task:customs", sent.reference)]


def test_without_papers_nothing_is_told_and_a_person_is_asked(outside: Outside) -> None:
    order = dear(with_papers=False)

    story.run(lambda: Hold.objects.filter(reason="CUSTOMS_REJECTED").exists())

    assert paper(order).state == "REJECTED"
    assert story.parcel(order).state == State.AT_BORDER


@pytest.mark.parametrize(
    ("script", "code", "asks_us"),
    [("documents", "60", True), ("duty", "31", True), ("hold", "92", False)],
)
def test_what_the_window_asks_waits_at_the_desk_and_is_told_to_the_buyer(
    outside: Outside, script: str, code: str, asks_us: bool
) -> None:
    refuse = [{"what": script, "reason": "Уточните сведения", "times": 1}]
    outside.script("customs.ru", refuse=refuse)
    order = story.paid_order()

    story.run(lambda: Declaration.objects.filter(state="HELD").exists())

    assert paper(order).decision == code
    assert Hold.objects.filter(reason="CUSTOMS_ASKS", owner="customs").exists() is asks_us
    told = [entry.text for entry in timeline.tell(order).entries]
    assert any(answers.for_buyer(code) in text for text in told)
    story.run(story.is_in(order, State.DELIVERED))
    assert not Hold.objects.filter(lifted_at=None).exists()


def test_every_decision_of_the_album_has_its_meaning() -> None:
    known = {"10", "30", "31", "32", "40", "50", "51", "60", "61", "62", "70", "90", "92"}

    assert set(CustomsAnswer.objects.values_list("code", flat=True)) == known
    ends = {code for code in known if answers.verdict(code) in {"released", "refused"}}
    assert ends == set(CustomsAnswer.objects.filter(is_final=True).values_list("code", flat=True))
    assert answers.verdict("") == "pending"
    assert answers.verdict("77") == "held"  # unknown: somebody must read it
    assert answers.for_desk("77") == "77"


def test_marks_mean_the_same_in_any_order() -> None:
    at = story.NOW
    marks = [
        fts.Mark(str(hour), "", code, at + timedelta(hours=hour), "", "{}")
        for hour, code in enumerate(["", "92", "60", "10"])
    ]
    window = windows.Russian()

    for some in (marks, marks[::-1], marks[2:] + marks[:2]):
        last = window._last(some)
        assert last is not None
        assert last.code == "10"
    last = window._last([marks[2], marks[1], marks[0]])
    assert last is not None
    assert last.code == "60"


def test_five_alike_are_no_personal_use_in_the_cart_and_on_the_paper(outside: Outside) -> None:
    variant = catalog.offer().variant
    other = catalog.offer().variant
    limits.check([(variant, 4), (other, 4)], on=ON)

    for pieces in ([(variant, 5)], [(variant, 3), (variant, 2)]):
        with pytest.raises(limits.OverLimit) as refused:
            limits.check(pieces, on=ON)
    assert refused.value.facts["rule"] == "identical-phones"
    ImportLimit.objects.filter(kind="IDENTICAL").update(valid_until=ON)
    kept.forget()
    limits.check([(variant, 9)], on=ON)


def test_a_device_without_notification_is_not_sold_nor_declared(outside: Outside) -> None:
    order = story.paid_order()
    variant = order.lines.get().offer.variant
    type(variant).objects.filter(pk=variant.pk).update(fsb_notification="")

    story.run(lambda: Hold.objects.filter(reason="CUSTOMS_REJECTED").exists())

    assert paper(order).reason == ImportLimit.objects.get(kind="FSB").reason
    variant.refresh_from_db()
    with pytest.raises(limits.OverLimit):
        limits.check([(variant, 1)], on=ON)


def test_batteries_do_not_fly_even_if_the_cart_let_them(outside: Outside) -> None:
    variant = catalog.offer().variant
    variant.battery_kind = "alone"

    with pytest.raises(limits.restrictions.Restricted):
        limits.check_declared([(variant, 1)], mode="air", on=ON)
    limits.check_declared([(variant, 1)], mode="rail", on=ON)


def test_many_pieces_of_one_recipient_wait_for_the_customs_desk(outside: Outside) -> None:
    ImportLimit.objects.filter(kind="RECIPIENT").update(most=2)
    story.paid_order(quantity=2)
    assert not Hold.objects.exists()

    order = story.paid_order()

    hold = Hold.objects.get()
    assert (hold.order, hold.reason, hold.owner) == (order, "PERSONAL_USE", "customs")


def test_the_switch_changes_the_rule_of_the_quote() -> None:
    assert tariff.rule_for(ON).rule == "row-a"

    DutyRule.objects.filter(rule="row-b").update(is_active=True)

    assert tariff.rule_for(ON).rule == "row-b"
    assert tariff.rule_for(date(2026, 6, 30)).rule == "row-a"
