"""Papers that the Chinese window released, many in one go: their parcels may leave."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Prefetch, prefetch_related_objects

from logistics import centre, company, convoys, expecting, milestones, slack
from logistics.convoys import Going
from logistics.models import Declaration, Filing, Leg, Shipment
from logistics.moving import Fact
from logistics.states import Code, State

from . import filings, said
from .windows import Heard

D = Declaration.State
ACTOR, SOURCE = "task:customs", "customs.cn"
RELEASE = """
UPDATE logistics_declaration d
SET state = 'RELEASED', reason = '', answer_code = told.code, ended_at = told.at,
    inventory_number = COALESCE(NULLIF(told.number, ''), d.inventory_number),
    port_number = COALESCE(NULLIF(told.port, ''), d.port_number), summary_id = told.summary
FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[])
    AS told(id, code, at, number, port, summary)
WHERE d.id = told.id AND d.state = 'SENT'
"""
Paper = tuple[Declaration, Heard]


def release(told: Sequence[Paper], *, now: datetime) -> set[int]:
    """Let the parcels of released papers go on together; the papers whose parcels went.

    Left for a step of their own are papers that were held or mended before, and parcels in a box.
    Statements: some twenty, however many they are; more only where a parcel comes late.
    Locks: the orders, the parcels, each in key order; the papers.
    """
    plain = {row.shipment_id: (row, heard) for row, heard in told if _is_plain(row, heard)}
    if len(plain) < 2:
        return set()
    with convoys.locked_all(list(Shipment.objects.filter(pk__in=plain))) as held:
        ready = {row.pk: row for row in held if row.state == State.DECLARED}
        papers = [(plain[pk][0], None) for pk in ready]
        mine = {row.shipment_id: plain[row.shipment_id] for row in company.finish(papers)}
        said.keep((row, heard.messages) for row, heard in mine.values())
        _write([*mine.values()], now=now)
        _let_go([ready[pk] for pk in mine], mine, now=now)
        return {row.pk for row, _heard in mine.values()}


def _is_plain(row: Declaration, heard: Heard) -> bool:
    is_export = row.direction == Declaration.Direction.EXPORT
    return is_export and row.state == D.SENT and heard.word == "released" and not heard.code


def _write(mine: Sequence[Paper], *, now: datetime) -> None:
    """What the window said stands on the papers; those of a month stand in its summary."""
    summaries: dict[tuple[str, str, bool], Filing | None] = {}
    found = []
    for row, _heard in mine:
        key = (row.customs_code, row.declarant_code, row.is_simplified)
        if key not in summaries:
            summaries[key] = filings.summary_for(row, now=now)
        found.append(summaries[key])
    with connection.cursor() as cursor:
        cursor.execute(
            RELEASE,
            [
                [row.pk for row, _heard in mine],
                [heard.status or None for _row, heard in mine],
                [heard.at or now for _row, heard in mine],
                [heard.number for _row, heard in mine],
                [heard.port_number for _row, heard in mine],
                [one.pk if one else None for one in found],
            ],
        )


def _let_go(rows: Sequence[Shipment], mine: dict[int, Paper], *, now: datetime) -> None:
    legs = Leg.objects.select_related("service").order_by("position")
    prefetch_related_objects(rows, Prefetch("legs", queryset=legs, to_attr="known_legs"))
    at = centre.hands_at(State.CLEARED, now=now)
    going = []
    for row in rows:
        paper, heard = mine[row.pk]
        fact = Fact(
            Code.EXPORT_CUSTOMS_CLEARED, heard.at or now, SOURCE, f"{paper.reference}:released"
        )
        changes = {
            "leave_by": slack.leave_by(row, now=now),
            "expected_on": expecting.day(row, now=now),
        }
        going.append(Going(row, fact, at, changes))
    convoys.move_all(going, State.CLEARED, actor=ACTOR)
    for row in rows:
        milestones.falls_behind(row, now=now, actor=ACTOR)
