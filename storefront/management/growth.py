"""Goods made from real ones, in the database and in bulk, to measure the shop with."""

# ruff: noqa: S608  statements are put together from names of tables and of this module alone

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from catalog import colours
from catalog.models import Product, Variant
from catalog.search import texts
from catalog.words import terms, units

STATEMENTS = Path(__file__).with_name("growth.sql")
BATCH = 50_000
TABLES = ("catalog_product", "catalog_variant", "catalog_offer", "logistics_stock")
SERIES = ("Pro", "Max", "Plus", "Lite", "Ultra", "Neo", "Air", "Mini", "Turbo", "Prime")
LANGUAGES = ("ru", "zh", "en")
Say = Callable[[str], None]

DRAW = f"""
TRUNCATE growth_batch;
INSERT INTO growth_batch
SELECT i,
    nextval(pg_get_serial_sequence('catalog_product', 'id')),
    nextval(pg_get_serial_sequence('catalog_variant', 'id')),
    nextval(pg_get_serial_sequence('catalog_offer', 'id')),
    base.at, offered.variant_id, offered.offer_id, seller.id, seller.slug,
    floor(pg_temp.dice(i, 'paint') * (SELECT count(*) FROM growth_paint)),
    offered.ram, offered.storage, concat_ws(' ', ram.words, storage.words),
    greatest(round((offered.base_price * (0.5 + 1.3 * pg_temp.dice(i, 'price')))::numeric, 2), 1),
    ('{{{",".join(SERIES)}}}'::text[])[1 + floor(pg_temp.dice(i, 'series') * {len(SERIES)})],
    chr(65 + floor(pg_temp.dice(i, 'letter') * 26)::int)
        || (100 + floor(pg_temp.dice(i, 'code') * 9900))::int,
    CASE WHEN pg_temp.dice(i, 'harbin') < 0.25
        THEN 1 + floor(pg_temp.dice(i, 'pieces') * 40) ELSE 0 END,
    CASE WHEN pg_temp.dice(i, 'rated') < 0.6
        THEN 3 + floor(pg_temp.dice(i, 'rating') * 21) / 10 END,
    floor(exp(pg_temp.dice(i, 'sold') * 7)) - 1,
    %(now)s::timestamptz - pg_temp.dice(i, 'listed') * interval '365 days'
FROM generate_series(%(first)s::bigint, %(last)s::bigint) i
JOIN growth_slot slot ON slot.at = i %% (SELECT count(*) FROM growth_slot)
JOIN growth_base base ON base.at = slot.base_at
JOIN growth_offered offered ON offered.product_id = base.id
    AND offered.at = floor(pg_temp.dice(i, 'offer') * offered.number)
LEFT JOIN growth_size ram ON ram.size = offered.ram
LEFT JOIN growth_size storage ON storage.size = offered.storage
JOIN growth_seller seller
    ON seller.at = floor(pg_temp.dice(i, 'seller') * (SELECT count(*) FROM growth_seller))
"""

FROM = {
    "catalog_product": "growth_base base ON base.at = one.base_at "
    "JOIN growth_words words ON words.product_id = base.id",
    "catalog_variant": "catalog_variant base ON base.id = one.base_variant "
    "JOIN growth_base card ON card.at = one.base_at",
    "catalog_offer": "catalog_offer base ON base.id = one.base_offer",
}

NAME = "one.series || ' ' || one.code"
LONGER = f"'\\1 ' || lower({NAME})"
STRONGLY = f"' {terms.STRONG}' || one.series || ' {terms.STRONG}' || one.code"
PRODUCT = {
    "id": "one.product_id",
    "slug": "left(base.slug, 90) || '-' || one.number",
    "model": f"left(base.model, 100) || ' ' || {NAME}",
    **{f"title_{each}": f"left(base.title_{each}, 180) || ' ' || {NAME}" for each in LANGUAGES},
    **{f"description_{each}": "''" for each in LANGUAGES},
    "is_prominent": "false",
    "listed_at": "one.listed_at",
    "best_price_cny": "one.price",
    "harbin_quantity": "one.pieces",
    "rating": "one.rating",
    "rating_count": "CASE WHEN one.rating IS NULL THEN 0 ELSE 1 + one.sold / 10 END",
    "sold_quantity": "one.sold",
    "facets": "base.facets || jsonb_strip_nulls(jsonb_build_object("
    "'ram', CASE WHEN one.ram > 0 THEN jsonb_build_array(one.ram) END, "
    "'storage', CASE WHEN one.storage > 0 THEN jsonb_build_array(one.storage) END, "
    "'colour', jsonb_build_array(paint.family), 'seller', jsonb_build_array(one.seller)))",
    "search_text": f"left(regexp_replace(base.search_text, '^([^|]*[|][^|]*)', {LONGER}), 300)",
    "search_vector": "words.vector "
    f"|| setweight(to_tsvector('simple', {NAME} || ' gx' || one.number || {STRONGLY}), 'A') "
    "|| setweight(to_tsvector('simple', one.measures), 'C') "
    "|| setweight(to_tsvector('russian', paint.ru || ' ' || paint.en), 'C')",
    "due_at": "NULL",
}
VARIANT = {
    "id": "one.variant_id",
    "product_id": "one.product_id",
    "slug": "left(card.slug, 90) || '-' || one.number || '-' || left(paint.key, 30)",
    "position": "0",
    "barcode": "''",
    "colour_key": "paint.key",
    **{f"colour_{each}": f"paint.{each}" for each in LANGUAGES},
    "colour_hex": "paint.hex",
    "colour_hex_2": "paint.hex_2",
}
OFFER = {
    "id": "one.offer_id",
    "seller_id": "one.seller_id",
    "variant_id": "one.variant_id",
    "article": "'GX' || one.number",
    "price": "one.price",
    "list_price_cny": "NULL",
}
STOCK = """
INSERT INTO logistics_stock (place_id, offer_id, regime, on_hand, reserved, allocated)
SELECT place.id, one.offer_id, 'domestic', coalesce(nullif(one.pieces, 0), 50), 0, 0
FROM growth_batch one JOIN LATERAL (
    SELECT id FROM logistics_place
    WHERE kind = CASE WHEN one.pieces > 0 THEN 'warehouse' ELSE 'consolidation' END
    ORDER BY id LIMIT 1
) place ON true
"""


