"""Numbers with check digits that people type, scan and print; digits are those of ASCII."""

import re
import secrets
from itertools import cycle

from stdnum import ean, imei, iso6346
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10
from stdnum.ru import inn, ogrn

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def _has_form(number: str, form: str) -> bool:
    return re.fullmatch(form, number, re.ASCII) is not None


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
    good = _has_form(number, r"[A-Z]{2}\d{9}[A-Z]{2}")
    return good and s10_check(number[2:10]) == int(number[10])


def order_number() -> str:
    """Eight random digits, the first not zero, and a check digit (ISO 7064 MOD 11,10)."""
    digits = str(secrets.randbelow(90_000_000) + 10_000_000)
    return digits + mod_11_10.calc_check_digit(digits)


def is_order_number(number: str) -> bool:
    return _has_form(number, r"\d{9}") and bool(mod_11_10.is_valid(number))


def shown_order_number(number: str) -> str:
    """61-204-883-5 for 612048835."""
    return f"{number[:2]}-{number[2:5]}-{number[5:8]}-{number[8:]}"


def is_inn(number: str) -> bool:
    """A Russian taxpayer's number: 10 digits of a firm, 12 of a person."""
    return _has_form(number, r"\d{10}|\d{12}") and bool(inn.is_valid(number))


def is_inn_of_person(number: str) -> bool:
    return len(number) == 12 and is_inn(number)


def is_ogrn(number: str) -> bool:
    """A number of the Russian register: 13 digits of a firm, 15 of an entrepreneur."""
    return _has_form(number, r"\d{13}|\d{15}") and bool(ogrn.is_valid(number))


def is_bik(number: str) -> bool:
    """A Russian bank's code, by form only: there is no check digit in it."""
    return _has_form(number, r"04\d{7}")


def is_russian_account(number: str, *, bik: str) -> bool:
    """An account at a bank, or the bank's own at the central bank, by its control digit.

    Source: design notes 3.7, weights 7, 1, 3 over three digits of the bank and the account.
    """
    if not is_bik(bik) or not _has_form(number, r"\d{20}"):
        return False
    head = f"0{bik[4:6]}" if number.startswith("30101") else bik[-3:]
    digits = zip(map(int, head + number), cycle((7, 1, 3)), strict=False)
    return sum(digit * weight for digit, weight in digits) % 10 == 0


def is_uscc(number: str) -> bool:
    return _has_form(number, r"[0-9A-Z]{18}") and bool(uscc.is_valid(number))


def is_ean(number: str) -> bool:
    return _has_form(number, r"\d+") and bool(ean.is_valid(number))


def is_imei(number: str) -> bool:
    """A phone's number of 15 digits with its check digit; without one it is no IMEI here."""
    return _has_form(number, r"\d{15}") and bool(imei.is_valid(number))


def is_container(number: str) -> bool:
    """Owner, serial and check digit of a container. Source: ISO 6346."""
    return _has_form(number, r"[A-Z]{3}[UJZ]\d{7}") and bool(iso6346.is_valid(number))


def is_awb(number: str) -> bool:
    """An air waybill: three digits of the airline, eight of the bill, the last modulo 7."""
    return _has_form(number, r"\d{3}-\d{8}") and int(number[4:11]) % 7 == int(number[11])


def is_russian_barcode(number: str) -> bool:
    """A domestic item of Russian Post: 14 digits, odd places thrice. Source: design notes 2.5."""
    if not _has_form(number, r"\d{14}"):
        return False
    digits = [int(digit) for digit in number]
    return (3 * sum(digits[0:13:2]) + sum(digits[1:13:2]) + digits[13]) % 10 == 0


def is_station(number: str) -> bool:
    """A railway station of the former Soviet net, six digits. Source: design notes 4.5 (ESR)."""
    if not _has_form(number, r"\d{6}"):
        return False
    digits = [int(digit) for digit in number]
    for first in (1, 3):
        rest = sum(digit * weight for weight, digit in enumerate(digits[:5], first)) % 11
        if rest < 10:
            return rest == digits[5]
    return digits[5] == 0


def is_cnaps(number: str) -> bool:
    """A branch number of the Chinese payment system: 12 digits, MOD 11,10."""
    return _has_form(number, r"\d{12}") and bool(mod_11_10.is_valid(number))


def is_hs(code: str) -> bool:
    """A ten-digit code of the Chinese tariff, by form only."""
    return _has_form(code, r"\d{10}") and code[:2] != "00"


def awb(prefix: str, serial: int) -> str:
    """An air waybill number: the eighth digit is the first seven modulo 7."""
    return f"{prefix}-{serial:07d}{serial % 7}"
