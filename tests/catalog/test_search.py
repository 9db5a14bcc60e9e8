"""Finding goods the way people type."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from catalog import search
from catalog.models import Brand, Category, Kind, Offer, Product
from catalog.search import FLAGS, Choice, Span, candidates, finding, keeping
from tests.factories import catalog as make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def listed(brand: str, model: str, price: str = "1299.00", **facts) -> Product:
    kind = facts.pop("kind", Kind.PHONE)
    word = {"phone": "Смартфон", "tablet": "Планшет", "power_bank": "Внешний аккумулятор"}[kind]
    variant_facts = {name: facts.pop(name) for name in VARIANT if name in facts}
    owner = Brand.objects.get(slug=brand)
    product = make.product(
        brand=owner,
        model=model,
        kind=kind,
        title_ru=f"{word} {owner.name} {model}",
        title_zh=f"{owner.name_zh} {model} 智能手机",
        title_en=f"{owner.name} {model}",
        **facts,
    )
    variant = make.variant(product=product, **variant_facts)
    make.offer(price, variant=variant)
    search.index(product, now=NOW)
    product.refresh_from_db()
    return product


VARIANT = ("ram_gb", "storage_gb", "barcode")


@pytest.fixture
def shop() -> dict[str, Product]:
    goods = {
        "iphone": listed("apple", "iPhone 16", "5599.00", ram_gb=8, storage_gb=128),
        "iphone_pro": listed("apple", "iPhone 16 Pro", "7999.00", ram_gb=8, storage_gb=256),
        "ipad": listed("apple", "iPad Air 11 (M3)", "4799.00", kind=Kind.TABLET),
        "redmi": listed("redmi", "Redmi Note 14 Pro+ 5G", "1899.00", ram_gb=12, storage_gb=512),
        "xiaomi": listed("xiaomi", "17", "3999.00", ram_gb=12, storage_gb=256),
        "a54": listed("samsung", "Galaxy A54", "1799.00", ram_gb=6, storage_gb=128),
        "s25": listed("samsung", "Galaxy S25 Ultra", "6299.00", ram_gb=12, storage_gb=512),
        "bank": listed("anker", "Prime 20000", "499.00", kind=Kind.POWER_BANK, specs={}),
    }
    return dict(goods.items())


def first(text: str, **facts) -> str:
    found = search.find(search.Query(text=text, **facts))
    return found.products[0].model if found.products else ""


@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("айфон", "iPhone 16"),
        ("айфон 16 про", "iPhone 16 Pro"),
        ("IPHONE16", "iPhone 16"),
        ("айфон16", "iPhone 16"),
        ("сяоми редми", "Redmi Note 14 Pro+ 5G"),
        ("ксиаоми", "17"),
        ("редми нот 14 про плюс", "Redmi Note 14 Pro+ 5G"),
        ("Redmi Note 14 Pro+", "Redmi Note 14 Pro+ 5G"),
        ("галакси а54", "Galaxy A54"),
        ("самсунг A54", "Galaxy A54"),
        ("с25 ультра", "Galaxy S25 Ultra"),
        ("самс", "Galaxy A54"),
        ("三星 a54", "Galaxy A54"),
        ("三星手机 s25", "Galaxy S25 Ultra"),
        ("повербанк", "Prime 20000"),
        ("телефон 12/512 самсунг", "Galaxy S25 Ultra"),
        ("планшет", "iPad Air 11 (M3)"),
    ],
)
def test_people_find_what_they_mean(shop, text, model):
    assert first(text) == model


def test_a_series_is_not_the_whole_brand(shop):
    found = search.find(search.Query(text="айфон"))

    assert {product.pk for product in found.products} == {
        shop["iphone"].pk,
        shop["iphone_pro"].pk,
    }
    assert found.corrected == ""


@pytest.mark.parametrize(
    ("text", "corrected", "brand"),
    [
        ("cfvceyu", "самсунг", "samsung"),
        ("шзрщту", "iphone", "apple"),
        ("самсуег", "самсунг", "samsung"),
        ("galxy a54", "galaxy a54", "samsung"),
        ("айвон 16", "айфон 16", "apple"),
        ("редмми", "редми", "redmi"),
    ],
)
def test_slips_are_mended_and_said(shop, text, corrected, brand):
    found = search.find(search.Query(text=text))

    assert found.corrected == corrected
    assert {product.brand.slug for product in found.products} == {brand}


def test_nonsense_finds_nothing_and_says_nothing(shop):
    found = search.find(search.Query(text="щщщъъъ 999"))

    assert (found.products, found.counts.total, found.corrected) == ([], 0, "")


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "'; drop table x; --", "a:*|b", "\x01", "((", "&"]
)
def test_signs_of_the_query_language_are_only_signs(shop, text):
    assert search.find(search.Query(text=text)).page == 1


def test_a_barcode_and_an_article_find_their_product(shop):
    coded = listed("huawei", "Pura 80", barcode="6942103123457")
    article = Offer.objects.get(variant__product=coded).article

    assert first("6942103123457") == "Pura 80"
    assert first(article.lower()) == "Pura 80"


def test_what_is_not_offered_is_not_found(shop):
    Offer.objects.filter(variant__product=shop["a54"]).update(state=Offer.State.PAUSED)

    search.index(shop["a54"], now=NOW)

    shop["a54"].refresh_from_db()
    assert (shop["a54"].is_listed, shop["a54"].best_price_cny) == (False, None)
    assert first("галакси а54") != "Galaxy A54"


def test_a_closed_seller_sells_nothing(shop):
    offer = Offer.objects.get(variant__product=shop["a54"])
    offer.seller.is_open = False
    offer.seller.save(update_fields=["is_open"])

    search.index(shop["a54"], now=NOW)

    assert not Product.objects.get(pk=shop["a54"].pk).is_listed


def test_best_price_is_the_lowest_live_offer(shop):
    variant = shop["a54"].variants.get()
    make.offer("1699.50", variant=variant)
    make.offer("1.00", variant=variant, state=Offer.State.REVIEW)

    search.index(shop["a54"], now=NOW)

    assert Product.objects.get(pk=shop["a54"].pk).best_price_cny == Decimal("1699.50")


def test_the_day_of_listing_is_kept(shop):
    later = datetime(2026, 12, 1, tzinfo=UTC)

    search.index(shop["a54"], now=later)

    assert Product.objects.get(pk=shop["a54"].pk).listed_at == NOW


def test_each_choice_is_counted_without_itself(shop):
    counts = search.find(search.Query(choice=Choice(brand=("samsung",), storage=(512,)))).counts

    assert counts.total == 1
    assert counts.brand == {"samsung": 1, "redmi": 1}
    assert counts.storage == {"128": 1, "512": 1}
    assert counts.ram == {"12": 1}
    assert counts.names["samsung"] == "Samsung"
    assert counts.price == Span(Decimal("6299.00"), Decimal("6299.00"))


def test_price_bounds_do_not_narrow_themselves(shop):
    chosen = Choice(price=Span(Decimal("1799.00"), Decimal("1899.00")))

    found = search.find(search.Query(choice=chosen, order="cheap"))

    assert [product.pk for product in found.products] == [shop["a54"].pk, shop["redmi"].pk]
    assert found.counts.price == Span(Decimal("499.00"), Decimal("7999.00"))


def test_flags_and_stock_narrow(shop):
    search.note(shop["a54"].pk, harbin_quantity=3)
    search.settle(now=NOW)

    found = search.find(search.Query(choice=Choice(flags=frozenset(FLAGS))))

    assert [product.pk for product in found.products] == [shop["a54"].pk]
    assert (found.counts.flags["harbin"], found.counts.flags["nfc"]) == (1, 1)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("cheap", ["bank", "a54", "redmi"]),
        ("dear", ["iphone_pro", "s25", "iphone"]),
        ("new", ["bank", "s25", "a54"]),
        ("popular", ["xiaomi", "bank", "s25"]),
    ],
)
def test_order(shop, order, names):
    search.note(shop["xiaomi"].pk, sold=5)
    search.settle(now=NOW)

    found = search.find(search.Query(order=order))

    assert [product.pk for product in found.products[:3]] == [shop[name].pk for name in names]


def test_pages_hold_twenty_four_and_clamp(shop):
    for number in range(20):
        listed("jbl", f"Flip {number}")

    last = search.find(search.Query(page=999))

    assert (last.page, len(last.products), last.counts.total) == (2, 4, 28)


@pytest.mark.parametrize(("text", "queries"), [("", 2), ("айфон", 4), ("самсуег", 4)])
def test_queries_do_not_grow_with_the_goods(shop, text, queries, django_assert_num_queries):
    for warm in ("", "айфон"):
        search.find(search.Query(text=warm))

    with django_assert_num_queries(queries):
        search.find(search.Query(text=text))


@pytest.mark.parametrize("text", ["айф", "fqa", "iph", "сам", "cfv", "галакси а5", "iphone 1"])
def test_suggestions_come_while_typing(shop, text):
    assert search.suggest(text)


def test_of_a_common_word_only_the_most_popular_goods_are_looked_at(shop, monkeypatch):
    monkeypatch.setattr(candidates, "MOST", 2)
    for sold, name in enumerate(("iphone", "xiaomi", "redmi", "a54"), start=1):
        search.note(shop[name].pk, sold=sold)

    found = search.find(search.Query(text="смартфон"))

    assert found.is_cut
    assert {row.pk for row in found.products} == {shop["a54"].pk, shop["redmi"].pk}
    assert found.counts.brand == {"samsung": 1, "redmi": 1}


def test_choices_find_what_a_common_word_was_cut_before(shop, monkeypatch):
    monkeypatch.setattr(candidates, "MOST", 2)
    for sold, name in enumerate(("iphone", "xiaomi", "redmi", "a54"), start=1):
        search.note(shop[name].pk, sold=sold)

    Product.objects.update(category=Category.objects.get(slug="smartphones"))
    search.settle(now=NOW)
    chosen = Choice(brand=("samsung",))
    samsung = search.find(search.Query(text="смартфон", choice=chosen))
    cheap = search.find(search.Query(text="смартфон", order="cheap"))
    phones = Product.objects.filter(kind=Kind.PHONE).order_by("best_price_cny")

    assert {row.pk for row in samsung.products} == {shop["a54"].pk, shop["s25"].pk}
    assert shop["a54"].pk == phones[0].pk
    assert next(row.pk for row in cheap.products if row.kind == Kind.PHONE) == phones[0].pk


@pytest.fixture
def large_shop(shop, monkeypatch) -> dict[str, Product]:
    """Two phones are prominent, a page holds one."""
    monkeypatch.setattr(finding, "PAGE_SIZE", 1)
    prominent = [shop[name].pk for name in ("a54", "s25")]
    Product.objects.exclude(pk__in=prominent).update(is_prominent=False)
    return shop


def test_the_rest_of_the_shop_is_asked_for_the_page_that_wants_it(large_shop):
    first_page = search.find(search.Query(text="смартфон"))
    second_page = search.find(search.Query(text="смартфон", page=2))

    assert (first_page.counts.total, first_page.is_cut) == (2, True)
    assert (second_page.counts.total, second_page.is_cut) == (8, False)


def test_the_rest_of_the_shop_is_asked_when_a_choice_leaves_no_page(large_shop):
    found = search.find(search.Query(text="смартфон", choice=Choice(brand=("apple",))))

    assert (found.counts.total, found.is_cut) == (3, False)
    assert found.counts.brand["samsung"] == 2


def test_a_model_is_found_behind_prominent_goods_that_only_speak_of_it(large_shop):
    speaking = [large_shop[name].pk for name in ("bank", "ipad")]
    Product.objects.filter(pk__in=speaking).update(title_ru="Для iPhone 16", is_prominent=True)
    for product in Product.objects.filter(pk__in=speaking):
        search.index(product, now=NOW)

    assert first("iphone 16") == "iPhone 16"


def test_a_few_goods_are_not_cut(shop):
    assert not search.find(search.Query(text="смартфон")).is_cut


def test_a_text_in_an_order_of_its_own(shop):
    found = search.find(search.Query(text="айфон", order="dear"))

    assert [row.pk for row in found.products] == [shop["iphone_pro"].pk, shop["iphone"].pk]


def test_goods_too_new_for_the_stack_are_found_and_counted(shop, monkeypatch):
    search.restack(now=NOW)
    monkeypatch.setattr(keeping, "SMALL", 0)
    listed("samsung", "Galaxy Zeta", "999.00")

    found = search.find(search.Query(text="galaxy"))

    assert found.counts.total == 3
    assert found.counts.brand == {"samsung": 3}


def test_a_choice_that_leaves_nothing_still_counts_the_others(shop):
    found = search.find(search.Query(text="samsung", choice=Choice(brand=("apple",))))

    assert (found.products, found.counts.total) == ([], 0)
    assert found.counts.brand == {"samsung": 2}


def test_suggestions_of_one_letter_are_none(shop):
    assert search.suggest("а") == []


def test_touch_takes_the_lease_away(shop):
    Product.objects.update(due_at=None)
    product = shop["a54"]
    before = Product.objects.get(pk=product.pk).attempt

    search.touch([product.pk], NOW)

    product.refresh_from_db()
    assert (product.due_at, product.attempt, product.lease_until) == (NOW, before + 1, None)
    assert Product.objects.filter(due_at__isnull=False).count() == 1


def test_note_leaves_what_is_not_given(shop):
    search.note(shop["a54"].pk, rating=Decimal("4.5"), rating_count=2)
    search.note(shop["a54"].pk, harbin_quantity=0)

    shop["a54"].refresh_from_db()
    assert (shop["a54"].rating, shop["a54"].rating_count) == (Decimal("4.5"), 2)
