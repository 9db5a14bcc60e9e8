"""Calls from providers: kept raw before anything else, each once; they are only hints."""

import hashlib
from datetime import datetime
from ipaddress import ip_address

from django.utils.translation import gettext as _

from storefront.lib.refusal import Refusal

from . import providers
from .models import Notice

LIMIT = 64 * 1024


class UnknownProvider(Refusal):
    """Nobody of that name sends notices here."""

    code = "unknown_provider"


class Stranger(Refusal):
    """The call does not come from the provider's networks."""

    code = "stranger"


class BadNotice(Refusal):
    """Too long, or not a notice."""

    code = "bad_notice"


def keep(provider: str, body: bytes, *, source: str, now_wall: datetime) -> Notice:
    """Keep a notice, due at once; the same one again gives the first.

    The key is event, object, status and the hash of the body, because notices have no number.
    Raises: UnknownProvider, Stranger, BadNotice.
    """
    if provider not in providers.DRAWERS:
        raise UnknownProvider(_("There is no such provider."))
    drawer = providers.drawer(provider)
    if not _is_theirs(drawer, source):
        raise Stranger(_("Notices are not taken from this address."), source=source)
    if len(body) > LIMIT:
        raise BadNotice(_("The notice is too long."))
    try:
        hint = drawer.hint(body)
    except ValueError as error:
        raise BadNotice(_("This is not a notice.")) from error
    is_text = (hint.event + hint.object_id + hint.status).isprintable()  # no NUL, half of no pair
    if len(hint.event) > 60 or len(hint.object_id) > 80 or not is_text:
        raise BadNotice(_("This is not a notice."))
    digest = hashlib.sha256(f"{hint.status} ".encode() + body).hexdigest()
    return Notice.objects.get_or_create(
        provider=provider,
        key=f"{hint.event}:{hint.object_id}:{digest[:40]}",
        defaults={
            "event": hint.event,
            "object_id": hint.object_id,
            "body": body,
            "source": source,
            "received_at": now_wall,
            "due_at": now_wall,
        },
    )[0]


def _is_theirs(drawer: providers.Drawer, source: str) -> bool:
    try:
        address = ip_address(source)
    except ValueError:
        return False
    return any(address in network for network in drawer.networks())
