"""Rules that approve by themselves: each condition just inside and just outside."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from moneyed import Money

from catalog import approval, listings, reference
from catalog.models import ApprovalRule, Offer, Picture, Product, RefusalReason, Variant
from storefront.flows import selling
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
VERA = {"actor": "user:7", "now": NOW}
State = Offer.State


@pytest.fixture(autouse=True)
def _one_rule(db):
    """Known after 3 approved offers and 30 days, within 20 % of the market."""
    ApprovalRule.objects.all().delete()
    rule(rule="known-seller")


def rule(**facts) -> ApprovalRule:
    plain = {
        "least_approved": 3,
        "least_days": 30,
        "band_bps": 2000,
        "valid_from": date(2026, 1, 1),
        "source": "test",
    }
    return ApprovalRule.objects.create(**{**plain, **facts})


def boris(*, approved=3, days=30):
    seller = make.seller(joined_on=NOW.date() - timedelta(days=days))
    for _n in range(approved):
        make.offer(seller=seller)
    return seller


def waiting(*, price="1000.00", market="1000.00", seller=None, variant=None) -> Offer:
    """Goods in review that another seller has in the shop at the market's price."""
    variant = variant or make.variant()
    make.offer(market, variant=variant)
    return make.offer(price, variant=variant, seller=seller or boris(), state=State.REVIEW)


def picture(variant, name="aa/1-320.jpg") -> Picture:
    row = Picture(variant=variant, image=name, digest=name, width=320, height=320)
    Picture.objects.bulk_create([row])
    return row


def test_goods_that_meet_a_rule_are_in_the_shop_and_the_decision_is_kept():
    offer = waiting(price="1100.00")

    settled = approval.settle([offer], NOW)

    assert [row.pk for row in settled] == [offer.pk]
    offer.refresh_from_db()
    event = offer.events.get(kind="APPROVED")
    assert (offer.state, event.actor) == (State.LIVE, "rule:known-seller")
    assert event.detail["rule"] == "known-seller"
    assert event.detail["inputs"] == {
        "approved": "3 >= 3",
        "days": "30 >= 30",
        "price": "1100.00",
        "market": "1000.00",
        "band_bps": 2000,
        "known_model": True,
    }
    assert event.detail["snapshot"]["hs_code"] == "8517130000"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"approved": 2}, "The seller has 2 approved offers; the rule asks for 3."),
        ({"days": 29}, "The seller is here for 29 days; the rule asks for 30."),
    ],
)
def test_a_seller_who_is_not_known_enough_waits(facts, reason, settings):
    settings.LANGUAGE_CODE = "en"
    inside = waiting(seller=boris())
    outside = waiting(seller=boris(**facts))

    assert approval.consider(inside, NOW).rule == "known-seller"
    assert approval.consider(outside, NOW).rule == ""
    assert approval.consider(outside, NOW).reasons == [reason]
    assert approval.settle([outside], NOW) == []
    outside.refresh_from_db()
    assert outside.state == State.REVIEW


@pytest.mark.parametrize(
    ("price", "is_inside"),
    [("1200.00", True), ("1200.01", False), ("800.00", True), ("799.99", False)],
)
def test_the_price_is_within_the_band_of_the_market(price, is_inside):
    offer = waiting(price=price)

    assert bool(approval.consider(offer, NOW).rule) is is_inside
    assert bool(approval.settle([offer], NOW)) is is_inside


def test_the_market_is_the_middle_of_what_is_asked_for_the_same_variant():
    offer = waiting(price="1200.00", market="1000.00")
    for price in ("900.00", "5000.00"):
        make.offer(price, variant=offer.variant)
    make.offer("9999.00", variant=make.variant(product=offer.variant.product))
    make.offer("9999.00", variant=offer.variant, state=State.PAUSED)
    make.offer("9999.00", variant=offer.variant, seller=make.seller(is_open=False))
    assert approval.consider(offer, NOW).inputs["market"] == "1000.00"

    other = make.variant(product=offer.variant.product, **_customs(offer.variant))
    twin = make.offer("3000.00", variant=other, seller=offer.seller, state=State.REVIEW)
    assert approval.consider(twin, NOW).inputs["market"] == "3000.00"  # of 900, 1000, 5000, 9999


