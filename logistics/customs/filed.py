"""What filings say: the heads and lines of messages about a departure, a list or a month."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F

from catalog.models import HsCode
from logistics.models import Declaration, DeclarationLine, Filing, Shipment
from logistics.states import State

from . import papers
from .gateways import ceb, messages
from .gateways.messages import Facts, Node

NOT_ABOARD = (State.CLEARED, State.BAGGED, State.CANCELLED)
SUMMARY_BY_DECLARANT = 1  # Source: design notes 1.4, CEB701 summaryFlag
KEEP_NAMES = 1  # Source: design notes 1.4, CEB701 itemNameFlag


def write(filing: Filing) -> list[Node]:
    """The business nodes of a filing; none, if nothing is left to say.

    Lines that are too many for one node go into several parts with one number.
    """
    head = {
        **ceb.opening(filing.made_at),
        "customsCode": filing.customs_code,
        "copNo": filing.reference,
        **_firms(),
    }
    more, lines = WRITERS[filing.kind](filing)
    if filing.kind == Filing.Kind.CANCELLATION:
        return [Node({**head, **more, "guid": _guid(filing, 1)})]
    parted = messages.parts(lines)
    return [
        Node(
            {
                **head,
                **more,
                "guid": _guid(filing, number),
                "msgCount": len(parted),
                "msgSeqNo": number,
            },
            part,
        )
        for number, part in enumerate(parted, start=1)
    ]


def guid(filing: Filing) -> str:
    """The same filing always carries the same guid, so that sending twice is once."""
    return ceb.guid_of(f"{filing.reference}/{filing.kind}")


def _guid(filing: Filing, part: int) -> str:
    return ceb.guid_of(f"{filing.reference}/{filing.kind}/{part}")


def _firms() -> dict[str, object]:
    known = papers.firms()
    named = {
        "logistics": known["logistics"],
        "agent": known["agent"],
        "declAgent": known["agent"],
        "operator": known["site"],
        "ebp": known["platform"],
    }
    return {
        **{f"{name}Code": firm.code for name, firm in named.items()},
        **{f"{name}Name": firm.name for name, firm in named.items()},
    }


Said = tuple[dict[str, object], Sequence[Facts]]


def _aboard(filing: Filing) -> list[dict[str, Any]]:
    """The parcels of a departure, with their bags, weights and released lists."""
    parcels = Shipment.objects.filter(departure=filing.departure_id).exclude(state__in=NOT_ABOARD)
    released = parcels.filter(
        declarations__direction=Declaration.Direction.EXPORT,
        declarations__state=Declaration.State.RELEASED,
    )
    rows = released.order_by("bag__number", "number").values(
        "number",
        "weight_g",
        "planned_weight_g",
        bag_number=F("bag__number"),
        invt=F("declarations__inventory_number"),
    )
    return [dict(row) for row in rows]


def _departure(filing: Filing) -> Said:
    """Arrival at the site, list of waybills, departure: each takes what its table asks for."""
    departure = filing.departure
    assert departure is not None, "such a filing has its departure"
    aboard = _aboard(filing)
    grams = sum(row["weight_g"] or row["planned_weight_g"] for row in aboard)
    head: dict[str, object] = {
        "ieFlag": "E",
        "trafMode": ceb.TRAFFIC[departure.service.mode],
        "trafName": departure.service.carrier,
        "voyageNo": departure.service.code[:32],
        "billNo": departure.master_bill.replace("-", "")[:37],
        "domesticTrafNo": departure.number,
        "grossWeight": papers.kilos(grams),
        "leaveTime": departure.departed_at,
    }
    lines = [
        {"logisticsNo": row["number"], "totalPackageNo": row["bag_number"], "invtNo": row["invt"]}
        for row in aboard
    ]
    return head, lines


def _listed(filing: Filing) -> Declaration:
    assert filing.declaration is not None, "such a filing has its list"
    return filing.declaration


def _of_list(declaration: Declaration) -> dict[str, object]:
    return {
        "preNo": declaration.port_number,
        "invtNo": declaration.inventory_number,
        "ebcCode": declaration.declarant_code,
        "ebcName": declaration.declarant_name,
        "logisticsNo": declaration.shipment.number,
        "tradeMode": declaration.mode,
    }


def _cancellation(filing: Filing) -> Said:
    return {**_of_list(_listed(filing)), "reason": filing.note}, []


def _summary(filing: Filing) -> Said:
    numbers = filing.summarised.filter(state=Declaration.State.RELEASED).order_by("pk")
    head: dict[str, object] = {
        "ebcCode": filing.declarant_code,
        "ebcName": filing.declarant_name,
        "summaryFlag": SUMMARY_BY_DECLARANT,
        "itemNameFlag": KEEP_NAMES,
    }
    return head, [
        {"invtNo": number} for number in numbers.values_list("inventory_number", flat=True)
    ]


def _return(filing: Filing) -> Said:
    declaration = _listed(filing)
    shipment = declaration.shipment
    departure = shipment.departure
    port_code, voyage = papers.crossing(shipment.lane_id)
    head = {
        **_of_list(declaration),
        "coElNo": filing.reference,
        "ieFlag": "I",
        "billNo": departure.master_bill.replace("-", "") if departure else shipment.number,
        "trafMode": ceb.TRAFFIC[shipment.lane.mode],
        "trafName": departure.service.carrier if departure else voyage,
        "voyageNo": voyage,
        "portCode": port_code or declaration.customs_code,
        "country": ceb.RUSSIA,
        "reason": filing.note,
    }
    rows = declaration.lines.select_related("line").order_by("position")
    codes = papers.hs_codes()
    return head, [_returned(row, codes.get(row.hs_code)) for row in rows]


def _returned(row: DeclarationLine, code: HsCode | None) -> Facts:
    unit_1 = code.unit_1 if code else papers.PIECE
    unit_2 = code.unit_2 if code else ""
    in_unit = {ceb.KILOGRAM: papers.kilos(row.net_weight_g)}
    return {
        "gcode": row.hs_code,
        "gname": row.line.title_zh[:250],
        "gmodel": row.line.title_zh[:250],
        "qty": row.quantity,
        "unit": unit_1,
        "qty1": in_unit.get(unit_1, Decimal(row.quantity)),
        "unit1": unit_1,
        "qty2": in_unit.get(unit_2, Decimal(row.quantity)) if unit_2 else None,
        "unit2": unit_2,
    }


K = Filing.Kind
WRITERS: dict[str, Callable[[Filing], Said]] = {
    K.ARRIVAL: _departure,
    K.WAYBILLS: _departure,
    K.DEPARTURE: _departure,
    K.CANCELLATION: _cancellation,
    K.SUMMARY: _summary,
    K.RETURN: _return,
}
assert set(WRITERS) == set(K)
