"""pain.002.001.12: how far a bank has come with our transfers."""

from dataclasses import dataclass
from typing import Literal

from storefront.lib import xml

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"
PREFIX = {"p": NAMESPACE}
# Source: ISO 20022 external code set, payment transaction status.
CREDITED = frozenset({"ACCC"})
ENDED = frozenset({"RJCT", "CANC"})
UNDER_WAY = frozenset(
    ["RCVD", "PDNG", "PATC", "ACTC", "ACCP", "ACFC", "ACSP", "ACWC", "ACWP", "BLCK", "ACSC"]
)

Outcome = Literal["under_way", "credited", "returned"]


class BadReport(ValueError):
    """Not a report about the message that was asked for."""


@dataclass(frozen=True)
class Standing:
    """How one transfer stands; `reason` is the bank's code when it came to nothing."""

    outcome: Outcome
    code: str
    reason: str = ""


def read(body: bytes, *, message: str) -> dict[str, Standing]:
    """How each transfer of a message stands, by its end-to-end reference.

    Raises: BadReport, also for a status that no list of ISO 20022 has.
    """
    try:
        root = xml.parse(body)
    except xml.BadXml as error:
        raise BadReport(str(error)) from error
    about = xml.text(root, "p:CstmrPmtStsRpt/p:OrgnlGrpInfAndSts/p:OrgnlMsgId", PREFIX)
    if about != message:
        raise BadReport(f"the report is about {about!r}, not {message!r}")
    found = {}
    for node in root.iterfind("p:CstmrPmtStsRpt/p:OrgnlPmtInfAndSts/p:TxInfAndSts", PREFIX):
        name = xml.text(node, "p:OrgnlEndToEndId", PREFIX)
        code = xml.text(node, "p:TxSts", PREFIX)
        reason = xml.text(node, "p:StsRsnInf/p:Rsn/p:Cd", PREFIX)
        found[name] = Standing(_outcome(code), code, reason)
    return found


def _outcome(code: str) -> Outcome:
    if code in CREDITED:
        return "credited"
    if code in ENDED:
        return "returned"
    if code in UNDER_WAY:
        return "under_way"
    raise BadReport(f"status {code!r} is unknown")
