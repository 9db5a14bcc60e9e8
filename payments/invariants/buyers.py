"""What must hold of buyers' money: charges, receipts, refunds, disputes, orders."""

BUYERS: list[tuple[str, str, str]] = [
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
        "chargebacks: open ones = ledger",
        "SELECT count(*) FROM payments_chargeback",
        """
        SELECT coalesce(b.number, l.number) || ': at banks ' || coalesce(b.money, 0)
            || ', ledger ' || coalesce(l.units, 0)
        FROM (
            SELECT o.number, sum(k.money) AS money FROM payments_chargeback k
            JOIN payments_charge c ON c.id = k.charge_id
            JOIN orders_order o ON o.id = c.order_id
            WHERE k.state IN ('RECEIVED', 'ANSWERED') GROUP BY o.number
        ) b
        FULL JOIN (
            SELECT e.order_number AS number, sum(e.units) AS units FROM payments_entry e
            JOIN payments_account a ON a.id = e.account_id AND a.purpose = 'chargebacks'
            GROUP BY e.order_number HAVING sum(e.units) <> 0
        ) l ON l.number = b.number
        WHERE coalesce(b.money, 0) * 100 <> coalesce(l.units, 0)
        """,
    ),
    (
        "disputes: none is open once its money was released",
        "SELECT count(*) FROM payments_dispute",
        """
        SELECT 'dispute ' || p.id || ' of delivery ' || d.id FROM payments_dispute p
        JOIN orders_delivery d ON d.id = p.delivery_id
        WHERE p.closed_at IS NULL AND d.released_at IS NOT NULL
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
]