def test_without_a_market_a_person_looks():
    seller, variant = boris(), make.variant()
    make.offer("1000.00", variant=variant, state=State.PAUSED)
    offer = make.offer("1000.00", variant=variant, seller=seller, state=State.REVIEW)
    assert approval.consider(offer, NOW).rule == ""

    Offer.objects.filter(state=State.PAUSED).update(state=State.LIVE)
    assert approval.consider(offer, NOW).rule == "known-seller"


def test_a_new_model_waits_unless_the_rule_takes_it():
    seller = boris()
    offer = make.offer("1000.00", seller=seller, state=State.REVIEW)
    assert len(approval.consider(offer, NOW).reasons) == 3  # no model, no market, facts not seen

    twin = make.variant(product=offer.variant.product, **_customs(offer.variant))
    make.offer("1000.00", variant=twin)
    assert approval.consider(offer, NOW).rule == "known-seller"


@pytest.mark.parametrize(
    "facts",
    [
        {"hs_code": "8517140000"},
        {"origin": "VN"},
        {"weight_g": 421},
        {"battery_kind": "none", "battery_wh": None},
        {"fsb_notification": "ДЕМО-9999"},
    ],
)
def test_facts_for_customs_that_nobody_approved_wait(facts):
    offer = waiting()
    twin = make.variant(product=offer.variant.product, **_customs(offer.variant))
    same = make.offer("1000.00", variant=twin, seller=offer.seller, state=State.REVIEW)
    assert approval.consider(same, NOW).rule == "known-seller"

    Variant.objects.filter(pk=twin.pk).update(**facts)
    assert approval.consider(same, NOW).rule == ""


def _customs(variant) -> dict:
    return {name: getattr(variant, name) for name in approval.snapshots.CUSTOMS}


def test_facts_changed_since_the_approval_wait_though_another_variant_has_them():
    variant = make.variant()
    offer = waiting(variant=variant)
    approval.approve(offer, **VERA)
    make.offer("1000.00", variant=make.variant(product=variant.product, weight_g=500))
    Variant.objects.filter(pk=variant.pk).update(weight_g=500)

    listings.submit(offer, **VERA)

    assert approval.settle([offer], NOW) == []
    Variant.objects.filter(pk=variant.pk).update(weight_g=420)
    assert len(approval.settle([offer], NOW)) == 1


@pytest.mark.parametrize("field", ["russian_text", "chinese_text"])
def test_texts_that_nobody_has_read_wait(field):
    offer = waiting()
    card = Product.objects.filter(pk=offer.variant.product_id)

    card.update(**{field: "GIVEN"})
    assert approval.settle([offer], NOW) == []
    card.update(**{field: "REVIEWED"})
    assert len(approval.settle([offer], NOW)) == 1


def test_pictures_that_nobody_has_seen_wait_unless_the_rule_takes_them():
    shown = waiting()
    twin = make.variant(product=shown.variant.product, **_customs(shown.variant))
    offer = make.offer("1000.00", variant=twin, seller=shown.seller, state=State.REVIEW)
    picture(shown.variant)
    assert approval.consider(shown, NOW).rule == "known-seller"  # another seller shows it already
    picture(twin)
    assert approval.consider(offer, NOW).rule == ""

    ApprovalRule.objects.update(takes_new_pictures=True)
    assert approval.consider(offer, NOW).rule == "known-seller"


def test_pictures_taken_away_need_no_look_and_added_ones_do():
    offer = waiting()
    first, second = picture(offer.variant), picture(offer.variant, "bb/2-320.jpg")
    approval.approve(offer, **VERA)
    listings.submit(offer, **VERA)
    first.delete()
    assert approval.consider(offer, NOW).rule == "known-seller"

    picture(offer.variant, "cc/3-320.jpg")
    assert approval.consider(offer, NOW).rule == ""
    assert second.pk


@pytest.mark.parametrize(
    ("facts", "is_met"),
    [
        ({"is_active": False}, False),
        ({"valid_from": date(2026, 11, 24)}, False),
        ({"valid_from": date(2026, 11, 23)}, True),
        ({"valid_until": date(2026, 11, 23)}, False),
        ({"valid_until": date(2026, 11, 24)}, True),
    ],
)
def test_a_rule_holds_while_it_is_active_and_on_its_days(facts, is_met):
    offer = waiting()
    ApprovalRule.objects.update(**facts)

    assert bool(approval.settle([offer], NOW)) is is_met


