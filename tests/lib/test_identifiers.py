"""Numbers with check digits: what people mistype is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.lib import identifiers

SERIALS = st.integers(0, 99_999_999)


def test_parcel_number_of_the_published_example() -> None:
    """Source: the worked example of UPU standard S10, 47312482 gives 9."""
    assert identifiers.s10("RR", 47_312_482, "GB") == "RR473124829GB"


@given(SERIALS)
def test_every_parcel_number_is_recognised(serial: int) -> None:
    assert identifiers.is_s10(identifiers.s10("LX", serial, "CN"))


@given(SERIALS, st.integers(2, 10), st.integers(1, 9))
def test_one_wrong_digit_of_a_parcel_number_is_noticed(serial: int, at: int, off: int) -> None:
    number = identifiers.s10("LX", serial, "CN")
    wrong = number[:at] + str((int(number[at]) + off) % 10) + number[at + 1 :]

    # The standard gives 0 for ten and 5 for eleven, so some slips of the last digits hide there.
    assert not identifiers.is_s10(wrong) or identifiers.s10_check(wrong[2:10]) in {0, 5}


@pytest.mark.parametrize("number", ["", "LX", "LX00000001CN", "1X000000015CN", "LX00000001ACN"])
def test_what_is_no_parcel_number_is_refused(number: str) -> None:
    assert not identifiers.is_s10(number)


def test_order_numbers_are_valid_different_and_shown_in_groups() -> None:
    numbers = {identifiers.order_number() for _ in range(500)}

    assert len(numbers) > 495
    assert all(identifiers.is_order_number(number) for number in numbers)
    assert not any(number.startswith("0") for number in numbers)
    assert identifiers.shown_order_number("612048835") == "61-204-883-5"


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_of_an_order_number_is_noticed(at: int, off: int) -> None:
    number = identifiers.order_number()
    wrong = number[:at] + str((int(number[at]) + off) % 10) + number[at + 1 :]

    assert not identifiers.is_order_number(wrong)


@pytest.mark.parametrize("number", ["", "12345678", "1234567890", "61204883x"])
def test_what_is_no_order_number_is_refused(number: str) -> None:
    assert not identifiers.is_order_number(number)


def test_air_waybill_ends_with_its_serial_modulo_seven() -> None:
    assert identifiers.awb("262", 1) == "262-00000011"
    assert identifiers.awb("880", 1234567) == "880-12345675"


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (identifiers.is_inn, "500100732259", "500100732250"),
        (identifiers.is_ean, "4006381333931", "4006381333932"),
        (identifiers.is_imei, "490154203237518", "490154203237517"),
        (identifiers.is_uscc, "91110000600037341L", "91110000600037341A"),
        (identifiers.is_hs, "8517130000", "0017130000"),
        (identifiers.is_cnaps, "104584001014", "104584001015"),
    ],
)
def test_numbers_of_others_are_checked(check: object, good: str, bad: str) -> None:
    assert callable(check)
    assert check(good)
    assert not check(bad)
    assert not check("")
