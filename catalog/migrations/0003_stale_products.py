"""Whatever way a good is changed, it becomes due, and so does the stack it lay in."""

from django.db import migrations

SEQUENCE = "CREATE SEQUENCE catalog_stack_marks"

# A product whose search columns may be stale: nobody's finish may say that it was done already.
STALE = """
CREATE FUNCTION catalog_stale(ids bigint[]) RETURNS void LANGUAGE sql AS $$
    UPDATE catalog_product SET due_at = LEAST(due_at, now()), hinted_at = NULL,
        lease_until = NULL, attempt = attempt + 1, failures = 0
    FROM (SELECT id FROM catalog_product WHERE id = ANY(ids) ORDER BY id FOR NO KEY UPDATE) locked
    WHERE catalog_product.id = locked.id
$$;
"""

OF_OFFERS = """
CREATE FUNCTION catalog_stale_offers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM catalog_stale(array_agg(v.product_id))
            FROM changed JOIN catalog_variant v ON v.id = changed.variant_id;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM catalog_stale(array_agg(v.product_id))
            FROM before JOIN catalog_variant v ON v.id = before.variant_id;
    ELSE
        PERFORM catalog_stale(array_agg(v.product_id))
            FROM changed JOIN before USING (id)
            JOIN catalog_variant v ON v.id IN (changed.variant_id, before.variant_id)
            WHERE (changed.price, changed.state, changed.seller_id, changed.variant_id,
                changed.article) IS DISTINCT FROM (before.price, before.state, before.seller_id,
                before.variant_id, before.article);
    END IF;
    RETURN NULL;
END $$;
"""

OF_VARIANTS = """
CREATE FUNCTION catalog_stale_variants() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM catalog_stale(array_agg(product_id)) FROM changed;
    ELSIF TG_OP = 'DELETE' THEN
        PERFORM catalog_stale(array_agg(product_id)) FROM before;
    ELSE
        PERFORM catalog_stale(array_agg(changed.product_id) || array_agg(before.product_id))
            FROM changed JOIN before USING (id) WHERE changed IS DISTINCT FROM before;
    END IF;
    RETURN NULL;
END $$;
"""

OF_SELLERS = """
CREATE FUNCTION catalog_stale_sellers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_stale(array_agg(DISTINCT v.product_id))
        FROM changed JOIN before USING (id)
        JOIN catalog_offer o ON o.seller_id = changed.id JOIN catalog_variant v ON v.id = o.variant_id
        WHERE (changed.is_open, changed.slug) IS DISTINCT FROM (before.is_open, before.slug);
    RETURN NULL;
END $$;
"""

OF_BRANDS = """
CREATE FUNCTION catalog_stale_brands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM catalog_stale(array_agg(p.id))
        FROM changed JOIN before USING (id) JOIN catalog_product p ON p.brand_id = changed.id
        WHERE changed IS DISTINCT FROM before;
    RETURN NULL;
END $$;
"""

# The card itself: only what is written by people, never what `catalog.search` keeps, so that its
# own writing does not make it due again.
CARD = (
    "brand_id",
    "category_id",
    "kind",
    "model",
    "released",
    "title_ru",
    "title_zh",
    "title_en",
    "description_ru",
    "description_zh",
    "description_en",
    "specs",
)
OF_CARDS = """
CREATE FUNCTION catalog_stale_card() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.due_at := LEAST(NEW.due_at, now());
    NEW.hinted_at := NULL;
    NEW.lease_until := NULL;
    NEW.attempt := OLD.attempt + 1;
    NEW.failures := 0;
    RETURN NEW;
END $$;
"""

LEFT = """
CREATE FUNCTION catalog_left_stack() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE catalog_stack SET marks = nextval('catalog_stack_marks'), due_at = LEAST(due_at, now())
        WHERE category_id = OLD.category_id;
    RETURN NULL;
END $$;
"""


def _columns(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in CARD)


def _statements(table: str, function: str, kinds: str) -> list[tuple[str, str]]:
    """A trigger per kind of statement; which rows it sees is named by what there is to see."""
    seen = {
        "INSERT": "NEW TABLE AS changed",
        "UPDATE": "OLD TABLE AS before NEW TABLE AS changed",
        "DELETE": "OLD TABLE AS before",
    }
    return [
        (
            f"CREATE TRIGGER stale_{kind.lower()} AFTER {kind} ON {table} REFERENCING {seen[kind]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            f"DROP TRIGGER stale_{kind.lower()} ON {table}",
        )
        for kind in kinds.split()
    ]


ALL = "INSERT UPDATE DELETE"
TRIGGERS = [
    *_statements("catalog_offer", "catalog_stale_offers", ALL),
    *_statements("catalog_variant", "catalog_stale_variants", ALL),
    *_statements("catalog_seller", "catalog_stale_sellers", "UPDATE"),
    *_statements("catalog_brand", "catalog_stale_brands", "UPDATE"),
    (
        f"CREATE TRIGGER stale_card BEFORE UPDATE OF {', '.join(CARD)} ON catalog_product "
        f"FOR EACH ROW WHEN (({_columns('OLD')}) IS DISTINCT FROM ({_columns('NEW')})) "
        "EXECUTE FUNCTION catalog_stale_card()",
        "DROP TRIGGER stale_card ON catalog_product",
    ),
    (
        "CREATE TRIGGER left_stack AFTER UPDATE OF category_id ON catalog_product "
        "FOR EACH ROW WHEN (OLD.category_id IS DISTINCT FROM NEW.category_id) "
        "EXECUTE FUNCTION catalog_left_stack()",
        "DROP TRIGGER left_stack ON catalog_product",
    ),
    (
        "CREATE TRIGGER gone_from_stack AFTER DELETE ON catalog_product "
        "FOR EACH ROW EXECUTE FUNCTION catalog_left_stack()",
        "DROP TRIGGER gone_from_stack ON catalog_product",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_append_only")]
    operations = [
        migrations.RunSQL(SEQUENCE, "DROP SEQUENCE catalog_stack_marks"),
        migrations.RunSQL(STALE, "DROP FUNCTION catalog_stale(bigint[])"),
        migrations.RunSQL(OF_OFFERS, "DROP FUNCTION catalog_stale_offers()"),
        migrations.RunSQL(OF_VARIANTS, "DROP FUNCTION catalog_stale_variants()"),
        migrations.RunSQL(OF_SELLERS, "DROP FUNCTION catalog_stale_sellers()"),
        migrations.RunSQL(OF_BRANDS, "DROP FUNCTION catalog_stale_brands()"),
        migrations.RunSQL(OF_CARDS, "DROP FUNCTION catalog_stale_card()"),
        migrations.RunSQL(LEFT, "DROP FUNCTION catalog_left_stack()"),
        *(migrations.RunSQL(make, undo) for make, undo in TRIGGERS),
    ]
