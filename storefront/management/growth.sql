-- What goods are made from: the real ones, what is offered of them, colours and sellers, each with
-- a number to draw it by. Run with :seed set as sungari.seed; everything here is temporary.
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL work_mem = '64MB';
SET CONSTRAINTS ALL IMMEDIATE;

CREATE FUNCTION pg_temp.dice(number bigint, what text) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT (hashtextextended(what || number, current_setting('sungari.seed')::bigint)
        & 1073741823) / 1073741824.0
$$;

CREATE TEMP TABLE growth_base ON COMMIT DROP AS
SELECT product.*, row_number() OVER (ORDER BY id) - 1 AS at
FROM catalog_product product
WHERE is_listed AND NOT EXISTS (
    SELECT FROM catalog_offer offer JOIN catalog_variant variant ON variant.id = offer.variant_id
    WHERE variant.product_id = product.id AND offer.article ~ '^GX[0-9]+$'
);

-- A category grows by the root of its size: a shop of a million has more cases than telephones'
-- share of the demo would leave room for, and yet a quarter of its goods in one category.
CREATE TEMP TABLE growth_slot ON COMMIT DROP AS
SELECT base_at, row_number() OVER (ORDER BY hashtext(base_at || ':' || again)) - 1 AS at
FROM (
    SELECT base.at AS base_at, 10 / sqrt(count(*) OVER (PARTITION BY category_id)) AS weight
    FROM growth_base base
) weighed, generate_series(1, round(10 * weight)::int) again;

CREATE TEMP TABLE growth_offered ON COMMIT DROP AS
SELECT variant.id AS variant_id, offer.id AS offer_id, variant.product_id, offer.price AS base_price,
    variant.ram_gb AS ram, variant.storage_gb AS storage,
    row_number() OVER (PARTITION BY variant.product_id ORDER BY offer.id) - 1 AS at,
    count(*) OVER (PARTITION BY variant.product_id) AS number
FROM catalog_offer offer
JOIN catalog_variant variant ON variant.id = offer.variant_id
JOIN growth_base base ON base.id = variant.product_id
WHERE offer.state = 'LIVE';
ANALYZE growth_base, growth_slot, growth_offered;

CREATE TEMP TABLE growth_seller ON COMMIT DROP AS
SELECT id, slug, row_number() OVER (ORDER BY id) - 1 AS at FROM catalog_seller WHERE is_open;

CREATE TEMP TABLE growth_paint
    (at bigint, key text, ru text, zh text, en text, hex text, hex_2 text, family text)
    ON COMMIT DROP;

CREATE TEMP TABLE growth_words (product_id bigint, vector tsvector) ON COMMIT DROP;

CREATE TEMP TABLE growth_size (size int, words text) ON COMMIT DROP;

CREATE TEMP TABLE growth_batch (
    number bigint, product_id bigint, variant_id bigint, offer_id bigint, base_at bigint,
    base_variant bigint, base_offer bigint, seller_id bigint, seller text, paint bigint, ram int,
    storage int, measures text, price numeric(12, 2), series text, code text, pieces int, rating numeric(2, 1),
    sold int, listed_at timestamptz
) ON COMMIT DROP;
