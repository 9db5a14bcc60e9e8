"""What must hold of sellers' money: releases, statements, payouts, yuan."""

SELLERS: list[tuple[str, str, str]] = [
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
        SELECT c.slug || ' by ' || s.period_until || ': paid ' || p.units || ', settled '
            || t.units
        FROM payments_settlement s
        JOIN catalog_seller c ON c.id = s.seller_id
        JOIN LATERAL (
            SELECT sum(net_units - carried_units) AS units FROM payments_settlement
            WHERE seller_id = s.seller_id AND period_until <= s.period_until
        ) t ON true
        JOIN LATERAL (
            SELECT sum(money) * 100 AS units, bool_or(settlement_id = s.id) AS is_now
            FROM payments_payout
            WHERE seller_id = s.seller_id AND period_until <= s.period_until
                AND settlement_id IS NOT NULL AND state NOT IN ('RETURNED', 'CANCELLED')
        ) p ON p.is_now
        WHERE p.units > greatest(t.units, 0)
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
