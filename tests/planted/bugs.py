"""The faults: where each was seen, what plants it here, and which tests should notice.

Source of the cases: design notes, RELIABILITY.md chapter 5, which names the trackers.
"""

from dataclasses import dataclass

WAREHOUSE, CHARGES = "logistics/warehouse.py", "payments/charges.py"
LOCKS, DUE, POSTING = (
    "storefront/lib/locks.py",
    "storefront/lib/due.py",
    "payments/ledger/posting.py",
)


@dataclass(frozen=True)
class Edit:
    """One passage of a file, which stands there once, and what a careless hand makes of it."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """A fault and the tests, of all, that are asked whether they notice it."""

    name: str
    seen_in: str
    edits: tuple[Edit, ...]
    tests: tuple[str, ...]


def _bug(name: str, seen_in: str, file: str, old: str, new: str, *tests: str) -> Bug:
    return Bug(name, seen_in, (Edit(file, old, new),), tests)


BUGS = (
    _bug(
        "lock-never-evaluated",
        "saleor PR 19615",
        LOCKS,
        "    return list(plain.select_for_update(no_key=True))",
        "    plain.select_for_update(no_key=True)\n    return list(plain)",
        "tests/lib/test_locks.py",
    ),
    _bug(
        "locks-in-any-order",
        "django-oscar PR 4594, saleor PR 17156",
        LOCKS,
        'queryset.order_by("pk").select_related(None)',
        "queryset.order_by().select_related(None)",
        "tests/lib/test_locks.py",
    ),
    _bug(
        "stock-checked-but-not-where-it-is-changed",
        "vendure 3508, solidus 3020",
        WAREHOUSE,
        '        GreaterThanOrEqual(after["on_hand"], after["reserved"] + after["allocated"]),\n',
        "",
        "tests/logistics/test_counts.py",
    ),
    _bug(
        "lines-of-one-item-checked-apart",
        "medusa 16502",
        WAREHOUSE,
        "            left[stock_id] -= line.quantity\n",
        "",
        "tests/logistics/test_warehouse.py",
    ),
    _bug(
        "counter-differs-from-allocations",
        "saleor 11069",
        WAREHOUSE,
        "                reserved=-one.quantity,\n                allocated=one.quantity,",
        "                allocated=one.quantity,",
        "tests/logistics/test_warehouse.py",
    ),
    _bug(
        "late-money-revives-what-ended",
        "shopper PR 604, mollie/WooCommerce 1252",
        "storefront/flows/payment.py",
        "    if order.awaits_payment and charges.covers(charge, order):",
        "    if charges.covers(charge, order):",
        "tests/flows/test_payment.py",
    ),
    _bug(
        "late-failure-kills-what-is-paid",
        "shopper PR 658",
        CHARGES,
        "    if Kind.CAPTURED in kinds:\n        return State.CAPTURED\n"
        "    if Kind.CANCELLED in kinds:\n        return State.CANCELLED\n",
        "    if Kind.CANCELLED in kinds:\n        return State.CANCELLED\n"
        "    if Kind.CAPTURED in kinds:\n        return State.CAPTURED\n",
        "tests/payments/test_charges.py",
    ),
    _bug(
        "return-page-and-notice-both-complete",
        "pretix 1166, mollie/magento2 978",
        CHARGES,
        "    if not is_new:\n        return False\n    _book(",
        "    _book(",
        "tests/flows/test_payment.py",
        "tests/payments/test_charges.py",
    ),
    _bug(
        "job-sent-before-the-commit",
        "pretix 3630",
        DUE,
        "        transaction.on_commit(lambda: send(task, id=id), robust=True)",
        "        send(task, id=id)",
        "tests/lib/test_due.py",
    ),
    _bug(
        "row-claimed-while-another-holds-it",
        "kombu 337, celery 6236",
        DUE,
        "\n      AND (lease_until IS NULL OR lease_until < {WALL})",
        "",
        "tests/lib/test_due.py",
    ),
    _bug(
        "worker-that-lost-its-lease-finishes",
        "celery 4354",
        DUE,
        ".filter(pk=row.pk, attempt=row.attempt)",
        ".filter(pk=row.pk)",
        "tests/lib/test_due.py",
    ),
    _bug(
        "hint-lost-by-the-broker-is-lost-for-ever",
        "kombu 305, celery 8030",
        "storefront/lib/sweeping.py",
        "(hinted_at IS NULL OR %(again)s AND hinted_at < %(stale)s OR hinted_at < lease_until)",
        "hinted_at IS NULL",
        "tests/lib/test_due.py",
    ),
    _bug(
        "posting-taken-back-twice",
        "open-bank-oss PR 528",
        POSTING,
        "        reverses=journal,\n",
        "",
        "tests/payments/test_ledger.py",
    ),
    _bug(
        "key-used-again-for-something-else",
        "formancehq/ledger 633, 1638",
        POSTING,
        "    if known != asked or Counter(legs_of(first)) != Counter(legs):",
        "    if known != asked:",
        "tests/payments/test_ledger.py",
    ),
    _bug(
        "booked-entry-can-be-changed",
        "django-hordak",
        "storefront/lib/guards.py",
        'f"BEFORE UPDATE OR DELETE ON %s {ROW} {refuse}()"',
        'f"BEFORE DELETE ON %s {ROW} {refuse}()"',
        "tests/payments/test_ledger_attacks.py",
    ),
    _bug(
        "entry-added-to-a-journal-of-yesterday",
        "django-hordak",
        "payments/migrations/0002_ledger_guards.py",
        "        WHERE id = NEW.journal_id AND made_by_xid = pg_current_xact_id()\n"
        "          AND made_in = transaction_timestamp()\n",
        "        WHERE id = NEW.journal_id\n",
        "tests/payments/test_ledger_attacks.py",
    ),
    _bug(
        "currencies-balance-together",
        "five-bells-ledger 402",
        "payments/ledger/legs.py",
        "        sums[leg.currency] += leg.units",
        '        sums[""] += leg.units',
        "tests/payments/test_ledger.py",
    ),
    _bug(
        "nominal-of-a-rate-is-forgotten",
        "exchanger 41, cbrf PR 1",
        "payments/fx.py",
        "    rate = (published / nominal).quantize(PLACES)",
        "    rate = published.quantize(PLACES)",
        "tests/payments/test_fx.py",
    ),
    _bug(
        "rate-that-waits-for-a-person-is-used",
        "interactive_brokers_tax PR 42",
        "payments/fx.py",
        "    usable = Rate.objects.filter(currency=currency, rate_on__lte=on, is_held=False)",
        "    usable = Rate.objects.filter(currency=currency, rate_on__lte=on)",
        "tests/payments/test_fx.py",
    ),
    _bug(
        "document-type-in-a-bank-file",
        "xsdata 1212, pyiso20022 8",
        "storefront/lib/xml.py",
        '    if b"<!DOCTYPE" in body:\n        raise BadXml("a document type is not allowed")\n',
        "",
        "tests/payments/test_camt053.py",
        "tests/payments/test_fx.py",
        "tests/lib",
    ),
    _bug(
        "pixel-bomb-is-decoded",
        "django-filer 1425, wagtail PR 14225",
        "catalog/uploads.py",
        "    if image.width * image.height > MOST_PIXELS:",
        "    if image.width > MOST_PIXELS:",
        "tests/catalog/test_uploads.py",
    ),
    _bug(
        "what-cannot-be-opened-is-given-as-it-is",
        "django-fernet-encrypted-fields 0.4.0",
        "storefront/lib/cipher.py",
        'raise CannotOpen("the key, the place or the bytes do not fit") from broken',
        "return sealed",
        "tests/lib/test_cipher.py",
    ),
    _bug(
        "forwarded-address-is-believed",
        "django-axes 132, 224",
        "storefront/views/webhooks.py",
        '    source = request.META["REMOTE_ADDR"]\n    try:\n        notice =',
        '    source = request.META.get("HTTP_X_FORWARDED_FOR", request.META["REMOTE_ADDR"])\n'
        "    try:\n        notice =",
        "tests/payments/test_notices.py",
    ),
    _bug(
        "refunds-asked-together-give-more-than-came",
        "saleor PR 18642, vendure 1738",
        "payments/refunds.py",
        "    return charges.captured_by(charge) - given - at_bank",
        "    return charges.captured_by(charge) - at_bank",
        "tests/payments/test_refunds.py",
    ),
    _bug(
        "last-place-of-a-promotion-is-sold-twice",
        "Attendize 473, django-shop 888",
        "catalog/promotions.py",
        "        if row.most_pieces is not None and row.sold_pieces > row.most_pieces:",
        "        if row.most_pieces is not None and row.sold_pieces > row.most_pieces + 1:",
        "tests/catalog/test_promotions.py",
    ),
    _bug(
        "parcel-is-ordered-again-when-the-answer-was-lost",
        "woocommerce-payments PR 3287, medusa 13301",
        "logistics/following.py",
        "    if not mine.filter(settled).update(pushed_at=wall):",
        "    if not mine.update(pushed_at=wall):",
        "tests/logistics/test_handing_over.py",
    ),
)
