"""The goods of the demo go out of the catalogue and come in again, and nothing has changed."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import F

from catalog.models import AskedPrice, Offer, OfferEvent, Product, Seller, Variant
from logistics.models import Stock
from storefront.lib import clock, csvs
from storefront.management import world
from tests.api import conftest as api

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
SIGNS = ("Titan Gray", "Light Gray")
TABLES = {name: csvs.read(world.TABLES / f"{name}.csv") for name in ("products", "variants")}
TABLES |= {name: csvs.read(world.TABLES / f"{name}.csv") for name in ("sellers", "offers")}


@pytest.fixture
def some(db, monkeypatch, tmp_path) -> None:
    """The demo world with a few goods of every kind, told by its own tables."""
    chosen = handful()
    told = {"products": "key", "variants": "product"}
    rows = {name: [r for r in TABLES[name] if r[key] in chosen] for name, key in told.items()}
    known = {row["variant"] for row in rows["variants"]}
    rows |= {"offers": [row for row in TABLES["offers"] if row["variant"] in known]}
    rows |= {"sellers": TABLES["sellers"]}
    for name, lines in rows.items():
        write(tmp_path / f"{name}.csv", lines)
    monkeypatch.setattr(world, "TABLES", tmp_path)
    with clock.simulated(NOW):
        world.goods(now=NOW)
        yield


def handful() -> set[str]:
    """Some of each kind, and the ones whose model or colour can be spelled in two ways."""
    kinds: dict[str, list[str]] = {}
    for row in TABLES["products"]:
        kinds.setdefault(row["kind"], []).append(row["key"])
    grey = [row["product"] for row in TABLES["variants"] if row["colour_en"] in SIGNS]
    doubled = [row["key"] for row in TABLES["products"] if row["model"].startswith("Redmi Pad")]
    return {*(key for keys in kinds.values() for key in keys[:2]), *grey[:2], *doubled[:2]}


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


def everything() -> list[list[dict]]:
    models = (Product, Variant, Offer, OfferEvent, AskedPrice, Stock)
    return [list(model.objects.order_by("pk").values()) for model in models]


def paragraphs() -> None:
    """Texts as a composer and a form leave them: no-break spaces and lines of their own."""
    spaced = {
        "description_ru": "Экран 6,7\u00a0″.\r\n\r\nДва\u202fслова",
        "title_zh": "手机\u00a017",
    }
    Product.objects.update(**spaced, russian_text="COMPOSED", chinese_text="GIVEN")


def test_the_handful_has_what_once_came_back_changed(some):
    assert Product.objects.filter(model__istartswith=F("brand__name")).exists()
    assert Variant.objects.filter(colour_en__in=SIGNS).exists()
    assert Offer.objects.filter(state=Offer.State.REVIEW).exists()
    kinds = set(Product.objects.values_list("kind", flat=True))
    assert kinds == {row["kind"] for row in TABLES["products"]}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_taken_in_again_changes_nothing(some, form, tmp_path, capsys):
    paragraphs()
    before = everything()
    for seller in Seller.objects.filter(offers__isnull=False).distinct():
        path = tmp_path / f"{seller.slug}.{form}"
        call_command("export_catalogue", path, seller=seller.slug)
        capsys.readouterr()
        call_command("import_catalogue", path, seller=seller.slug, language="en")
        lines = seller.offers.count()
        assert f"Unchanged: {lines}\nRefused: 0\nRows in all: {lines}" in capsys.readouterr().out

    assert everything() == before


def test_what_the_interface_tells_may_be_sent_back(some):
    paragraphs()
    before = everything()
    for seller in Seller.objects.filter(offers__isnull=False).distinct():
        system = api.system(seller)
        rows = system.get("/products", limit=100).json()["items"]
        assert len(rows) == min(seller.offers.count(), 100)
        for row in rows[::4]:
            said = {
                "goods": row["goods"],
                "price": row["price"],
                "quantity": row["pieces"]["shenzhen"],
            }
            answer = system.put(f"/products/{row['article']}", said)
            assert (answer.status_code, answer.json()) == (200, row)
        items = [{"article": r["article"], "goods": r["goods"], "price": r["price"]} for r in rows]
        answer = system.post("/products", {"items": items}).json()
        assert {each["status"] for each in answer["results"]} == {"unchanged"}, answer

    assert everything() == before


def test_types_of_demo_goods_are_those_of_the_properties(some):
    phone = Product.objects.get(slug="xiaomi-17")
    assert phone.specs["water"] == "ip68"
    assert phone.specs["screen_kind"] == "ltpo-oled"
    assert (phone.specs["screen_inch"], phone.specs["five_g"]) == (6.3, True)


def test_another_seller_finds_cards_that_bear_their_brand_twice(some, tmp_path):
    """`Redmi` with the model `Redmi Pad SE` is found by who writes `Pad SE`, or all of it."""
    card = Product.objects.filter(model__istartswith=F("brand__name")).earliest("pk")
    offer = Offer.objects.filter(variant__product=card).earliest("pk")
    for model in (card.model, card.model.removeprefix("Redmi ")):
        system = api.system()
        listing = api.system(offer.seller).get(f"/products/{offer.article}").json()
        goods = listing["goods"] | {"model": model}
        answer = system.put("/products/N-1", {"goods": goods, "price": listing["price"]})
        assert answer.status_code == 201, answer.content
        assert Offer.objects.get(seller=system.seller).variant_id == offer.variant_id
