"""What must hold of the ledger itself."""

LEDGER: list[tuple[str, str, str]] = [
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
        "ledger: manual postings have a reason and two persons",
        "SELECT count(*) FROM payments_manualposting",
        """
        SELECT j.key || ' was posted without a second person' FROM payments_journal j
        LEFT JOIN payments_manualposting m ON m.journal_id = j.id
            AND m.decision = 'POSTED' AND m.decided_by <> m.asked_by AND m.reason <> ''
        WHERE j.kind = 'manual' AND m.id IS NULL
        """,
    ),
    (
        "ledger: snapshots = sums of their entries",
        "SELECT count(*) FROM payments_balancesnapshot",
        """
        SELECT a.code || ' at ' || s.upto || ': moved by ' || s.step || ', entries ' || e.units
        FROM (
            SELECT account_id, upto, units, units - coalesce(lag(units) OVER mine, 0) AS step,
                coalesce(lag(upto) OVER mine, 0) AS after
            FROM payments_balancesnapshot
            WINDOW mine AS (PARTITION BY account_id ORDER BY upto)
        ) s
        JOIN payments_account a ON a.id = s.account_id
        JOIN LATERAL (
            SELECT coalesce(sum(units), 0) AS units FROM payments_entry
            WHERE account_id = s.account_id AND id > s.after AND id <= s.upto
        ) e ON true
        WHERE e.units <> s.step
        """,
    ),
    (
        "ledger: snapshots leave no entry out",
        "SELECT count(*) FROM payments_cut",
        """
        SELECT DISTINCT a.code || ' moved before ' || p.upto || ' and is not kept'
        FROM (SELECT max(upto) AS upto FROM payments_balancesnapshot) p
        JOIN payments_account a ON true
        LEFT JOIN LATERAL (
            SELECT upto FROM payments_balancesnapshot WHERE account_id = a.id
            ORDER BY upto DESC LIMIT 1
        ) s ON true
        WHERE EXISTS (
            SELECT 1 FROM payments_entry
            WHERE account_id = a.id AND id > coalesce(s.upto, 0) AND id <= p.upto
        )
        """,
    ),
    # An unfit restore or a hand with the owner's rights may take away what the migrations put
    # there, and the books would look well until somebody used the gap.
    (
        "ledger: guards stand on its tables",
        """
        SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal
            AND tgrelid = ANY ('{payments_entry, payments_journal, payments_account, payments_cut,
                payments_balancesnapshot, payments_seal}'::regclass[])
        """,
        """
        WITH guarded(name) AS (VALUES ('payments_entry'), ('payments_journal'),
            ('payments_account'), ('payments_cut'), ('payments_balancesnapshot'), ('payments_seal')
        ), guard(name, tgname) AS (
            SELECT name, unnest(ARRAY['append_only', 'no_truncate']) FROM guarded
            UNION ALL VALUES ('payments_entry', 'belongs'), ('payments_entry', 'balances'),
                ('payments_journal', 'has_entries'), ('payments_journal', 'manual_has_two'),
                ('payments_journal', 'month_is_open')
        )
        SELECT name || ' is without ' || tgname FROM guard
        WHERE NOT EXISTS (
            SELECT 1 FROM pg_trigger t WHERE t.tgrelid = guard.name::regclass
                AND t.tgname = guard.tgname AND t.tgenabled IN ('O', 'A')
        )
        UNION ALL
        SELECT r.rolname || ' may ' || act || ' ' || g.name
        FROM pg_roles r, guarded g, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) act
        WHERE r.rolname = 'sungari_app' AND has_table_privilege(r.oid, g.name, act)
        """,
    ),
]
