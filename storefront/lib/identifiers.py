"""Numbers with check digits that people type, scan and print."""

import secrets

from stdnum import ean, imei
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10
from stdnum.ru import inn

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def s10(service: str, serial: int, country: str) -> str:
    """An item identifier of the Universal Postal Union.

    Source: UPU standard S10; check digit as worked in the design notes, 47312482 gives 9.
    """
    digits = f"{serial:08d}"
    return f"{service}{digits}{s10_check(digits)}{country}"


def s10_check(digits: str) -> int:
    """The check digit of eight digits."""
    rest = 11 - sum(int(d) * w for d, w in zip(digits, S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)


def is_s10(number: str) -> bool:
    """Whether a scanned number is a whole S10 number with the right check digit."""
    good = len(number) == 13 and number[:2].isalpha() and number[11:].isalpha()
    return good and number[2:11].isdigit() and s10_check(number[2:10]) == int(number[10])


def order_number() -> str:
    """Eight random digits, the first not zero, and a check digit (ISO 7064 MOD 11,10)."""
    digits = str(secrets.randbelow(90_000_000) + 10_000_000)
    return digits + mod_11_10.calc_check_digit(digits)


def is_order_number(number: str) -> bool:
    return len(number) == 9 and number.isdigit() and bool(mod_11_10.is_valid(number))


def shown_order_number(number: str) -> str:
    """61-204-883-5 for 612048835."""
    return f"{number[:2]}-{number[2:5]}-{number[5:8]}-{number[8:]}"


def is_inn(number: str) -> bool:
    return bool(inn.is_valid(number))


def is_uscc(number: str) -> bool:
    return bool(uscc.is_valid(number))


def is_ean(number: str) -> bool:
    return bool(ean.is_valid(number))


def is_imei(number: str) -> bool:
    return bool(imei.is_valid(number))


def is_cnaps(number: str) -> bool:
    """A branch number of the Chinese payment system: 12 digits, MOD 11,10."""
    return len(number) == 12 and number.isdigit() and bool(mod_11_10.is_valid(number))


def is_hs(code: str) -> bool:
    """A ten-digit code of the Chinese tariff, by form only."""
    return len(code) == 10 and code.isdigit() and code[:2] != "00"


def awb(prefix: str, serial: int) -> str:
    """An air waybill number: the eighth digit is the first seven modulo 7."""
    return f"{prefix}-{serial:07d}{serial % 7}"
