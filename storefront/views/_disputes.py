"""What the pages of a dispute show: its facts, its files, and what happened when."""

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _

from catalog import papers
from orders.models import Delivery, Order
from payments import disputes
from payments.models import Dispute, DisputeFile, Refund, RefundPart
from storefront.flows import returns

TONES = {
    "OPEN": "ember",
    "ANSWERED": "warn",
    "PROPOSED": "warn",
    "RETURNING": "river",
    "CLOSED": "good",
    "WITHDRAWN": "plain",
}
REFUND_TONES = {"READY": "warn", "SENT": "warn", "DONE": "good", "REJECTED": "bad"}


def titles() -> dict[str, str]:
    """What each event of a dispute is called for those who are in it."""
    return {
        "OPENED": _("Dispute opened"),
        "ANSWERED": _("The seller answered"),
        "SILENT": _("The seller did not answer in time; we decide without him"),
        "PROPOSED": _("A decision is being checked by a second person"),
        "SENT_BACK": _("The decision is looked at again"),
        "DECIDED": _("Decided"),
        "RETURNED": _("The goods are back with us"),
        "NOT_RETURNED": _("The goods did not come back in time"),
        "WITHDRAWN": _("Withdrawn by the buyer"),
    }


def shown(dispute: Dispute) -> dict[str, Any]:
    """A dispute with everything its page needs."""
    words = titles()
    return {
        "dispute": dispute,
        "tone": TONES[dispute.state],
        "files": list(dispute.files.order_by("pk")),
        "decision": _decision(dispute),
        "entries": [
            {"at": event.happened_at, "title": words.get(event.kind, event.kind)}
            for event in dispute.events.order_by("-pk")
        ],
        "may_add": dispute.state in ("OPEN", "ANSWERED"),
    }


def _decision(dispute: Dispute) -> Any:
    """The decision that counts; one that a second person has not agreed to is nobody's to see."""
    if dispute.state not in ("CLOSED", "RETURNING"):
        return None
    return dispute.decisions.exclude(is_granted=False).order_by("-pk").first()


def of_delivery(delivery: Delivery) -> dict[str, Any]:
    """What a buyer may do about a delivery, and the disputes there are."""
    return {
        "delivery": delivery,
        "may_confirm": returns.may_confirm(delivery),
        "may_dispute": disputes.may_open(delivery),
        "disputes": [
            {"row": row, "tone": TONES[row.state]} for row in delivery.disputes.order_by("pk")
        ],
    }


def refunds(order: Order) -> list[dict[str, Any]]:
    """What goes back or went back to the buyer, each with what it is for."""
    rows = Refund.objects.filter(charge__order=order, again=None).order_by("pk")
    return [
        {
            "row": row,
            "tone": REFUND_TONES[row.state],
            "parts": list(row.parts.select_related("line").order_by("pk")),
            "is_plain": _is_plain(row.parts.all()),
        }
        for row in rows.prefetch_related("parts")
    ]


def _is_plain(rows: Iterable[RefundPart]) -> bool:
    """Money that was for nothing has no parts worth naming."""
    return all(row.kind == RefundPart.Kind.SURPLUS for row in rows)


def given(row: DisputeFile) -> FileResponse:
    """A file of a dispute to keep, never as a page of ours."""
    response = FileResponse(row.file.open("rb"), as_attachment=True, filename=row.name)
    response["Content-Type"] = papers.content_type(str(row.file.name))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
