"""Personal data at rest: sealed for one place, closed on a wrong key."""

import base64

import pytest
from pytest_django import Settings

from storefront.lib import cipher

PLACE = "logistics_recipientidentity|passport|7"


def test_sealed_text_comes_back_at_its_place() -> None:
    box = cipher.seal("4510 123456", place=PLACE)

    assert cipher.unseal(box, place=PLACE) == "4510 123456"


def test_sealed_text_shows_nothing_and_is_never_twice_the_same() -> None:
    first, second = (cipher.seal("4510 123456", place=PLACE) for _ in range(2))

    assert b"123456" not in first
    assert first != second


@pytest.mark.parametrize("text", ["", "0", "False", "陈", "x" * 5000])
def test_empty_and_odd_texts_stay_what_they_were(text: str) -> None:
    assert cipher.unseal(cipher.seal(text, place=PLACE), place=PLACE) == text


def test_box_moved_to_another_row_stays_closed() -> None:
    box = cipher.seal("4510 123456", place=PLACE)

    with pytest.raises(cipher.WrongKey):
        cipher.unseal(box, place="logistics_recipientidentity|passport|8")


def test_one_changed_bit_is_noticed() -> None:
    box = bytearray(cipher.seal("4510 123456", place=PLACE))
    box[-1] ^= 1

    with pytest.raises(cipher.WrongKey):
        cipher.unseal(bytes(box), place=PLACE)


def test_another_key_opens_nothing(settings: Settings) -> None:
    box = cipher.seal("4510 123456", place=PLACE)
    settings.CIPHER_KEY = base64.b64encode(b"another key of the very same len").decode()

    with pytest.raises(cipher.WrongKey):
        cipher.unseal(box, place=PLACE)


def test_fingerprint_finds_the_same_and_depends_on_the_key(settings: Settings) -> None:
    first = cipher.fingerprint("500100732259")
    settings_key, settings.CIPHER_KEY = settings.CIPHER_KEY, base64.b64encode(b"x" * 32).decode()
    other = cipher.fingerprint("500100732259")
    settings.CIPHER_KEY = settings_key

    assert cipher.fingerprint("500100732259") == first
    assert first not in {other, cipher.fingerprint("500100732258")}


def test_token_is_stable_has_128_bits_and_fits_an_address() -> None:
    token = cipher.token("guest:form-1")

    assert cipher.token("guest:form-1") == token
    assert cipher.token("guest:form-2") != token
    assert len(base64.urlsafe_b64decode(token + "==")) == 16
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
