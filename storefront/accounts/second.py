"""The second step of signing in: six digits that a telephone reckons, or a code kept on paper."""

import base64
import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from storefront.accounts.models import SecondStep, User
from storefront.lib import cipher
from storefront.lib.refusal import Refusal

PERIOD: Final = 30  # of a code; this and the six digits are what every authenticator app takes
DIGITS: Final = 6
PAPER_CODES: Final = 10
MOST_WRONG: Final = 5
SHUT: Final = timedelta(minutes=15)
ISSUER: Final = "Sungari"
log = logging.getLogger(__name__)


class WrongCode(Refusal):
    """Neither the code of this half minute nor one left on the paper, or too many wrong tries."""

    code = "wrong_code"


def has(user: AbstractBaseUser) -> bool:
    return SecondStep.objects.filter(user=user.pk).exists()


def new_secret() -> str:
    """What house and telephone share, as it is typed by hand: 160 bits in base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def picture(user: AbstractBaseUser, secret: str) -> str:
    """The secret as a QR code, as a data address of an SVG.

    Source: github.com/google/google-authenticator/wiki/Key-Uri-Format, read 2026-11.
    """
    about = urlencode({"secret": secret, "issuer": ISSUER}, quote_via=quote)
    label = quote(f"{ISSUER}:{user.get_username()}")
    code = segno.make(f"otpauth://totp/{label}?{about}", error="m", micro=False)
    drawn: str = code.svg_data_uri(scale=5, border=3, light="white")
    return drawn


def code_at(secret: str, step: int) -> str:
    """The code of one half minute since 1970.

    Source: RFC 6238 over RFC 4226, HMAC-SHA-1; its vectors are the test.
    """
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def set_up(user: User, secret: str, code: str, *, wall: datetime) -> list[str]:
    """Keep the secret of a telephone that shows the right code; the codes for the paper come back.

    Every other session of the person ends, so that none is left that never gave a code.

    Raises: WrongCode.
    """
    step = _step_of(secret, code, after=0, wall=wall)
    if step is None:
        raise WrongCode(_wrong())
    papers = _papers()
    with transaction.atomic():
        SecondStep.objects.update_or_create(
            user=user,
            defaults={
                "sealed": cipher.seal(_key(), secret.encode(), bound_to=_place(user)),
                "step": step,
                "papers": [_digest(user, one) for one in papers],
                "wrong": 0,
                "set_up_at": wall,
            },
        )
        end_sessions(user)
    log.info("second step set up by user:%s", user.pk)
    return papers


def check(user: AbstractBaseUser, code: str, *, wall: datetime) -> None:
    """Use a code up; none opens twice. Wrong tries are counted in a row, so without the cache too.

    Time: wall; the half minute before and the one after are right as well.
    Locks: the person's second step.
    Raises: WrongCode, once the try is counted.
    """
    fault = _counted(user, code, wall=wall)
    if fault:
        raise WrongCode(fault)


@transaction.atomic
def _counted(user: AbstractBaseUser, code: str, *, wall: datetime) -> str:
    """What is wrong with a code, if anything is."""
    row = SecondStep.objects.select_for_update().get(user=user.pk)
    if row.wrong >= MOST_WRONG and row.wrong_at is not None and wall < row.wrong_at + SHUT:
        return _("Too many wrong codes. Wait a quarter of an hour.")
    if row.wrong >= MOST_WRONG:
        row.wrong = 0
    digest = _digest(user, code)
    step = _step_of(_secret(row), code, after=row.step, wall=wall)
    if step is None and digest not in row.papers:
        row.wrong, row.wrong_at = row.wrong + 1, wall
        row.save(update_fields=["wrong", "wrong_at"])
        log.warning("wrong second step of user:%s", user.pk)
        return _wrong()
    row.wrong, row.step = 0, step or row.step
    row.papers = [one for one in row.papers if step or one != digest]
    row.save(update_fields=["wrong", "step", "papers"])
    return ""


def new_papers(user: User) -> list[str]:
    """Other codes for the paper; those of the old paper open nothing any more."""
    papers = _papers()
    SecondStep.objects.filter(user=user).update(papers=[_digest(user, one) for one in papers])
    return papers


@transaction.atomic
def take_away(user: User) -> None:
    """Forget the telephone and the paper; every session of the person ends."""
    SecondStep.objects.filter(user=user).delete()
    end_sessions(user)
    log.warning("second step of user:%s taken away", user.pk)


def end_sessions(user: User) -> None:
    """Shut every session a person has open; the hash in each is made of this number."""
    User.objects.filter(pk=user.pk).update(door=F("door") + 1)
    user.refresh_from_db(fields=["door"])


def _step_of(secret: str, code: str, *, after: int, wall: datetime) -> int | None:
    now = int(wall.timestamp()) // PERIOD
    plain = _plain(code).encode()
    for step in (now, now - 1, now + 1):
        if step > after and hmac.compare_digest(plain, code_at(secret, step).encode()):
            return step
    return None


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _papers() -> list[str]:
    """Fifty bits each, in two groups as they are read aloud."""
    words = (base64.b32encode(secrets.token_bytes(10))[:10] for _one in range(PAPER_CODES))
    return [f"{word[:5].decode()}-{word[5:].decode()}".lower() for word in words]


def _digest(user: AbstractBaseUser, code: str) -> str:
    return hmac.new(_key(), f"{user.pk}:{_plain(code)}".encode(), hashlib.sha256).hexdigest()


def _secret(row: SecondStep) -> str:
    return cipher.open_sealed(_key(), bytes(row.sealed), bound_to=_place(row.user)).decode()


def _key() -> bytes:
    master = base64.b64decode(settings.CIPHER_KEY)
    return hmac.new(master, b"second step", hashlib.sha256).digest()


def _place(user: AbstractBaseUser) -> str:
    return f"accounts_secondstep|sealed|{user.pk}"


def _wrong() -> str:
    return _("This code is not right. Type the one your telephone shows now.")
