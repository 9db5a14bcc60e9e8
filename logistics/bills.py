"""Master bills: which document a mode travels under, and whether a number can be one."""

import re

from django.utils.translation import gettext as _

from storefront.lib import identifiers
from storefront.lib.refusal import Refusal

from .models import Departure
from .models.routing import Mode

# Source: design notes 4.5. A lorry on a ferry stays under its CMR note.
KINDS: dict[str, str] = {Mode.AIR: "AWB", Mode.RAIL: "SMGS", Mode.ROAD: "CMR", Mode.RIVER: "CMR"}
OWN = re.compile(r"(CMR|SMGS)?[A-Z0-9][A-Z0-9/-]{3,29}", re.ASCII)


class BadBill(Refusal):
    """No master bill of that mode has such a number."""

    code = "bad_bill"


def kind_of(mode: str) -> str:
    """The document: air waybill, CMR note or SMGS bill."""
    return KINDS[mode]


def check(number: str, *, mode: str) -> str:
    """A number as it is kept: an air waybill by its check digit, others by form alone.

    Raises: BadBill.
    """
    wanted = "".join(number.split()).upper()
    kind = kind_of(mode)
    if kind == "AWB":
        bare = wanted.replace("-", "")
        wanted = f"{bare[:3]}-{bare[3:]}"
        is_good = identifiers.is_awb(wanted)
    else:
        other = {"CMR": "SMGS", "SMGS": "CMR"}[kind]
        is_good = OWN.fullmatch(wanted) is not None and not wanted.startswith(other)
    if not is_good:
        raise BadBill(_("%(number)s is no %(kind)s.") % {"number": number, "kind": kind})
    return wanted


def shown(departure: Departure) -> str:
    """The bill of a departure with its kind in front."""
    number = departure.master_bill.removeprefix(kind_of(departure.service.mode))
    return f"{kind_of(departure.service.mode)} {number}" if number else ""
