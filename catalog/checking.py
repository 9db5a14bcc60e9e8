"""What a machine can say about an application: numbers with check digits, papers, plausibility."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _

from catalog.models import ApplicationPaper, SellerApplication
from storefront.lib import csvs, identifiers

BANKS = Path(__file__).parent / "reference" / "banks.csv"
PHONE = re.compile(r"\+?[0-9][0-9 ()-]{5,18}[0-9]")
CHINESE = re.compile(r"[\u4e00-\u9fff]{2}")
LATIN = re.compile(r"[A-Za-z]{2}|[А-Яа-яЁё]{2}")
ACCOUNT = range(8, 31)  # digits of an account; firms' accounts have 12 to 25 in most banks
CARD = range(16, 20)
ZONES = ("Harbin", "Heihe", "Suifenhe")
NEEDED = (
    ApplicationPaper.Kind.LICENCE,
    ApplicationPaper.Kind.BANK,
    ApplicationPaper.Kind.IDENTITY,
)


@dataclass(frozen=True)
class Check:
    """One check with its result; `field` is where the form shows it, `text` says what is wrong.

    A check that is not needed is a hint for the desk: it stops nobody.
    """

    field: str
    label: str
    passed: bool
    text: str = ""
    is_needed: bool = True


class BankDetails(Protocol):
    """Where a firm is paid: an application and a later change say it by the same names."""

    @property
    def cnaps(self) -> str: ...
    @property
    def bank_name(self) -> str: ...
    @property
    def bank_account(self) -> str: ...


def run(application: SellerApplication, *, is_known: bool, papers: Collection[str]) -> list[Check]:
    """Check everything; the order is that of the form."""
    return [
        *_firm(application, is_known=is_known),
        *_people(application),
        *bank(application),
        *(_paper(kind, kind in papers) for kind in NEEDED),
    ]


def taken() -> Check:
    """The check that fails when the firm is known here."""
    text = _("This firm sells here already, or has applied. Write to the desk if it is yours.")
    return Check("uscc", _("the firm is new here"), False, text)


def _firm(row: SellerApplication, *, is_known: bool) -> list[Check]:
    signs = row.licence.replace("-", "").replace(" ", "")
    readable = LATIN.search(row.name_en) or LATIN.search(row.name_ru)
    return [
        _check(
            "name_zh",
            _("Chinese name"),
            CHINESE.search(row.name_zh),
            _("The name on the licence, in Chinese characters."),
        ),
        _check(
            "name_en",
            _("a name buyers can read"),
            readable,
            _("An English or a Russian name: buyers do not read Chinese."),
        ),
        _check(
            "uscc",
            _("check digit of the credit code"),
            identifiers.is_uscc(row.uscc),
            _("Not a unified social credit code: 18 signs, the last one is a check digit."),
        ),
        taken() if is_known else _check("uscc", _("the firm is new here"), row.uscc, _say()),
        _check(
            "licence",
            _("licence number"),
            len(signs) >= 8 and signs.isalnum(),
            _("The number on the business licence: at least 8 letters and digits."),
        ),
        _check("city", _("city"), row.city, _say()),
        _check("zone", _("free trade zone"), row.zone in ("", *ZONES), _say()),
    ]


def _people(row: SellerApplication) -> list[Check]:
    return [
        _check("legal_person", _("legal representative"), len(row.legal_person) >= 2, _say()),
        _check("contact_name", _("contact"), len(row.contact_name) >= 2, _say()),
        _check(
            "contact_phone",
            _("telephone"),
            PHONE.fullmatch(row.contact_phone),
            _("A telephone number: 7 to 20 digits, with + and the code of the country."),
        ),
    ]


def bank(row: BankDetails) -> list[Check]:
    """Check the details of an account by themselves."""
    known = banks().get(row.cnaps[:3], "")
    fits = bool(known) and known.removeprefix("中国") in row.bank_name
    account = row.bank_account
    text = (
        _("The code belongs to %(bank)s.") % {"bank": known} if known else _("Look at the paper.")
    )
    return [
        _check(
            "cnaps",
            _("check digit of the CNAPS code"),
            identifiers.is_cnaps(row.cnaps),
            _("Not a CNAPS code: 12 digits, the last one is a check digit."),
        ),
        _check("bank_name", _("bank"), len(row.bank_name) >= 4, _say()),
        _check("bank_name", _("bank of the CNAPS code"), fits, text, is_needed=False),
        _check(
            "bank_account",
            _("account number"),
            account.isdigit() and len(account) in ACCOUNT and len(set(account)) > 1,
            _("8 to 30 digits, as on the bank's confirmation."),
        ),
        _check(
            "bank_account",
            _("an account of a firm"),
            not is_personal_card(account),
            _("This looks like a personal card: payouts go to accounts of firms."),
            is_needed=False,
        ),
    ]


def is_personal_card(account: str) -> bool:
    """Whether a number is a UnionPay card by its beginning and its Luhn digit.

    Source: ISO/IEC 7812-1; UnionPay issues within 62.
    """
    if not account.isdigit() or len(account) not in CARD or not account.startswith("62"):
        return False
    doubled = [int(sign) * (2 - place % 2) for place, sign in enumerate(account[::-1], 1)]
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def _paper(kind: ApplicationPaper.Kind, is_there: bool) -> Check:
    return _check(f"paper_{kind.lower()}", str(kind.label), is_there, _("This paper is missing."))


def _check(field: str, label: str, passed: object, text: str, *, is_needed: bool = True) -> Check:
    """What passed needs no words."""
    return Check(field, label, bool(passed), "" if passed else text, is_needed)


def _say() -> str:
    return _("Needed.")


@cache
def banks() -> dict[str, str]:
    """The banks by the first three digits of their codes."""
    return {row["code"]: row["name_zh"] for row in csvs.read(BANKS)}
