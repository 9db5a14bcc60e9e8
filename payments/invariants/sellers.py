"""What must hold of sellers' money: releases, statements, payouts, yuan."""

SELLERS: list[tuple[str, str, str]] = [
    (
        "sellers: releases = lines of released deliveries",
        "SELECT count(*) FROM orders_delivery WHERE released_at IS NOT NULL",
        """
        WITH given AS (
            SELECT line_id, sum(money) AS money FROM payments_refundpart
            WHERE NOT is_again AND bearer IN ('', 'SELLER') GROUP BY line_id
        ), sold AS (
            SELECT o.delivery_id, sum(
                (price_cny * quantity - commission) * 100
                - round(price_cny * quantity * 100 * coalesce(g.money, 0) / (price_rub * quantity))
                + round(commission * 100 * coalesce(g.money, 0) / (price_rub * quantity))
            ) AS net
            FROM orders_orderline o LEFT JOIN given g ON g.line_id = o.id
            GROUP BY o.delivery_id
        ), booked AS (
            SELECT o.delivery_id, -sum(e.units) AS units
            FROM payments_account a
            JOIN payments_entry e ON e.account_id = a.id
            JOIN payments_journal j ON j.id = e.journal_id AND j.kind IN ('released', 'undone')
            JOIN orders_order n ON n.number = e.order_number
            JOIN orders_orderline o ON o.order_id = n.id AND o.position = e.order_line
            WHERE a.purpose = 'seller_payable'
            GROUP BY o.delivery_id
        )
        SELECT 'delivery ' || d.id || ': lines ' || s.net || ', ledger ' || coalesce(b.units, 0)
        FROM orders_delivery d
        JOIN sold s ON s.delivery_id = d.id
        LEFT JOIN booked b ON b.delivery_id = d.id
        WHERE coalesce(b.units, 0) <> CASE WHEN d.released_at IS NULL THEN 0 ELSE s.net END
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
        "yuan bought - credited - fees = bank",
        "SELECT count(*) FROM payments_conversion",
        """
        SELECT 'bank: deals, payouts, fees ' || c.money - p.money - f.money
            || ', ledger ' || e.units
        FROM (SELECT coalesce(sum(bought), 0) AS money FROM payments_conversion) c,
            (SELECT coalesce(sum(money), 0) AS money FROM payments_payout
                WHERE state = 'CREDITED') p,
            (SELECT coalesce(sum(units), 0) / 100.0 AS money FROM payments_bankfee
                WHERE currency = 'CNY') f,
            (SELECT coalesce(sum(e.units), 0) AS units FROM payments_entry e
                JOIN payments_account a ON a.id = e.account_id
                WHERE a.purpose = 'bank' AND a.currency = 'CNY') e
        WHERE (c.money - p.money - f.money) * 100 <> e.units
        """,
    ),
    (
        "fees of banks: each = its line of a statement = ledger",
        "SELECT count(*) FROM payments_bankfee",
        """
        SELECT 'fee of line ' || f.line_id || ': ' || f.units || ', statement ' || -l.units
            || ', ledger ' || coalesce(b.units, 0)
        FROM payments_bankfee f
        JOIN payments_statementline l ON l.id = f.line_id
        LEFT JOIN (
            SELECT e.journal_id, sum(e.units) AS units FROM payments_account a
            JOIN payments_entry e ON e.account_id = a.id
            WHERE a.purpose = 'bank_fee' GROUP BY e.journal_id
        ) b ON b.journal_id = f.journal_id
        WHERE f.units <> -l.units OR f.units <> coalesce(b.units, 0)
        UNION ALL
        SELECT j.key || ' is of no line of a statement' FROM payments_journal j
        LEFT JOIN payments_bankfee f ON f.journal_id = j.id
        WHERE j.kind = 'bank-fee' AND f.id IS NULL
        """,
    ),
]
