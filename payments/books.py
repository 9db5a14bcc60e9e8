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
                WHEN c.provider_id <> '' THEN 'PENDING' ELSE 'READY' END AS state
            FROM payments_chargefact WHERE charge_id = c.id
        ) f ON true
        WHERE c.state <> f.state
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
            SELECT sum(price_cny * quantity - commission) * 100 AS net
            FROM orders_orderline WHERE delivery_id = d.id
        ) l ON true
        LEFT JOIN LATERAL (
            SELECT -sum(e.units) AS units FROM payments_entry e
            JOIN payments_account a ON a.id = e.account_id
            JOIN payments_journal j ON j.id = e.journal_id
            WHERE a.purpose = 'seller_payable' AND j.kind = 'released'
                AND j.key LIKE 'release:' || d.id || ':%'
        ) p ON true
        WHERE (d.released_at IS NOT NULL AND coalesce(p.units, 0) <> l.net)
            OR (d.released_at IS NULL AND p.units IS NOT NULL)
        """,
    ),
    (
        "sellers: payable = sales, refunds, deductions - payouts",
        "SELECT count(*) FROM payments_account WHERE purpose = 'seller_payable'",
        """
        SELECT party || ': ledger ' || standing || ', owed ' || owed - paid * 100
        FROM (
            SELECT a.party, -sum(e.units) AS standing,
                coalesce(sum(-e.units) FILTER (WHERE j.kind LIKE ANY (ARRAY[
                    'released%', 'undone%', 'borne%', 'penalty%', 'storage%', 'manual%'
                ])), 0) AS owed,
                (SELECT coalesce(sum(o.money), 0) FROM payments_payout o
                    JOIN catalog_seller s ON s.id = o.seller_id
                    WHERE s.slug = a.party AND o.state IN ('SENT', 'CREDITED')) AS paid
            FROM payments_account a
            JOIN payments_entry e ON e.account_id = a.id
            JOIN payments_journal j ON j.id = e.journal_id
            WHERE a.purpose = 'seller_payable'
            GROUP BY a.party
        ) s
        WHERE standing <> owed - paid * 100
        """,
    ),
    (
        "settlements: lines = totals = ledger",
        "SELECT count(*) FROM payments_settlement",
        """
        SELECT 'settlement ' || s.id || ': net ' || s.net_units || ', lines ' || l.net
            || ', ledger ' || l.ledger
        FROM payments_settlement s
        JOIN LATERAL (
            SELECT coalesce(sum(n.net_units), 0) AS net,
                coalesce(sum(n.commission_units), 0) AS commission,
                coalesce(sum(n.net_units) FILTER (WHERE n.kind = 'CARRIED'), 0) AS carried,
                coalesce(-sum(e.units), 0) AS ledger
            FROM payments_settlementline n LEFT JOIN payments_entry e ON e.id = n.entry_id
            WHERE n.settlement_id = s.id
        ) l ON true
        WHERE l.net <> s.net_units OR l.commission <> s.commission_units
            OR l.carried <> s.carried_units OR l.ledger <> s.net_units - s.carried_units
        """,
    ),
    (
        "settlements: no more is paid out than was settled",
        "SELECT count(*) FROM payments_settlement",
        """
        SELECT c.slug || ': paid ' || p.units || ', settled ' || s.units
        FROM catalog_seller c
        JOIN LATERAL (
            SELECT sum(net_units - carried_units) AS units, max(period_until) AS last
            FROM payments_settlement WHERE seller_id = c.id
        ) s ON s.units IS NOT NULL
        JOIN LATERAL (
            SELECT coalesce(sum(money) * 100, 0) AS units FROM payments_payout
            WHERE seller_id = c.id AND settlement_id IS NOT NULL
                AND state NOT IN ('RETURNED', 'CANCELLED')
        ) p ON true
        WHERE p.units > greatest(s.units, 0)
        """,
    ),
    (
        "batches: as many payouts and as much as were frozen",
        "SELECT count(*) FROM payments_payoutbatch",
        """
        SELECT 'batch ' || b.id || ': frozen ' || b.total || ', payouts ' || coalesce(p.total, 0)
        FROM payments_payoutbatch b
        LEFT JOIN LATERAL (
            SELECT count(*) AS n, sum(money) AS total,
                bool_or(state = 'WAITING') AS waits, bool_or(state = 'READY') AS ready
            FROM payments_payout WHERE batch_id = b.id
        ) p ON true
        WHERE p.n <> b.payouts_n OR p.total <> b.total
            OR (b.state <> 'FROZEN' AND p.waits) OR (b.state = 'SENT' AND p.ready)
        """,
    ),
    (
        "payouts: above the limit two people, and no route twice",
        "SELECT count(*) FROM payments_payout",
        """
        SELECT message || ' was sent for one person' FROM payments_payout
        WHERE needs_two AND state NOT IN ('WAITING', 'CANCELLED')
            AND (asked_by = '' OR decided_by = '' OR asked_by = decided_by)
        UNION
        SELECT p.message || ' goes the way its predecessor came back' FROM payments_payout p
        JOIN payments_payout o ON o.id = p.predecessor_id
        JOIN payments_correspondence a ON a.id = p.route_id
        JOIN payments_correspondence b ON b.id = o.route_id
        WHERE a.russian_id = b.russian_id AND a.chinese_id = b.chinese_id
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
