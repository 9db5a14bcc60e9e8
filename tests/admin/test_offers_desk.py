"""The desk of offers: what changed side by side, reasons from a list, rules that are switched."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from catalog import approval, listings, snapshots
from catalog.models import ApprovalRule, Attribute, Offer, Picture, RefusalReason, Variant
from storefront.lib import clock
from tests.admin.test_deeds import deed, listing, me, told
from tests.factories import catalog as make

QUEUE = {"state__exact": "REVIEW"}


@pytest.fixture
def waiting(desks: None) -> Offer:
    """Goods that were approved, changed, and wait again."""
    now = clock.now()
    offer = make.offer("1000.00", state=Offer.State.REVIEW)
    approval.approve(offer, actor="user:1", now=now)
    Variant.objects.filter(pk=offer.variant_id).update(weight_g=431)
    listings.submit(offer, actor="user:2", now=now)
    return Offer.objects.get(pk=offer.pk)


def page(row) -> str:
    return reverse(f"admin:catalog_{row._meta.model_name}_change", args=[row.pk])


def test_the_queue_begins_with_what_waits_longest(operator, waiting):
    Offer.objects.filter(pk=waiting.pk).update(updated_at=waiting.updated_at - timedelta(days=9))

    rows = list(operator.get(listing(Offer), QUEUE).context["cl"].result_list)

    assert rows[0].pk == waiting.pk
    assert [row.updated_at for row in rows] == sorted(row.updated_at for row in rows)


def test_the_list_names_what_changed_at_a_fixed_price(root, waiting):
    root.get(listing(Offer), QUEUE)
    with CaptureQueriesContext(connection) as few:
        text = root.get(listing(Offer), QUEUE | {"pk__in": waiting.pk}).content.decode()
    for number in range(3):
        offer = make.offer(state=Offer.State.REVIEW)
        approval.approve(offer, actor="user:1", now=clock.now())
        Variant.objects.filter(pk=offer.variant_id).update(weight_g=500 + number)
        listings.submit(offer, actor="user:2", now=clock.now())
    with CaptureQueriesContext(connection) as many:
        root.get(listing(Offer), QUEUE)

    with translation.override("ru"):
        label = snapshots.compare({"weight_g": "1"}, {})[0].label
    assert f'<span class="line">{label}</span>' in text
    assert len(many) == len(few)


def test_what_was_approved_stands_beside_what_is_now(operator, waiting):
    text = operator.get(page(waiting), headers={"Accept-Language": "en"}).content.decode()

    before, after = "<del>420</del>", "<ins>431</ins>"
    assert before in text
    assert after in text
    changed = [part for part in text.split("<tr") if part.startswith(' class="changed"')]
    assert len(changed) == 1
    assert before in changed[0]


def test_new_goods_have_nothing_beside_them(operator, desks):
    offer = make.offer(state=Offer.State.REVIEW)

    text = operator.get(page(offer)).content.decode()

    assert '<tr class="changed"' not in text
    assert "<del>" not in text
    assert offer.variant.hs_code in text


def test_new_and_lost_pictures_are_shown(operator, waiting):
    approval.approve(waiting, actor="user:1", now=clock.now())
    for name in ("aa/old.jpg", "bb/new.jpg"):
        row = Picture(variant=waiting.variant, image=name, digest=name, width=10, height=10)
        Picture.objects.bulk_create([row])
        if name == "aa/old.jpg":
            listings.submit(waiting, actor="user:2", now=clock.now())
            approval.approve(waiting, actor="user:1", now=clock.now())
            Picture.objects.filter(digest=name).delete()
    listings.submit(waiting, actor="user:2", now=clock.now())

    text = operator.get(page(waiting)).content.decode()

    assert "/media/bb/new.jpg" in text
    assert "/media/aa/old.jpg" not in text
    assert "shot new" in text


def test_the_page_says_why_a_person_must_look(operator, waiting):
    verdict = approval.consider(waiting, clock.now())
    assert verdict.rule == ""

    text = operator.get(page(waiting)).content.decode()

    assert text.count('<span class="line">') >= len(verdict.reasons) > 1


def test_the_question_lists_what_will_go_live(operator, waiting):
    others = [make.offer("77.50", state=Offer.State.REVIEW) for _n in range(2)]
    chosen = [waiting.pk, *(offer.pk for offer in others)]
    posted = {"action": "approve", "_selected_action": chosen}

    text = operator.post(listing(Offer), posted).content.decode()

    for offer in (waiting, *others):
        assert offer.article in text
        assert offer.seller.name in text
    assert "77.50" in text or "77,50" in text
    assert set(Offer.objects.filter(pk__in=chosen).values_list("state", flat=True)) == {"REVIEW"}

    operator.post(listing(Offer), {**posted, "select_across": "0", "sure": "1"})
    assert set(Offer.objects.filter(pk__in=chosen).values_list("state", flat=True)) == {"LIVE"}
    assert "weight_g" in waiting.events.filter(kind="APPROVED").latest("pk").detail["snapshot"]


def test_what_was_changed_after_the_question_is_not_approved(operator, waiting):
    seen = re.search(
        r'name="seen_at" value="([^"]+)"', operator.get(deed(waiting, "approve")).content.decode()
    )[1]
    Offer.objects.filter(pk=waiting.pk).update(updated_at=clock.now() + timedelta(minutes=1))

    response = operator.post(deed(waiting, "approve"), {"sure": "1", "seen_at": seen})
    assert len(told(response)) == 1
    waiting.refresh_from_db()
    assert waiting.state == "REVIEW"

    for said in ("yesterday", "9999-12-31T23:59:59"):  # no instant, and none without its zone
        bad = operator.post(deed(waiting, "approve"), {"sure": "1", "seen_at": said})
        assert bad.status_code == 200
    assert Offer.objects.get(pk=waiting.pk).state == "REVIEW"


def test_reasons_of_the_list_reach_the_seller_in_chinese(operator, waiting):
    keys = list(
        RefusalReason.objects.filter(key__in=["weight", "price"]).values_list("pk", flat=True)
    )
    question = operator.get(deed(waiting, "refuse")).content.decode()
    assert all(f'value="{key}"' in question for key in keys)
    nothing = operator.post(deed(waiting, "refuse"), {"sure": "1", "text": " "})
    assert nothing.status_code == 200

    operator.post(deed(waiting, "refuse"), {"sure": "1", "reasons": keys, "text": "请附检测报告"})

    waiting.refresh_from_db()
    assert waiting.state == "REFUSED"
    assert waiting.refusal == "重量或包装尺寸不合理；价格明显有误；请附检测报告"
    event = waiting.events.get(kind="REFUSED")
    assert (event.actor, event.detail["reasons"]) == (me(), ["weight", "price"])


def test_a_rule_is_switched_off_and_on_by_name(operator, desks):
    rule = ApprovalRule.objects.get(rule="known-seller")

    operator.post(deed(rule, "switch_off"), {"sure": "1"})
    rule.refresh_from_db()
    assert not rule.is_active
    entry = LogEntry.objects.latest("pk")
    assert (entry.object_id, f"user:{entry.user_id}") == (str(rule.pk), me())

    operator.post(deed(rule, "switch_on"), {"sure": "1"})
    rule.refresh_from_db()
    assert rule.is_active


def test_rules_are_switched_by_operators_alone(sign_in, desks):
    rule = ApprovalRule.objects.get(rule="known-seller")

    for role in ("finance", "customs", "authority"):
        assert sign_in(role).post(deed(rule, "switch_off"), {"sure": "1"}).status_code == 403
    rule.refresh_from_db()
    assert rule.is_active


def test_kinds_of_goods_are_ticked_off_and_what_is_none_is_refused(operator, desks):
    attribute = Attribute.objects.earliest("pk")
    address = reverse("admin:catalog_attribute_change", args=[attribute.pk])
    form = operator.get(address).context["adminform"].form
    said = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    refused = operator.post(address, {**said, "kinds": ["phone", "%s%s{0}"]})
    assert list(refused.context["adminform"].form.errors) == ["kinds"]

    assert operator.post(address, {**said, "kinds": ["tablet", "phone"]}).status_code == 302
    attribute.refresh_from_db()
    assert attribute.kinds == ["tablet", "phone"]
