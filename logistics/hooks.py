"""Calls from carriers: checked, kept raw, each once; then the parcel is read again by itself."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from storefront.lib import due
from storefront.lib.refusal import Refusal

from . import following, moving, tracking, vocabulary
from .carriers import Handed, cdek, lastmile
from .models import CarrierNotice, Shipment

LIMIT = 64 * 1024
CARRIERS = {"cdek": cdek}


class UnknownCarrier(Refusal):
    """No carrier of that name calls here."""

    code = "unknown_carrier"


class NotTheirs(Refusal):
    """The secret of the address or the network is not the carrier's."""

    code = "not_theirs"


class BadCall(Refusal):
    """Too long, or not a call of that carrier."""

    code = "bad_call"


def keep(
    carrier: str, token: str, body: bytes, *, source: str, now_wall: datetime
) -> CarrierNotice:
    """Keep a call, due at once; the same one again gives the first.

    Raises: UnknownCarrier, NotTheirs, BadCall.
    """
    drawer = CARRIERS.get(carrier)
    if drawer is None:
        raise UnknownCarrier(_("There is no such carrier."))
    if not drawer.is_theirs(token, source):
        raise NotTheirs(_("Calls are not taken from this address."))
    try:
        call = drawer.read_call(body if len(body) <= LIMIT else b"")
    except (ValueError, AttributeError, RecursionError) as error:
        raise BadCall(_("This is not a call of a carrier.")) from error
    return CarrierNotice.objects.get_or_create(
        carrier=carrier,
        key=call.key,
        defaults={
            "number": call.number,
            "body": body,
            "source": source,
            "received_at": now_wall,
            "due_at": now_wall,
        },
    )[0]


def follow(notice: CarrierNotice, *, now: datetime) -> None:
    """Read the parcel a claimed call speaks of again; what the call says is never believed.

    Raises: the errors of lib.http; Zombie.
    """
    found = Shipment.objects.filter(
        carrier=notice.carrier, track=notice.number, follows=None
    ).first()
    if found is None:
        _done(notice, "unknown")
        return
    events = lastmile.drawer(found.carrier).track(Handed(found.number, found.track))
    facts = [vocabulary.fact_of(event, source=found.carrier) for event in events]
    fresh = tracking.news([found.pk], facts).get(found.pk, [])
    if fresh:
        with moving.locked(found) as row:
            following.hear(row, fresh, now=now)
    _done(notice, f"{len(fresh)} new")


@transaction.atomic
def _done(notice: CarrierNotice, outcome: str) -> None:
    due.finish(notice, at=None)
    CarrierNotice.objects.filter(pk=notice.pk).update(outcome=outcome)
