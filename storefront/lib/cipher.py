"""Encryption of personal data at rest: AES-256-GCM, bound to its row, closed on a wrong key."""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class WrongKey(Exception):
    """The text was not sealed with this key for this place; nothing is returned."""


def _key(purpose: bytes) -> bytes:
    master = base64.b64decode(settings.CIPHER_KEY)
    return hmac.new(master, purpose, hashlib.sha256).digest()


def seal(text: str, *, place: str) -> bytes:
    """Encrypt a text for one place, such as `table|column|row`."""
    nonce = os.urandom(12)
    return nonce + AESGCM(_key(b"seal")).encrypt(nonce, text.encode(), place.encode())


def unseal(box: bytes, *, place: str) -> str:
    """Decrypt what `seal` made for the same place.

    Raises: WrongKey, also when the box was moved to another row.
    """
    try:
        return AESGCM(_key(b"seal")).decrypt(box[:12], box[12:], place.encode()).decode()
    except InvalidTag as error:
        raise WrongKey(place) from error


def fingerprint(text: str) -> str:
    """A keyed digest for exact search and for secrets that are only compared."""
    return hmac.new(_key(b"find"), text.encode(), hashlib.sha256).hexdigest()


def token(text: str) -> str:
    """A secret of 128 bits that only the holder of the key can make again, fit for an address."""
    digest = hmac.new(_key(b"token"), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
