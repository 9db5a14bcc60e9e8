"""A guest's link can be made again by the house, and not from the database."""

from orders import tokens


def test_token_is_the_same_again_and_another_for_another_form():
    first = tokens.guest("form-1")

    assert tokens.guest("form-1") == first
    assert tokens.guest("form-2") != first


def test_token_has_128_bits_and_fits_an_address():
    token = tokens.guest("form-1")

    assert len(token) == 22
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_another_key_makes_another_token(settings):
    first, kept = tokens.guest("form-1"), tokens.digest("token")

    settings.CIPHER_KEY = "YW5vdGhlci1rZXktb2YtdGhpcnR5LXR3by1ieXRlcyE="

    assert tokens.guest("form-1") != first
    assert tokens.digest("token") != kept


def test_digest_does_not_hold_the_token():
    token = tokens.guest("form-1")

    assert token not in tokens.digest(token)
    assert len(tokens.digest(token)) == 64
