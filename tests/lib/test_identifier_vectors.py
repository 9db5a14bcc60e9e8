"""Check digits against published vectors and the samples of the design notes."""

import ast
import doctest
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from storefront.lib import identifiers as ids

SHARED = Path(os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[3] / "shared/data"))
VECTORS = SHARED / "stdnum_vectors"
KINDS: dict[str, tuple[str, Callable[[str], bool], int]] = {
    # the file, our check, how many numbers at least it must give
    "inn": ("test_ru_inn", ids.is_inn, 20),
    "ogrn": ("test_ru_ogrn", ids.is_ogrn, 10),
    "uscc": ("test_cn_uscc", ids.is_uscc, 100),
    "imei": ("test_imei", ids.is_imei, 3),
    "ean": ("test_ean", ids.is_ean, 2),
}


def plain(number: str) -> str:
    return re.sub(r"[\s-]", "", number)


def vectors(name: str, module: str) -> dict[str, bool]:
    """Every number of a file, and whether it is said to be one."""
    path = VECTORS / f"{name}.doctest"
    if not path.exists():
        reason = f"{path} is not there; set SHARED_DATA"
        pytest.skip(reason)
    told: dict[str, bool] = {}
    for example in doctest.DocTestParser().get_examples(path.read_text(encoding="utf-8")):
        one = re.fullmatch(rf"{module}\.validate\((['\"].*?['\"])\)\s*", example.source)
        if one:
            told[plain(ast.literal_eval(one[1]))] = example.exc_msg is None
        many = re.fullmatch(r"(?:valid_)?numbers = ('''.*''')\s*", example.source, re.DOTALL)
        if many:
            told |= dict.fromkeys(map(plain, ast.literal_eval(many[1]).split()), True)
    return told


@pytest.mark.parametrize("kind", KINDS)
def test_published_vectors_are_told_apart(kind: str) -> None:
    name, check, least = KINDS[kind]
    told = vectors(name, kind)
    if kind == "imei":  # ours is the number of 15 digits, with its check digit
        told = {number: good for number, good in told.items() if len(number) == 15}
    if kind == "ean":
        told = {number: good for number, good in told.items() if number.isdigit()}

    assert {number: check(number) for number in told} == told
    assert len(told) >= least


GOOD = [
    # Source: design notes 2.5, 3.7 and 4.5
    (ids.is_s10, "RR473124829GB"),
    (ids.is_s10, "LX123456785CN"),
    (ids.is_s10, "LX000000014CN"),
    *[
        (ids.is_russian_barcode, number)
        for number in (
            "80083740712514",
            "80084740397510",
            "10944022440321",
            "10944022490302",
            "11172522364055",
            "80082240994512",
            "80093053624992",
        )
    ],
    (ids.is_inn, "7707083893"),
    (ids.is_inn_of_person, "123456789047"),
    (ids.is_ogrn, "1027700132195"),
    (ids.is_bik, "044525225"),
    (ids.is_uscc, "91110000600037341L"),
    *[
        (ids.is_cnaps, number)
        for number in (
            "102100099996",
            "103100000026",
            "104100000004",
            "105100000017",
            "313227600155",
        )
    ],
    (ids.is_awb, "123-12345675"),
    (ids.is_container, "CSQU3054383"),
    *[(ids.is_station, number) for number in ("945404", "946905", "033907", "704101")],
    (ids.is_imei, "490154203237518"),
]


@pytest.mark.parametrize(("check", "number"), GOOD)
def test_samples_of_the_design_notes_pass_and_any_other_check_digit_does_not(
    check: Callable[[str], bool], number: str
) -> None:
    assert check(number)
    assert not check(number + "0")
    assert not check(number[:-1])
    assert not check("")
    if check is ids.is_bik:  # it has no check digit
        return
    at = max(place for place, sign in enumerate(number) if sign.isdigit())
    others = [f"{number[:at]}{digit}{number[at + 1 :]}" for digit in range(10)]
    assert [other for other in others if check(other)] == [number]


def test_the_control_digit_of_an_account_belongs_to_its_bank() -> None:
    assert ids.is_russian_account("40702810200000000001", bik="044525225")
    assert ids.is_russian_account("30101810400000000225", bik="044525225")

    assert not ids.is_russian_account("40702810200000000001", bik="044525974")
    assert not ids.is_russian_account("40702810300000000001", bik="044525225")
    assert not ids.is_russian_account("4070281020000000000", bik="044525225")
    assert not ids.is_russian_account("40702810200000000001", bik="")


@pytest.mark.parametrize(
    ("check", "number"),
    [
        (ids.is_s10, "ЛХ123456785CN"),  # letters and digits of other scripts
        (ids.is_inn, "\u0667\u0667\u0660\u0667\u0660\u0668\u0663\u0668\u0669\u0663"),
        (ids.is_inn_of_person, "7707083893"),
        (ids.is_imei, "49015420323751"),  # without its check digit
        (ids.is_container, "csqu3054383"),
        (ids.is_awb, "12312345675"),
        (ids.is_cnaps, "10210009999６"),
        (ids.is_station, "94540X"),
    ],
)
def test_another_form_is_refused(check: Callable[[str], bool], number: str) -> None:
    assert not check(number)