def grow(number: int, *, seed: int, now: datetime, say: Say) -> int:
    """Make so many listed goods, each with a variant, an offer and pieces of it; the number made.

    All or nothing: indexes and triggers go and come back in the same transaction.
    Locks: the tables of goods, whole.
    """
    if number <= 0:
        return 0
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        first = _begin(cursor, seed)
        triggers, indexes = _take_away(cursor)
        for start in range(first, first + number, BATCH):
            last = min(start + BATCH, first + number) - 1
            cursor.execute(DRAW, {"first": start, "last": last, "now": now})
            _make(cursor)
            say(f"{last - first + 1} goods")
        for name, statement in indexes:
            cursor.execute(statement)
            say(name)
        for statement in triggers:
            cursor.execute(statement)
        _mark(cursor)
    tidy()
    return number


def tidy() -> None:
    """Clear away what was written over, as the database does by itself in a while."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _begin(cursor: CursorWrapper, seed: int) -> int:
    """Set out what is drawn from; the first number that is free."""
    cursor.execute("SELECT set_config('sungari.seed', %s, true)", [str(seed)])
    cursor.execute(STATEMENTS.read_text())
    known = Variant.objects.exclude(colour_key="").order_by("colour_key").distinct("colour_key")
    paints: list[list[str | int]] = [
        [at, *_paint(variant), colours.family(variant.colour_key, variant.colour_hex)]
        for at, variant in enumerate(known)
    ]
    cursor.executemany("INSERT INTO growth_paint VALUES (%s,%s,%s,%s,%s,%s,%s,%s)", paints)
    cursor.execute("SELECT id FROM growth_base")
    real = [id for (id,) in cursor.fetchall()]
    for product in Product.objects.filter(pk__in=real).select_related("brand"):
        vector = Product.objects.filter(pk=product.pk).values_list(texts.vector(product, []))
        cursor.execute("INSERT INTO growth_words VALUES (%s, %s)", [product.pk, vector.get()[0]])
    sizes = set(Variant.objects.values_list("ram_gb", flat=True))
    sizes |= set(Variant.objects.values_list("storage_gb", flat=True))
    for size in filter(None, sizes):
        words = " ".join([*units.near(units.word(Decimal(size), "gb")), str(size)])
        cursor.execute("INSERT INTO growth_size VALUES (%s, %s)", [size, words])
    cursor.execute("SELECT coalesce(max(id), 0) + 1 FROM catalog_product")
    return int(cursor.fetchone()[0])


def _paint(variant: Variant) -> tuple[str, ...]:
    names = (variant.colour_ru, variant.colour_zh, variant.colour_en)
    return variant.colour_key, *names, variant.colour_hex, variant.colour_hex_2


def _take_away(cursor: CursorWrapper) -> tuple[list[str], list[tuple[str, str]]]:
    """Drop the triggers' and the indexes' work; what brings them back."""
    cursor.execute(
        "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
        "WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    )
    triggers = cursor.fetchall()
    for table, name in triggers:
        cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{name}"')
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE NOT indisunique AND indrelid::regclass::text = ANY(%s)",
        [list(TABLES)],
    )
    indexes = cursor.fetchall()
    for name, _statement in indexes:
        cursor.execute(f"DROP INDEX {name}")
    return [f'ALTER TABLE {table} ENABLE TRIGGER "{name}"' for table, name in triggers], indexes


def _make(cursor: CursorWrapper) -> None:
    for table, given in (
        ("catalog_product", PRODUCT),
        ("catalog_variant", VARIANT),
        ("catalog_offer", OFFER),
    ):
        cursor.execute(_copy(cursor, table, given))
    cursor.execute(STOCK)


def _copy(cursor: CursorWrapper, table: str, given: Mapping[str, str]) -> str:
    """What is not given is as in the good it is made from."""
    columns = [row.name for row in connection.introspection.get_table_description(cursor, table)]
    values = ", ".join(given.get(name, f"base.{name}") for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM growth_batch one "
        f"JOIN {FROM[table]} JOIN growth_paint paint ON paint.at = one.paint"
    )


def _mark(cursor: CursorWrapper) -> None:
    cursor.execute(
        "UPDATE catalog_stack SET marks = nextval('catalog_stack_marks'), due_at = now()"
    )
