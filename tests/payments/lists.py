"""Small lists of sanctions in the forms of their publishers; everybody on them is invented."""

from datetime import date, datetime
from typing import Any

from payments.models import ListKind
from payments.screening import taking
from payments.screening.taking import Taken
from tests.factories.payments import NOW

NULLS = "-0- ," * 7


def sdn(*rows: tuple[int, str, str, str]) -> bytes:
    """sdn.csv of (number, name, type, remarks)."""
    lines = [f'{n},"{name}",{kind},"TEST",{NULLS}"{more}"' for n, name, kind, more in rows]
    return ("\r\n".join(lines) + "\r\n\x1a").encode()


PERSON = '"individual"'
FIRM = "-0- "
FIRST = (
    (1, "TESTOV, Ivan Petrovich", PERSON, "DOB 01 May 1970; Passport 123456789 (Russia)."),
    (2, "LADOGA TESTOVAYA LLC", FIRM, "Tax ID No. 7707083893 (Russia); a.k.a. 'LATEST'."),
    (3, "CESHI, Weilan", PERSON, "DOB circa 1980; nationality China."),
)


def un(*people: tuple[str, str, str]) -> bytes:
    """consolidated.xml of (number, name, name in its own script)."""
    bodies = "".join(
        f"<INDIVIDUAL><DATAID>{n}</DATAID><FIRST_NAME>{name}</FIRST_NAME>"
        f"<NAME_ORIGINAL_SCRIPT>{own}</NAME_ORIGINAL_SCRIPT>"
        "<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Nick</ALIAS_NAME></INDIVIDUAL_ALIAS>"
        "<INDIVIDUAL_DATE_OF_BIRTH><FROM_YEAR>1960</FROM_YEAR><TO_YEAR>1962</TO_YEAR>"
        "</INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL>"
        for n, name, own in people
    )
    return f"<CONSOLIDATED_LIST><INDIVIDUALS>{bodies}</INDIVIDUALS></CONSOLIDATED_LIST>".encode()


def take(
    *rows: tuple[int, str, str, str],
    on: date = date(2026, 11, 1),
    now: datetime = NOW,
    **more: Any,
) -> Taken:
    """A version of OFAC's list; FIRST unless told."""
    return taking.take(
        ListKind.OFAC_SDN,
        [("sdn.csv", sdn(*(rows or FIRST)))],
        published_on=on,
        actor="user:vera",
        now=now,
        **more,
    )
