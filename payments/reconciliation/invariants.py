"""What must hold of statements, registers and matches; `payments.books` checks it with the rest."""

RECONCILED: list[tuple[str, str, str]] = [
    (
        "statements: opening + lines = closing",
        "SELECT count(*) FROM payments_bankstatement",
        """
        SELECT s.number || ': off by ' || s.closing - s.opening - l.moved
        FROM payments_bankstatement s
        JOIN LATERAL (
            SELECT coalesce(sum(price), 0) AS moved FROM payments_statementline
            WHERE statement_id = s.id
        ) l ON true
        WHERE s.opening + l.moved <> s.closing
        """,
    ),
    (
        "matches: theirs = ours, and no thing is taken twice",
        "SELECT count(*) FROM payments_match",
        """
        SELECT 'match ' || match_id || ': off by '
            || sum(CASE side WHEN 'THEIRS' THEN units ELSE -units END)
        FROM payments_matchpart GROUP BY match_id
        HAVING sum(CASE side WHEN 'THEIRS' THEN units ELSE -units END) <> 0
        UNION ALL
        SELECT 'line ' || l.id || ': ' || sum(p.units) || ' of ' || l.units
        FROM payments_statementline l
        JOIN payments_matchpart p ON p.line_id = l.id
        LEFT JOIN payments_matchundone u ON u.match_id = p.match_id
        WHERE u.id IS NULL GROUP BY l.id, l.units HAVING abs(sum(p.units)) > abs(l.units)
        """,
    ),
    (
        "acquirer: what was paid out = its registries",
        "SELECT count(*) FROM payments_registry",
        """
        SELECT j.key || ': posted ' || sum(e.units) || ', registry ' || r.net * 100
        FROM payments_registry r
        JOIN payments_journal j
            ON j.key = 'acquirer-paid:' || r.provider || ':REG-' || r.shop || '-' || r.registry_on
        LEFT JOIN payments_entry e ON e.journal_id = j.id AND EXISTS (
            SELECT 1 FROM payments_account a WHERE a.id = e.account_id AND a.purpose = 'bank'
        )
        GROUP BY j.key, r.net HAVING coalesce(sum(e.units), 0) <> r.net * 100
        """,
    ),
    (
        "banks: ledger = statements, but for what is named",
        "SELECT count(*) FROM payments_bankaccount",
        """
        SELECT b.number || ': ' || f.opening * 100 || ' and ledger ' || o.units
            || ' and only theirs ' || t.units || ' are not ' || l.closing * 100
        FROM payments_bankaccount b
        JOIN LATERAL (SELECT opening, from_on FROM payments_bankstatement
            WHERE account_id = b.id ORDER BY until_on, id LIMIT 1) f ON true
        JOIN LATERAL (SELECT closing FROM payments_bankstatement
            WHERE account_id = b.id ORDER BY until_on DESC, id DESC LIMIT 1) l ON true
        JOIN LATERAL (
            SELECT coalesce(sum(p.units), 0) AS units FROM payments_matchpart p
            JOIN payments_entry e ON e.id = p.entry_id
            JOIN payments_account a ON a.id = e.account_id
            LEFT JOIN payments_matchundone u ON u.match_id = p.match_id
            WHERE u.id IS NULL AND (a.purpose, a.party, a.currency)
                = (b.purpose, b.party, b.currency)
        ) o ON true
        JOIN LATERAL (
            SELECT coalesce(sum(s.units), 0) - coalesce((
                SELECT sum(p.units) FROM payments_matchpart p
                JOIN payments_statementline s2 ON s2.id = p.line_id
                LEFT JOIN payments_matchundone u ON u.match_id = p.match_id
                WHERE u.id IS NULL AND s2.account_id = b.id
            ), 0) AS units
            FROM payments_statementline s WHERE s.account_id = b.id
        ) t ON true
        WHERE f.opening * 100 + o.units + t.units <> l.closing * 100
        """,
    ),
]
