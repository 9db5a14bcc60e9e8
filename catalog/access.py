"""Sellers' own systems: the tokens they speak by, and answers kept so that twice is once."""

import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalog.models import AccessReply, AccessToken, Seller, SellerEvent
from storefront.lib import locks
from storefront.lib.refusal import Refusal

PREFIX = "sgr_"
SECRET_BYTES = 32
HINT_SIGNS = 4
LONGEST_SECRET = 100
MOST_TOKENS = 20
LEASE = timedelta(seconds=60)  # longer than a request may take, so that a crash frees its key
SWEPT_AT_ONCE = 200


class TooManyTokens(Refusal):
    """A seller has as many tokens as one may have."""

    code = "too_many_tokens"


class RevokedAlready(Refusal):
    """The token opens nothing any more."""

    code = "revoked_already"


class KeyReused(Refusal):
    """The idempotency key belongs to another request."""

    code = "key_reused"


class StillRunning(Refusal):
    """The first request with this key is not answered yet; `facts["seconds"]` says when to ask."""

    code = "still_running"


@dataclass(frozen=True)
class Claim:
    """The right to answer a key; it ends when somebody else takes the key over."""

    reply_id: int
    asked_at: datetime


@dataclass(frozen=True)
class Asked:
    """A request as its idempotency key knows it; answers are kept for `kept_for`."""

    key: str
    digest: str
    kept_for: timedelta


def live(seller: Seller) -> QuerySet[AccessToken]:
    """Give the tokens that a seller's systems may use, newest first."""
    return AccessToken.objects.filter(seller=seller, revoked_at=None).order_by("-pk")


@transaction.atomic
def issue(seller: Seller, *, name: str, actor: str, now_wall: datetime) -> tuple[AccessToken, str]:
    """Make a token of 256 random bits; its secret is given here, once, and never again.

    Locks: the seller.
    Raises: TooManyTokens.
    """
    locks.row(Seller.objects.all(), seller.pk)
    if live(seller).count() >= MOST_TOKENS:
        text = _("There are %(most)s tokens already: revoke one that is not used any more.")
        raise TooManyTokens(text % {"most": MOST_TOKENS})
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken.objects.create(
        seller=seller,
        name=name,
        digest=digest(secret),
        hint=secret[-HINT_SIGNS:],
        actor=actor,
        created_at=now_wall,
    )
    return token, secret


def revoke(token: AccessToken, *, now_wall: datetime) -> bool:
    """Let a token open nothing any more; twice is once."""
    still = AccessToken.objects.filter(pk=token.pk, revoked_at=None)
    return bool(still.update(revoked_at=now_wall))


@transaction.atomic
def withdraw(
    token: AccessToken, *, reason: str, actor: str, now: datetime, now_wall: datetime
) -> None:
    """Revoke a token for the house; the history of the seller keeps who did it and why.

    Raises: RevokedAlready.
    """
    if not revoke(token, now_wall=now_wall):
        raise RevokedAlready(_("This token is revoked already."))
    SellerEvent.objects.create(
        seller_id=token.seller_id,
        kind=SellerEvent.Kind.TOKEN_REVOKED,
        actor=actor,
        happened_at=now,
        detail={"name": token.name, "reason": reason},
    )


def find(secret: str, *, now_wall: datetime) -> AccessToken | None:
    """Give the token of a secret with its seller, and note the day it was used.

    It is looked for by its digest, so the time of an answer tells nothing of the secret.
    """
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET or not secret.isascii():
        return None
    wanted = digest(secret)
    token = AccessToken.objects.select_related("seller").filter(digest=wanted).first()
    if token is None or token.revoked_at or not hmac.compare_digest(token.digest, wanted):
        return None
    today = now_wall.date()
    if token.used_on != today:
        AccessToken.objects.filter(pk=token.pk).update(used_on=today)
    return token


def digest(secret: str) -> str:
    """How a secret is kept: it is random enough to need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def claim(seller: Seller, asked: Asked, *, now_wall: datetime) -> Claim | AccessReply:
    """Take the right to answer a key, or give the answer it was given already.

    An answer older than `kept_for` is forgotten; a claim older than the lease was lost in a crash.
    Locks: none; every step is one statement that only one caller can win.
    Raises: KeyReused; StillRunning.
    """
    fresh = {"request_digest": asked.digest, "asked_at": now_wall}
    try:
        row, is_new = AccessReply.objects.get_or_create(
            seller=seller, key=asked.key, defaults=fresh
        )
    except IntegrityError as error:  # another caller took the key and gave it back in between
        raise _running(1) from error
    if is_new:
        _forget(seller, before=now_wall - asked.kept_for)
        return Claim(row.pk, now_wall)
    if now_wall - row.asked_at < asked.kept_for:
        answer = _answered(row, asked, now_wall)
        if answer:
            return answer
    unchanged = AccessReply.objects.filter(pk=row.pk, asked_at=row.asked_at, status=row.status)
    if not unchanged.update(**fresh, status=None, body=""):
        raise _running(1)
    return Claim(row.pk, now_wall)


def _answered(row: AccessReply, asked: Asked, now_wall: datetime) -> AccessReply | None:
    """The answer of a key; None, if whoever claimed it has vanished."""
    if row.request_digest != asked.digest:
        raise KeyReused(_("This Idempotency-Key was used for another request."))
    if row.status is not None:
        return row
    left = row.asked_at + LEASE - now_wall
    if left > timedelta():
        raise _running(math.ceil(left.total_seconds()))
    return None


def _running(seconds: int) -> StillRunning:
    text = _("The first request with this Idempotency-Key is still being answered.")
    return StillRunning(text, seconds=min(seconds, int(LEASE.total_seconds())))


def keep(claim: Claim, *, status: int, body: str) -> bool:
    """Keep the answer of a claim; False, if the key was taken over meanwhile."""
    mine = AccessReply.objects.filter(pk=claim.reply_id, asked_at=claim.asked_at, status=None)
    return bool(mine.update(status=status, body=body))


def release(claim: Claim) -> None:
    """Give a key back without an answer, so that it can be tried again at once."""
    AccessReply.objects.filter(pk=claim.reply_id, asked_at=claim.asked_at, status=None).delete()


def _forget(seller: Seller, *, before: datetime) -> None:
    old = AccessReply.objects.filter(seller=seller, asked_at__lt=before).order_by("asked_at")
    AccessReply.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:SWEPT_AT_ONCE])
    ).delete()
