"""AES-256-GCM by the OpenSSL that Python itself is linked with; it fails closed (docs/adr/0008)."""

import _hashlib  # its shared object leads to the very library that ssl and hashlib use
import ctypes
import ctypes.util
import secrets
from functools import cache
from typing import Any

KEY, NONCE, TAG = 32, 12, 16
SET_NONCE_SIZE, GET_TAG, SET_TAG = 0x9, 0x10, 0x11  # Source: openssl/evp.h, EVP_CTRL_AEAD_*


class CannotOpen(Exception):
    """Another key, another place, or bytes that were changed: nothing is given back."""


def new_key() -> bytes:
    return secrets.token_bytes(KEY)


def seal(key: bytes, plain: bytes, *, bound_to: str) -> bytes:
    """Encrypt under a fresh nonce: nonce, ciphertext and tag in one. `bound_to` is not secret."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + _run(key, nonce, plain, bound_to.encode(), tag=None)


def open_sealed(key: bytes, sealed: bytes, *, bound_to: str) -> bytes:
    """Give back what was sealed with this key and bound to the same place.

    Raises: CannotOpen.
    """
    if len(sealed) < NONCE + TAG:
        raise CannotOpen("too short")
    nonce, body, tag = sealed[:NONCE], sealed[NONCE:-TAG], sealed[-TAG:]
    return _run(key, nonce, body, bound_to.encode(), tag=tag)


@cache
def _openssl() -> Any:
    """Raises: RuntimeError, where there is no OpenSSL 3: then nothing is sealed at all."""
    for name in (getattr(_hashlib, "__file__", None), ctypes.util.find_library("crypto")):
        if name and hasattr(found := ctypes.CDLL(name), "EVP_aes_256_gcm"):
            for maker in ("EVP_CIPHER_CTX_new", "EVP_aes_256_gcm"):
                getattr(found, maker).restype = ctypes.c_void_p
            found.EVP_CIPHER_CTX_free.argtypes = [ctypes.c_void_p]
            return found
    raise RuntimeError("no OpenSSL library with AES-256-GCM was found")


def _run(key: bytes, nonce: bytes, given: bytes, bound: bytes, *, tag: bytes | None) -> bytes:
    """One pass; with a tag it decrypts and compares, without it encrypts and appends the tag."""
    if len(key) != KEY:
        raise ValueError(f"a key has {KEY} bytes, not {len(key)}")
    lib, encrypts = _openssl(), int(tag is None)
    context = ctypes.c_void_p(lib.EVP_CIPHER_CTX_new())
    size, end = ctypes.c_int(0), ctypes.c_int(0)
    out, spare = ctypes.create_string_buffer(len(given) + TAG), ctypes.create_string_buffer(TAG)

    def update(target: Any, text: bytes) -> int:
        return int(lib.EVP_CipherUpdate(context, target, ctypes.byref(size), text, len(text)))

    def control(what: int, count: int, value: Any) -> int:
        return int(lib.EVP_CIPHER_CTX_ctrl(context, what, count, value))

    try:
        kind = ctypes.c_void_p(lib.EVP_aes_256_gcm())
        done = lib.EVP_CipherInit_ex(context, kind, None, None, None, encrypts) == 1
        done = done and control(SET_NONCE_SIZE, NONCE, None) == 1
        done = done and lib.EVP_CipherInit_ex(context, None, None, key, nonce, encrypts) == 1
        done = done and update(None, bound) == 1 and update(out, given) == 1
        written = size.value
        done = done and (tag is None or control(SET_TAG, TAG, tag) == 1)
        done = done and lib.EVP_CipherFinal_ex(context, spare, ctypes.byref(end)) == 1
        done = done and (tag is not None or control(GET_TAG, TAG, spare) == 1)
    finally:
        lib.EVP_CIPHER_CTX_free(context)
    if not done:
        raise CannotOpen("the key, the place or the bytes do not fit")
    return out.raw[:written] + (spare.raw if tag is None else b"")
