"""Whom we deal with: sellers, who stands behind them, their banks, recipients of large orders.

Names stay where they belong; here only a keyed fingerprint is kept, so that a change is noticed.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet

from catalog.models import Seller, SellerApplication, SellerMember
from orders import terms
from orders.models import Order
from payments.models import ScreenedParty

from .adjusting import Facts

Kind = ScreenedParty.Kind
Key = tuple[str, str]
LIVING = ("SUBMITTED", "APPROVED")


def of_firm(uscc: str, cnaps: str) -> list[Key]:
    """The parties that must be clear before a firm sells or is paid."""
    return [(Kind.SELLER, uscc), (Kind.OWNER, uscc), (Kind.BANK, cnaps)]


def facts(kind: str, key: str) -> Facts | None:
    """What is known of a party now; nothing, if it is gone or has no name."""
    found = READERS[Kind(kind)](key)
    return found if found is not None and found.names else None


def digest(known: Facts) -> str:
    """A fingerprint that tells nothing to who has not the key of the house."""
    master = base64.b64decode(settings.CIPHER_KEY)
    told = json.dumps(asdict(known), ensure_ascii=False, sort_keys=True).encode()
    return hmac.new(hashlib.sha256(master + b"screening").digest(), told, "sha256").hexdigest()


def note(keys: Iterable[Key], *, now: datetime) -> list[ScreenedParty]:
    """Know these parties; one whose facts changed waits to be screened anew."""
    rows = []
    for kind, key in keys:
        known = facts(kind, key)
        if known is None:
            continue
        print_ = digest(known)
        row, is_new = ScreenedParty.objects.get_or_create(
            kind=kind, key=key, defaults={"digest": print_, "noted_at": now}
        )
        if not is_new and row.digest != print_:
            row.digest, row.against, row.noted_at = print_, "", now
            row.save(update_fields=["digest", "against", "noted_at"])
        rows.append(row)
    return rows


def everybody(*, now: datetime) -> Iterable[Key]:
    """Every party there is today."""
    firms = list(Seller.objects.values_list("uscc", "cnaps"))
    firms += SellerApplication.objects.filter(state="SUBMITTED").values_list("uscc", "cnaps")
    for uscc, cnaps in dict.fromkeys(firms):
        yield from of_firm(uscc, cnaps)
    for number in large_orders(now=now).values_list("number", flat=True).iterator():
        yield Kind.RECIPIENT, number


def large_orders(*, now: datetime) -> QuerySet[Order]:
    """Orders under way whose recipients are screened."""
    limit = terms.value("screening_recipient_rub", on=now.date())
    return Order.objects.filter(state__in=("PLACED", "PAID"), total__gte=limit)


def _seller(uscc: str) -> Facts | None:
    row = Seller.objects.filter(uscc=uscc).first() or _application(uscc)
    if row is None:
        return None
    names = _names(row.name_zh, row.name_en, row.name_ru)
    return Facts(Kind.SELLER, uscc, names, False, countries=("CN",), numbers=(uscc,))


def _owner(uscc: str) -> Facts | None:
    application = _application(uscc)
    owners = SellerMember.objects.filter(seller__uscc=uscc, role=SellerMember.Role.OWNER)
    told = [member.user.name for member in owners.select_related("user").order_by("pk")]
    # A single Latin or Russian word is a nickname, not a name that could be looked for.
    full = [name for name in told if " " in name.strip() or not name.isascii()]
    names = _names(application.legal_person if application else "", *full)
    return Facts(Kind.OWNER, uscc, names, True, countries=("CN",))


def _application(uscc: str) -> SellerApplication | None:
    rows = SellerApplication.objects.filter(uscc=uscc, state__in=LIVING)
    return rows.order_by("-pk").first()


def _bank(cnaps: str) -> Facts | None:
    told = list(Seller.objects.filter(cnaps=cnaps).values_list("bank_name", flat=True))
    waiting = SellerApplication.objects.filter(cnaps=cnaps, state="SUBMITTED")
    told += waiting.values_list("bank_name", flat=True)
    return Facts(Kind.BANK, cnaps, _names(*sorted(told)), False, numbers=(cnaps,))


def _recipient(number: str) -> Facts | None:
    order = Order.objects.filter(number=number).first()
    return None if order is None else Facts(Kind.RECIPIENT, number, _names(order.recipient), True)


def _names(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (text.strip() for text in texts))))


READERS = {
    Kind.SELLER: _seller,
    Kind.OWNER: _owner,
    Kind.BANK: _bank,
    Kind.RECIPIENT: _recipient,
}
