"""What seals the recipients' papers, and everything that must not open."""

import pytest

from storefront.lib import cipher


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
