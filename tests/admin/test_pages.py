"""Every list and page of the desks opens, for whom it is meant, in a fixed number of queries."""

import re

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from catalog.models import Product
from logistics.models import Declaration, DeclarationLine, Place, Shipment
from orders.models import Order
from storefront.accounts import groups
from storefront.accounts.models import User
from tests.admin.conftest import COUNT
from tests.admin.weighing import MOST, weights

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LABELS = [model._meta.label for model in MODELS]
HISTORY = {
    "catalog.AskedPrice",
    "catalog.OfferEvent",
    "orders.OrderEvent",
    "orders.Quote",
    "payments.Account",
    "payments.BankStatement",
    "payments.Match",
    "payments.Paper",
    "payments.Registry",
    "payments.StatementLine",
    "payments.ChargeFact",
    "payments.Entry",
    "payments.Journal",
    "payments.Correspondence",
    "payments.Rate",
    "payments.Decision",
    "payments.Hit",
    "payments.SanctionsList",
    "payments.ScreenedParty",
    "payments.Settlement",
    "logistics.ShipmentEvent",
    "logistics.StockMove",
    "logistics.Advice",
    "logistics.AdviceCount",
    "logistics.Bin",
    "logistics.BinCount",
    "logistics.Serial",
    "logistics.Wave",
    "admin.LogEntry",
}
LINK_IN_LINK = re.compile(rb"<a [^>]*>\s*<a ")  # a browser leaves the outer one empty
PERSONAL = ("Анна", "Тестова", "+7912", "anna@", "@example", "7912")


def listing(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page(model, pk) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def keys(model) -> list:
    return list(model._default_manager.order_by("-pk").values_list("pk", flat=True)[:COUNT])


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_list_costs_the_same_queries_with_one_row_and_with_twenty(root, model):
    found = keys(model)
    assert len(found) == COUNT
    name = model._meta.pk.name
    costs = []
    for wanted in (found[:1], found):
        address = f"{listing(model)}?{name}__in={','.join(map(str, wanted))}"
        root.get(address)
        with CaptureQueriesContext(connection) as queries:
            response = root.get(address)
        assert response.status_code == 200
        assert len(response.context["cl"].result_list) == len(wanted)
        assert not LINK_IN_LINK.search(response.content)
        assert sum(weights(response).values()) <= MOST, weights(response)
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert costs[1] <= 20


def own_filters(model) -> list[str]:
    filters = [one for one in admin.site._registry[model].list_filter if isinstance(one, type)]
    return [one.parameter_name for one in filters]


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_list_can_be_searched_and_filtered(root, model):
    asked = {name: "air" if name == "mode" else "1" for name in own_filters(model)}
    if admin.site._registry[model].search_fields:
        asked["q"] = "612 04-8"

    response = root.get(listing(model), asked)

    assert response.status_code == 200
    assert response.context["cl"].has_active_filters is bool(own_filters(model))


@pytest.mark.parametrize("model", MODELS, ids=LABELS)
def test_a_page_opens(root, model):
    response = root.get(page(model, keys(model)[0]))

    assert response.status_code == 200
    assert sum(weights(response).values()) <= MOST, weights(response)


ROLES = ["finance", "customs", "authority", pytest.param("operator", marks=pytest.mark.soak)]


@pytest.mark.parametrize("role", ROLES)
def test_a_person_opens_what_the_table_of_groups_gives_him(sign_in, role):
    mine = Permission.objects.filter(group__name=role, codename__startswith="view_")
    given = set(mine.values_list("content_type__app_label", "content_type__model"))
    client = sign_in(role)

    for model in MODELS:
        may = (model._meta.app_label, model._meta.model_name) in given
        assert admin.site._registry[model].has_view_permission(asked_by(client)) is may
        if not may:
            assert client.get(page(model, keys(model)[0])).status_code == 403
        elif role in ("operator", "authority"):
            assert client.get(listing(model)).status_code == 200
            assert client.get(page(model, keys(model)[0])).status_code == 200


def asked_by(client) -> HttpRequest:
    request = HttpRequest()
    request.user = User.objects.get(pk=client.session["_auth_user_id"])
    return request


@pytest.mark.parametrize("model", [Declaration, DeclarationLine, Place, Product, Shipment])
def test_the_authority_reads_nothing_of_buyers(authority, model):
    for address in (listing(model), page(model, keys(model)[0])):
        response = authority.get(address)
        text = re.sub(r"authority\S*( Тестова)?", "", response.content.decode())

        assert response.status_code == 200
        assert [word for word in PERSONAL if word in text] == []


@pytest.mark.usefixtures("desks")
def test_the_authority_has_five_lists_and_changes_nothing():
    mine = Permission.objects.filter(group__name="authority")
    assert sorted(mine.values_list("codename", flat=True)) == [
        "view_declaration",
        "view_declarationline",
        "view_place",
        "view_product",
        "view_shipment",
    ]


@pytest.mark.usefixtures("desks")
def test_groups_are_loaded_twice_without_a_change():
    before = set(Group.objects.values_list("name", "permissions__codename"))
    first, again = groups.load(), groups.load()

    assert first == again
    assert set(Group.objects.values_list("name", "permissions__codename")) == before


@pytest.mark.parametrize("label", sorted(HISTORY))
def test_history_is_read_only_even_for_a_superuser(root, label):
    model = next(model for model in MODELS if model._meta.label == label)
    before = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    row = model._default_manager.order_by("-pk").first()
    kept = model._default_manager.filter(pk=row.pk).values().get()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    changed = {key: str(value) for key, value in kept.items()} | {"actor": "user:666", "units": "1"}

    answers = [
        root.post(page(model, row.pk), changed),
        root.post(reverse(f"{name}_add"), changed),
        root.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}),
    ]
    chosen = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    root.post(listing(model), chosen)

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    after = list(model._default_manager.order_by("pk").values_list("pk", flat=True))
    assert after == before
    assert model._default_manager.filter(pk=row.pk).values().get() == kept


def test_nothing_is_deleted_from_the_desks(root):
    undeletable = {
        model._meta.label
        for model in MODELS
        if root.get(
            reverse(
                f"admin:{model._meta.app_label}_{model._meta.model_name}_delete",
                args=[keys(model)[0]],
            )
        ).status_code
        == 403
    }
    assert undeletable == set(LABELS)


def test_people_are_masked_in_the_list_of_orders(root):
    text = root.get(listing(Order)).content.decode()

    assert "А. Т." in text
    assert "+7912•••0000" in text
    assert "Тестова" not in text
    assert "anna@example.com" not in text


def test_an_order_is_found_by_its_shown_number_its_parcel_and_its_phone(root):
    order = Order.objects.latest("pk")
    for words in (order.shown_number, order.shipments.get().number, "+7 912 000-00-00"):
        found = root.get(listing(Order), {"q": words}).context["cl"].result_list
        assert order in found


def test_the_page_of_an_order_costs_the_same_with_more_parts(root):
    order = Order.objects.latest("pk")
    root.get(page(Order, order.pk))
    with CaptureQueriesContext(connection) as few:
        root.get(page(Order, order.pk))
    shipment = order.shipments.get()
    for _number in range(3):
        order.events.create(kind="X", actor="task:test", happened_at=order.placed_at)
        shipment.events.create(
            code="PRE_ADVICE",
            source="task",
            source_key=f"more-{_number}",
            actor="task:test",
            happened_at=order.placed_at,
        )
    with CaptureQueriesContext(connection) as many:
        assert root.get(page(Order, order.pk)).status_code == 200

    assert len(many) == len(few) <= 35
