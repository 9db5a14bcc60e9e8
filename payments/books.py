"""What must always hold of money, checked over the whole database."""

from collections.abc import Iterator

from django.db import connection

MOST_SHOWN = 10

# Each: what must hold, how many rows are looked at, and a query for those that break it.
INVARIANTS: list[tuple[str, str, str]] = [
    (
        "ledger: every currency sums to zero",
        "SELECT count(*) FROM payments_entry",
        """
        SELECT currency || ' is off by ' || sum(units) FROM payments_entry
        GROUP BY currency HAVING sum(units) <> 0
        """,
    ),
    (
        "ledger: every journal has two entries and balances",
        "SELECT count(*) FROM payments_journal",
        """
        SELECT DISTINCT j.key || ' does not balance' FROM payments_journal j
        LEFT JOIN payments_entry e ON e.journal_id = j.id
        GROUP BY j.key, e.currency
        HAVING coalesce(sum(e.units), 1) <> 0
        UNION
        SELECT j.key || ' has fewer than two entries' FROM payments_journal j
        LEFT JOIN payments_entry e ON e.journal_id = j.id
        GROUP BY j.key HAVING count(e.id) < 2
        """,
    ),
    (
        "charges: captured facts = ledger",
        "SELECT count(*) FROM payments_chargefact WHERE kind = 'CAPTURED'",
        """
        SELECT f.operation || ': fact ' || f.money || ', ledger ' || coalesce(e.units, 0)
        FROM payments_chargefact f
        LEFT JOIN payments_journal j ON j.key = 'captured:' || f.operation
        LEFT JOIN payments_entry e ON e.journal_id = j.id AND e.units > 0
            AND e.currency = f.money_currency
        WHERE f.kind = 'CAPTURED' AND coalesce(e.units, 0) <> f.money * 100
        """,
    ),
    (
        "charges: state follows from facts",
        "SELECT count(*) FROM payments_charge",
        """
        SELECT c.key || ' is ' || c.state || ', its facts say ' || f.state
        FROM payments_charge c
        JOIN LATERAL (
            SELECT CASE WHEN bool_or(kind = 'CAPTURED') THEN 'CAPTURED'
                WHEN bool_or(kind = 'CANCELLED') THEN 'CANCELLED'
                WHEN bool_or(kind = 'AUTHORISED') THEN 'AUTHORISED'
                WHEN c.provider_id <> '' THEN 'PENDING' ELSE 'READY' END AS state
            FROM payments_chargefact WHERE charge_id = c.id
        ) f ON true
        WHERE c.state <> f.state
        """,
    ),
    (
        "charges: what is held on cards = memo accounts",
        "SELECT count(*) FROM payments_chargefact WHERE kind = 'AUTHORISED'",
        """
        SELECT o.number || ': held ' || h.money || ', ledger ' || e.units
        FROM orders_order o
        JOIN LATERAL (
            SELECT coalesce(sum(f.money), 0) AS money FROM payments_chargefact f
            JOIN payments_charge c ON c.id = f.charge_id
            WHERE c.order_id = o.id AND f.kind = 'AUTHORISED' AND f.money_currency = 'RUB'
                AND c.state = 'AUTHORISED'
        ) h ON true
        JOIN LATERAL (
            SELECT coalesce(sum(e.units), 0) AS units FROM payments_entry e
            JOIN payments_account a ON a.id = e.account_id
            WHERE e.order_number = o.number AND a.code = 'card_holds.RUB'
        ) e ON true
        WHERE EXISTS (
            SELECT 1 FROM payments_chargefact f JOIN payments_charge c ON c.id = f.charge_id
            WHERE c.order_id = o.id AND f.kind = 'AUTHORISED'
        ) AND h.money * 100 <> e.units
        """,
    ),
    (
        "receipts: one of each payment and refund",
        "SELECT count(*) FROM payments_receipt",
        """
        SELECT c.key || ': captured without a receipt' FROM payments_charge c
        WHERE EXISTS (
            SELECT 1 FROM payments_chargefact f WHERE f.charge_id = c.id AND f.kind = 'CAPTURED'
        ) AND NOT EXISTS (
            SELECT 1 FROM payments_receipt r WHERE r.charge_id = c.id AND r.kind = 'PREPAYMENT'
        )
        UNION ALL
        SELECT f.key || ': refunded without a receipt' FROM payments_refund f
        JOIN payments_journal j ON j.key = 'refunded:' || f.key
        WHERE f.reason <> 'CHARGEBACK' AND NOT EXISTS (
            SELECT 1 FROM payments_receipt r WHERE r.refund_id = f.id AND r.price = f.price
        )
        """,
    ),
    (
        "orders: what was paid and kept = total",
        "SELECT count(*) FROM orders_order WHERE paid_at IS NOT NULL",
        """
        SELECT o.number || ': total ' || o.total || ', paid ' || p.paid
        FROM orders_order o
        JOIN LATERAL (
            SELECT coalesce((
                SELECT sum(f.money) FROM payments_chargefact f
                JOIN payments_charge c ON c.id = f.charge_id
                WHERE c.order_id = o.id AND f.kind = 'CAPTURED' AND f.money_currency = 'RUB'
            ), 0) - coalesce((
                SELECT sum(r.price) FROM payments_refund r
                JOIN payments_charge c ON c.id = r.charge_id
                WHERE c.order_id = o.id AND r.state <> 'REJECTED'
                    AND r.reason IN ('CAME_TWICE', 'CAME_TOO_LATE')
            ), 0) AS paid
        ) p ON true
        WHERE o.paid_at IS NOT NULL AND p.paid <> o.total AND NOT EXISTS (
            SELECT 1 FROM orders_hold h WHERE h.order_id = o.id AND h.reason = 'PAYMENT_DIFFERS'
        )
        """,
    ),
    (
        "refunds: never more than was captured",
        "SELECT count(DISTINCT charge_id) FROM payments_refund",
        """
        SELECT c.key || ': captured ' || f.money || ', refunds ' || r.price
        FROM payments_charge c
        JOIN LATERAL (
            SELECT coalesce(sum(money), 0) AS money FROM payments_chargefact
            WHERE charge_id = c.id AND kind = 'CAPTURED'
        ) f ON true
        JOIN LATERAL (
            SELECT coalesce(sum(price), 0) AS price FROM payments_refund
            WHERE charge_id = c.id AND state <> 'REJECTED'
        ) r ON true
        WHERE r.price > f.money
        """,
    ),
    (
        "refunds: those done = ledger",
        "SELECT count(*) FROM payments_refund WHERE state = 'DONE'",
        """
        SELECT r.key || ': refund ' || r.price || ', ledger ' || coalesce(e.units, 0)
        FROM payments_refund r
        LEFT JOIN payments_journal j ON j.key = 'refunded:' || r.key
        LEFT JOIN payments_entry e ON e.journal_id = j.id AND e.units > 0
        WHERE (r.state = 'DONE') <> (j.id IS NOT NULL)
            OR (r.state = 'DONE' AND coalesce(e.units, 0) <> r.price * 100)
        """,
    ),
    (
        "orders: no more is given out of a buyer's money than came",
        "SELECT count(DISTINCT order_number) FROM payments_entry WHERE order_number <> ''",
        """
        SELECT e.order_number || ' is over by ' || sum(e.units) FROM payments_entry e
        JOIN payments_account a ON a.id = e.account_id
        WHERE a.purpose = 'buyer_funds'
        GROUP BY e.order_number, e.currency HAVING sum(e.units) > 0
        """,
    ),
    (
        "orders: a completed one holds no money",
        "SELECT count(*) FROM orders_order WHERE state = 'COMPLETED'",
        """
        SELECT o.number || ' still holds ' || -sum(e.units) FROM orders_order o
        JOIN payments_entry e ON e.order_number = o.number
        JOIN payments_account a ON a.id = e.account_id
        WHERE a.purpose = 'buyer_funds' AND o.state = 'COMPLETED' AND NOT EXISTS (
            SELECT 1 FROM payments_refund r JOIN payments_charge c ON c.id = r.charge_id
            WHERE c.order_id = o.id AND r.state <> 'DONE'
        )
        GROUP BY o.number HAVING sum(e.units) <> 0
        """,
    ),
    (
        "sellers: releases = lines of released deliveries",
        "SELECT count(*) FROM orders_delivery WHERE released_at IS NOT NULL",
        """
        SELECT 'delivery ' || d.id || ': lines ' || l.net || ', ledger ' || coalesce(p.units, 0)
        FROM orders_delivery d
        JOIN LATERAL (
            SELECT sum(
                (price_cny * quantity - commission) * 100
                - round(price_cny * quantity * 100 * g.money / (price_rub * quantity))
                + round(commission * 100 * g.money / (price_rub * quantity))
            ) AS net
            FROM orders_orderline o
            JOIN LATERAL (
                SELECT coalesce(sum(money), 0) AS money FROM payments_refundpart
                WHERE line_id = o.id AND NOT is_again AND bearer IN ('', 'SELLER')
            ) g ON true
            WHERE o.delivery_id = d.id
        ) l ON true
        LEFT JOIN LATERAL (
            SELECT -sum(e.units) AS units FROM payments_entry e
            JOIN payments_account a ON a.id = e.account_id
            JOIN payments_journal j ON j.id = e.journal_id
            JOIN orders_order n ON n.id = d.order_id AND n.number = e.order_number
            WHERE a.purpose = 'seller_payable' AND j.kind IN ('released', 'undone')
                AND e.order_line IN (
                    SELECT position FROM orders_orderline WHERE delivery_id = d.id
                )
        ) p ON true
        WHERE (d.released_at IS NOT NULL AND coalesce(p.units, 0) <> l.net)
            OR (d.released_at IS NULL AND coalesce(p.units, 0) <> 0)
        """,
    ),
    (
        "refunds: each is the sum of its parts",
        "SELECT count(*) FROM payments_refundpart",
        """
        SELECT r.key || ': refund ' || r.price || ', parts ' || coalesce(p.money, 0)
        FROM payments_refund r
        LEFT JOIN LATERAL (
            SELECT sum(money) AS money FROM payments_refundpart WHERE refund_id = r.id
        ) p ON true
        WHERE r.price <> coalesce(p.money, 0)
        """,
    ),
    (
        "sellers: payable = releases - payouts",
        "SELECT count(*) FROM payments_account WHERE purpose = 'seller_payable'",
        """
        SELECT a.party || ': ledger ' || -sum(e.units) || ', owed '
            || coalesce(sum(-e.units) FILTER (WHERE j.kind IN ('released', 'undone', 'borne')), 0)
            - p.paid * 100
        FROM payments_account a
        JOIN payments_entry e ON e.account_id = a.id
        JOIN payments_journal j ON j.id = e.journal_id
        JOIN LATERAL (
            SELECT coalesce(sum(o.money), 0) AS paid FROM payments_payout o
            JOIN catalog_seller s ON s.id = o.seller_id
            WHERE s.slug = a.party AND o.state IN ('SENT', 'CREDITED')
        ) p ON true
        WHERE a.purpose = 'seller_payable'
        GROUP BY a.party, p.paid
        HAVING -sum(e.units) <>
            coalesce(sum(-e.units) FILTER (WHERE j.kind IN ('released', 'undone', 'borne')), 0)
            - p.paid * 100
        """,
    ),
    (
        "payouts: in transit = ledger",
        "SELECT count(*) FROM payments_payout",
        """
        SELECT 'in transit: payouts ' || p.money || ', ledger ' || e.units
        FROM (SELECT coalesce(sum(money), 0) AS money FROM payments_payout WHERE state = 'SENT') p,
            (SELECT coalesce(-sum(e.units), 0) AS units FROM payments_entry e
                JOIN payments_account a ON a.id = e.account_id
                WHERE a.purpose = 'payouts_in_transit') e
        WHERE p.money * 100 <> e.units
        """,
    ),
    (
        "yuan bought - yuan credited = bank",
        "SELECT count(*) FROM payments_conversion",
        """
        SELECT 'bank: deals and payouts ' || c.money - p.money || ', ledger ' || e.units
        FROM (SELECT coalesce(sum(bought), 0) AS money FROM payments_conversion) c,
            (SELECT coalesce(sum(money), 0) AS money FROM payments_payout
                WHERE state = 'CREDITED') p,
            (SELECT coalesce(sum(e.units), 0) AS units FROM payments_entry e
                JOIN payments_account a ON a.id = e.account_id
                WHERE a.purpose = 'bank' AND a.currency = 'CNY') e
        WHERE (c.money - p.money) * 100 <> e.units
        """,
    ),
]


def checks() -> Iterator[tuple[str, int, list[str]]]:
    """Each invariant: its name, how many rows were looked at, and what breaks it."""
    for name, rows, broken in INVARIANTS:
        with connection.cursor() as cursor:
            cursor.execute(rows)
            looked_at = int(cursor.fetchone()[0])
            cursor.execute(f"{broken} LIMIT {MOST_SHOWN}")
            yield name, looked_at, sorted(str(row[0]) for row in cursor.fetchall())
