"""Whom we deal with: sellers, who stands behind them, their banks, recipients of large orders.

Names stay where they belong; here only a keyed fingerprint is kept, so that a change is noticed.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from catalog.models import Seller, SellerApplication, SellerMember
from orders import terms
from orders.models import Order
from payments.models import AccountChange, ScreenedParty

from .adjusting import Facts

Kind = ScreenedParty.Kind
Key = tuple[str, str]
LIVING = ("SUBMITTED", "APPROVED")
AT_ONCE = 500


def of_firm(uscc: str, cnaps: str) -> list[Key]:
    """The parties that must be clear before a firm sells or is paid."""
    return [(Kind.SELLER, uscc), (Kind.OWNER, uscc), (Kind.BANK, cnaps)]


def facts(kind: str, key: str) -> Facts | None:
    """What is known of a party now; nothing, if it is gone or has no name."""
    return known([(kind, key)]).get((kind, key))


def known(keys: Iterable[Key]) -> dict[Key, Facts]:
    """What is known of parties now, by their keys; who is gone or has no name is left out."""
    by_kind: dict[str, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    return {
        (kind, one.key): one
        for kind, some in by_kind.items()
        for one in READERS[Kind(kind)](some)
        if one.names
    }


def digest(known: Facts) -> str:
    """A fingerprint that tells nothing to who has not the key of the house."""
    master = base64.b64decode(settings.CIPHER_KEY)
    told = json.dumps(asdict(known), ensure_ascii=False, sort_keys=True).encode()
    return hmac.new(hashlib.sha256(master + b"screening").digest(), told, "sha256").hexdigest()


def note(keys: Iterable[Key], *, now: datetime) -> list[ScreenedParty]:
    """Know these parties; one whose facts changed waits to be screened anew."""
    rows: list[ScreenedParty] = []
    every = list(dict.fromkeys(keys))
    for start in range(0, len(every), AT_ONCE):
        rows += _noted(every[start : start + AT_ONCE], now)
    return rows


def _noted(keys: Sequence[Key], now: datetime) -> list[ScreenedParty]:
    prints = {key: digest(one) for key, one in known(keys).items()}
    rows = _rows(prints)
    new = [
        ScreenedParty(kind=kind, key=key, digest=prints[kind, key], noted_at=now)
        for kind, key in prints
        if (kind, key) not in rows
    ]
    if new:
        ScreenedParty.objects.bulk_create(new, ignore_conflicts=True)
        rows = _rows(prints)  # somebody else may have been quicker
    changed = [row for key, row in rows.items() if row.digest != prints[key]]
    for row in changed:
        row.digest, row.against, row.noted_at = prints[row.kind, row.key], "", now
    ScreenedParty.objects.bulk_update(changed, ["digest", "against", "noted_at"])
    return [rows[key] for key in prints]


def _rows(keys: Iterable[Key]) -> dict[Key, ScreenedParty]:
    by_kind: dict[str, list[str]] = {}
    for kind, key in keys:
        by_kind.setdefault(kind, []).append(key)
    rows = (ScreenedParty.objects.filter(kind=kind, key__in=some) for kind, some in by_kind.items())
    return {(row.kind, row.key): row for some in rows for row in some}


def everybody(*, now: datetime) -> Iterable[Key]:
    """Every party there is today."""
    firms = list(Seller.objects.values_list("uscc", "cnaps"))
    firms += SellerApplication.objects.filter(state="SUBMITTED").values_list("uscc", "cnaps")
    firms += AccountChange.objects.open().values_list("seller__uscc", "cnaps")
    for uscc, cnaps in dict.fromkeys(firms):
        yield from of_firm(uscc, cnaps)
    for number in large_orders(now=now).values_list("number", flat=True).iterator():
        yield Kind.RECIPIENT, number


def large_orders(*, now: datetime) -> QuerySet[Order]:
    """Orders under way whose recipients are screened."""
    limit = terms.value("screening_recipient_rub", on=now.date())
    return Order.objects.filter(state__in=("PLACED", "PAID"), total__gte=limit)


def _sellers(usccs: Sequence[str]) -> Iterator[Facts]:
    rows: dict[str, Seller | SellerApplication] = {**_applications(usccs)}
    rows |= {row.uscc: row for row in Seller.objects.filter(uscc__in=usccs)}
    for uscc, row in rows.items():
        names = _names(row.name_zh, row.name_en, row.name_ru)
        yield Facts(Kind.SELLER, uscc, names, False, countries=("CN",), numbers=(uscc,))


def _owners(usccs: Sequence[str]) -> Iterator[Facts]:
    applications = _applications(usccs)
    told: dict[str, list[str]] = {}
    owners = SellerMember.objects.filter(seller__uscc__in=usccs, role=SellerMember.Role.OWNER)
    for uscc, name in owners.order_by("pk").values_list("seller__uscc", "user__name"):
        # A single Latin or Russian word is a nickname, not a name that could be looked for.
        if " " in name.strip() or not name.isascii():
            told.setdefault(uscc, []).append(name)
    for uscc in usccs:
        first = applications[uscc].legal_person if uscc in applications else ""
        names = _names(first, *told.get(uscc, ()))
        yield Facts(Kind.OWNER, uscc, names, True, countries=("CN",))


def _applications(usccs: Sequence[str]) -> dict[str, SellerApplication]:
    """The last living application of each firm."""
    rows = SellerApplication.objects.filter(uscc__in=usccs, state__in=LIVING)
    return {row.uscc: row for row in rows.order_by("pk")}


def _banks(codes: Sequence[str]) -> Iterator[Facts]:
    told: dict[str, list[str]] = {cnaps: [] for cnaps in codes}
    waiting = SellerApplication.objects.filter(state="SUBMITTED")
    proposed = AccountChange.objects.open()
    for rows in (Seller.objects.all(), waiting, proposed):
        for cnaps, name in rows.filter(cnaps__in=codes).values_list("cnaps", "bank_name"):
            told[cnaps].append(name)
    for cnaps, names in told.items():
        yield Facts(Kind.BANK, cnaps, _names(*sorted(names)), False, numbers=(cnaps,))


def _recipients(numbers: Sequence[str]) -> Iterator[Facts]:
    rows = Order.objects.filter(number__in=numbers).values_list("number", "recipient")
    for number, recipient in rows:
        yield Facts(Kind.RECIPIENT, number, _names(recipient), True)


def _names(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (text.strip() for text in texts))))


READERS: dict[Kind, Callable[[Sequence[str]], Iterator[Facts]]] = {
    Kind.SELLER: _sellers,
    Kind.OWNER: _owners,
    Kind.BANK: _banks,
    Kind.RECIPIENT: _recipients,
}
