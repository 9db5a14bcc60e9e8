"""What seals the recipients' papers: a published vector, and everything that must not open."""

import pytest

from storefront.lib import cipher

KEY = bytes.fromhex("feffe9928665731c6d6a8f9467308308" * 2)
NONCE = bytes.fromhex("cafebabefacedbaddecaf888")
PLAIN = bytes.fromhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
)
BOUND = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
SEALED = bytes.fromhex(
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
)
TAG = bytes.fromhex("76fc6ece0f4e1768cddf8853bb2d551b")


def test_the_published_vector_comes_out() -> None:
    """Source: McGrew and Viega, The Galois/Counter Mode, test case 16 (AES-256, with data)."""
    assert cipher._run(KEY, NONCE, PLAIN, BOUND, tag=None) == SEALED + TAG
    assert cipher._run(KEY, NONCE, SEALED, BOUND, tag=TAG) == PLAIN


@pytest.mark.parametrize("plain", [b"", b"x", "паспорт".encode() * 100])
def test_what_is_sealed_opens_and_is_never_sealed_alike(plain: bytes) -> None:
    key = cipher.new_key()
    one, two = (cipher.seal(key, plain, bound_to="here") for _ in range(2))

    assert cipher.open_sealed(key, one, bound_to="here") == plain
    assert one != two
    assert plain == b"" or plain not in one or len(plain) == 1


def test_nothing_is_given_back_when_anything_does_not_fit() -> None:
    key = cipher.new_key()
    sealed = cipher.seal(key, b"4509 123456", bound_to="row 1")
    flipped = [
        sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))
    ]

    for wrong, place, body in [
        (cipher.new_key(), "row 1", sealed),
        (key, "row 2", sealed),
        (key, "row 1", sealed[:-1]),
        (key, "row 1", b""),
        *[(key, "row 1", body) for body in flipped],
    ]:
        with pytest.raises(cipher.CannotOpen):
            cipher.open_sealed(wrong, body, bound_to=place)


def test_a_key_of_another_length_is_a_bug() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        cipher.seal(b"short", b"", bound_to="")
