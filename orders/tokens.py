"""Secrets in addresses: made with the key of the house, kept only as digests."""

import base64
import hashlib
import hmac

from django.conf import settings


def _mac(purpose: bytes, text: str) -> bytes:
    master = base64.b64decode(settings.CIPHER_KEY)
    key = hmac.new(master, purpose, hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def guest(form_key: str) -> str:
    """The secret of the guest's link: 128 bits, fit for an address.

    Only the holder of the key can make it again, so that mails carry it and the database does
    not.
    """
    return base64.urlsafe_b64encode(_mac(b"token", form_key)[:16]).decode().rstrip("=")


def digest(token: str) -> str:
    """How a token is kept, and how it is found again."""
    return _mac(b"find", token).hex()
