"""AES-256-GCM: what is sealed opens with its key, for its place, or not at all."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY, NONCE, TAG = 32, 12, 16


class CannotOpen(Exception):
    """Another key, another place, or bytes that were changed: nothing is given back."""


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def seal(key: bytes, plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt under a fresh nonce: nonce, ciphertext and tag in one. `bound_to` is not secret."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _cipher(key).encrypt(nonce, plain, bound_to.encode())


def open_sealed(key: bytes, sealed: bytes, *, bound_to: str) -> bytes:
    """Give back what was sealed with this key and bound to the same place.

    Raises: CannotOpen.
    """
    if len(sealed) < NONCE + TAG:
        raise CannotOpen("too short")
    try:
        return _cipher(key).decrypt(sealed[:NONCE], sealed[NONCE:], bound_to.encode())
    except InvalidTag as broken:
        raise CannotOpen("the key, the place or the bytes do not fit") from broken


def _cipher(key: bytes) -> AESGCM:
    if len(key) != KEY:
        raise ValueError(f"a key has {KEY} bytes, not {len(key)}")
    return AESGCM(key)