def test_a_closed_seller_and_goods_that_wait_for_nothing_are_left_alone():
    closed, live = waiting(), make.offer(seller=boris())
    closed.seller.is_open = False
    closed.seller.save(update_fields=["is_open"])

    assert approval.settle([closed, live], NOW) == []
    assert not live.events.exists()


def test_the_first_rule_that_is_met_decides_and_a_switch_outlives_a_new_load():
    ApprovalRule.objects.all().delete()
    reference.load()
    assert set(ApprovalRule.objects.values_list("rule", "is_active")) == {
        ("known-seller", True),
        ("trusted-seller", True),
    }
    ApprovalRule.objects.filter(rule="known-seller").update(is_active=False)

    reference.load()

    assert not ApprovalRule.objects.get(rule="known-seller").is_active


def test_settling_costs_as_much_for_twenty_unknown_sellers_as_for_one(django_assert_num_queries):
    offers = [waiting(seller=boris(approved=0)) for _n in range(20)]

    for batch in (offers[:1], offers):
        with django_assert_num_queries(3):
            assert approval.settle(batch, NOW) == []


def test_sending_for_approval_asks_the_rules():
    offer = waiting()
    Offer.objects.filter(pk=offer.pk).update(state=State.DRAFT)

    assert selling.submit(offer, **VERA).state == State.LIVE
    selling.pause(offer, **VERA)
    offer.refresh_from_db()
    assert selling.resume(offer, **VERA).state == State.LIVE


def test_paused_goods_with_other_facts_come_back_through_approval():
    offer = waiting()
    approval.approve(offer, **VERA)
    listings.pause(offer, **VERA)
    Variant.objects.filter(pk=offer.variant_id).update(origin="VN")

    paused = Offer.objects.get(pk=offer.pk)
    assert selling.resume(paused, **VERA).state == State.REVIEW


def test_changes_are_told_beside_what_was_approved(settings):
    settings.LANGUAGE_CODE = "en"
    offer = waiting()
    assert {row.key for row in approval.changes(offer)} >= {"price", "hs_code", "title_zh"}
    assert {row.before for row in approval.changes(offer)} == {""}

    approval.approve(offer, **VERA)
    assert approval.changes(offer) == []

    Offer.objects.filter(pk=offer.pk).update(price=Decimal("999.00"))
    Variant.objects.filter(pk=offer.variant_id).update(weight_g=430)
    Product.objects.filter(pk=offer.variant.product_id).update(
        title_zh="新标题", specs={"five_g": False, "nfc": True, "screen_inch": 6.5}
    )
    picture(offer.variant)

    told = {row.key: (row.before, row.after) for row in approval.changes(offer)}
    assert told == {
        "price": ("1000.00", "999.00"),
        "weight_g": ("420", "430"),
        "title_zh": (offer.variant.product.title_zh, "新标题"),
        "specs.five_g": ("yes", "no"),
        "pictures": ("", "aa/1-320.jpg"),
    }


def test_a_person_who_approves_has_read_the_texts():
    offer = waiting()
    card = Product.objects.filter(pk=offer.variant.product_id)
    card.update(russian_text="GIVEN", chinese_text="COMPOSED")

    approval.approve(offer, **VERA)

    assert card.values_list("russian_text", "chinese_text").get() == ("REVIEWED", "COMPOSED")


def test_what_the_seller_changed_meanwhile_is_not_approved():
    offer = waiting()
    Offer.objects.filter(pk=offer.pk).update(updated_at=NOW)

    with pytest.raises(approval.ChangedMeanwhile):
        approval.approve(offer, **VERA, seen_at=NOW - timedelta(microseconds=1))
    assert not offer.events.exists()
    assert approval.approve(offer, **VERA, seen_at=NOW).state == State.LIVE


def test_reasons_are_told_in_chinese_and_kept_by_name():
    offer = waiting()
    reasons = list(RefusalReason.objects.filter(key__in=["weight", "title"]).order_by("position"))

    refused = approval.refuse(offer, reasons=reasons, text=" 请附说明书 ", **VERA)

    assert refused.refusal == "标题与商品不符；重量或包装尺寸不合理；请附说明书"
    event = offer.events.get(kind="REFUSED")
    assert event.detail["reasons"] == ["title", "weight"]
    assert event.detail["text"] == "请附说明书"


def test_the_price_is_compared_as_money_is():
    offer = waiting()
    offer.price = Money(Decimal("1199.99"), "CNY")
    offer.save(update_fields=["price"])

    assert approval.consider(offer, NOW).inputs["price"] == "1199.99"
