"""What goes out of the catalogue can be taken in again, and nothing is lost on the way."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog import columns, exports, sheets
from catalog.models import Offer, Product, Seller, Variant
from storefront.flows import exporting, importing
from tests.factories import catalog as make
from tests.factories import logistics as place
from tests.factories import tables

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def take(body: bytes, seller: Seller) -> dict[str, int]:
    taker = importing.Taker(seller, "GOODS", "test", NOW)
    report = importing.take_in(sheets.read(body, columns.is_known), taker)
    assert report.unknown == []
    return {fate.value: count for fate, count in report.counts.items() if count}


def exported(seller: Seller, *, kind: str = "GOODS", language: str = "zh-hans") -> bytes:
    return "".join(exporting.lines(seller, kind=kind, language=language)).encode()


def rich(n: int) -> dict[str, str]:
    facts = {"article": f"B-{n}", "model": f"Rich {n}", "colour": "深空灰", "released": "2025-09"}
    words = {"title_ru": "Телефон, «богатый»; да", "description_zh": '引号"和，逗号'}
    return facts | words | {"screen_inch": "6.7", "five_g": "1", "nfc": "0", "refresh_hz": "120"}


@pytest.mark.parametrize("language", ["ru", "zh-hans", "en"])
def test_everything_comes_back_to_a_seller_who_has_nothing(language):
    headings = f"{tables.HEADINGS},screen_inch,five_g,nfc,refresh_hz,released,title_ru"
    body = tables.table(
        *({**rich(n), "title_ru": "Телефон Rich"} for n in range(3)), headings=headings
    )
    boris = make.seller()
    assert take(body, boris) == {"imported": 3}
    given = exported(boris, language=language)
    before = state()
    wipe()

    assert take(given, boris) == {"imported": 3}
    assert state() == before
    assert take(exported(boris, language=language), boris) == {"unchanged": 3}


def state() -> list[tuple]:
    fields = ("article", "price", "variant__colour_key", "variant__weight_g", "variant__hs_code")
    card = ("variant__product__specs", "variant__product__shape", "variant__product__title_ru")
    mine = Offer.objects.filter(article__startswith="B-").order_by("article")
    return list(mine.values_list(*fields, *card))


def wipe() -> None:
    """As if none of it had ever been taken in, save what is kept for ever."""
    for n, offer in enumerate(Offer.objects.all()):
        offer.article = f"old-{n}"
        offer.seller = make.seller()
        offer.save()
    for n, card in enumerate(Product.objects.all()):
        card.model, card.slug = f"old {n}", f"old-{n}"
        card.save()
    for n, variant in enumerate(Variant.objects.all()):
        variant.slug = f"old-{n}"
        variant.save()


def test_headings_are_chinese_for_chinese_and_all_are_known():
    for language in ("ru", "zh-hans", "en"):
        names = exports.headings("GOODS", language)
        assert len(set(names)) == len(names)
        assert columns.suggest(names) == exports.names("GOODS")
    assert exports.headings("PRICES", "zh-hans") == ["货号", "价格", "数量"]


def test_plain_price_and_pieces_in_shenzhen_go_out():
    offer = make.offer("100.00", article="A-1")
    Offer.objects.update(list_price_cny="120.50")
    place.stock(offer, 7, at="shenzhen")
    place.stock(offer, 9, at="harbin-warehouse")

    body = exported(offer.seller, kind="PRICES", language="en").decode("utf-8-sig")

    assert body.splitlines() == ["article,price_cny,quantity", "A-1,120.50,7"]


def test_export_asks_the_same_of_any_number_of_goods():
    boris = make.seller()
    counts = []
    for count in (1, 20):
        take(tables.table(*tables.phones(count)), boris)
        with CaptureQueriesContext(connection) as found:
            exported(boris)
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_command_writes_both_forms_and_says_what_is_wrong(tmp_path, capsys):
    boris = make.seller()
    take(tables.table(*tables.phones(2)), boris)
    for form in ("csv", "xlsx"):
        path = tmp_path / f"goods.{form}"
        call_command("export_catalogue", path, seller=boris.slug)
        assert len(list(sheets.read(path, columns.is_known).rows())) == 2
        call_command("import_catalogue", path, seller=boris.slug, language="en")
        assert "Unchanged: 2" in capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no seller 'nobody'"):
        call_command("export_catalogue", path, seller="nobody")
    with pytest.raises(CommandError, match="must be named"):
        call_command("export_catalogue", tmp_path / "goods.pdf", seller=boris.slug)
    with pytest.raises(CommandError, match="No such file"):
        call_command("export_catalogue", tmp_path / "no" / "goods.csv", seller=boris.slug)
