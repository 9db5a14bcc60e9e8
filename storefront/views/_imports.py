"""What the pages of imports show: ways in, a file and where it stands, what a trial found."""

from collections.abc import Iterable
from typing import Any

from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from catalog import importing, labels, previews
from catalog.models import ImportJob, RefusedRow
from catalog.outcomes import Fate
from storefront.forms.importing import ColumnsForm, FileForm

Kind = ImportJob.Kind
State = ImportJob.State
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
REFUSED_SHOWN = 20
TONES = {
    State.UPLOADED: "warn",
    State.CHECKING: "river",
    State.CHECKED: "warn",
    State.RUNNING: "river",
    State.DONE: "good",
    State.FAILED: "bad",
    State.DROPPED: "plain",
}
STEPS = {
    State.UPLOADED: 2,
    State.CHECKING: 3,
    State.CHECKED: 3,
    State.RUNNING: 4,
    State.DONE: 5,
}


def way(kind: str, form: FileForm) -> dict[str, Any]:
    """One of the three ways to send a file."""
    titles = {
        Kind.GOODS: (_("Goods"), "phone", _("New goods and changes of any kind.")),
        Kind.PRICES: (
            _("Prices and stock"),
            "yuan",
            _("Only article, price and pieces, of goods you list already."),
        ),
        Kind.PICTURES: (
            _("Pictures"),
            "upload",
            _("A ZIP of pictures named by article number: A-1.jpg, A-1_2.png, or a folder A-1."),
        ),
    }
    title, icon, text = titles[Kind(kind)]
    return {"kind": kind, "form": form, "title": title, "icon": icon, "text": text}


def line(job: ImportJob) -> dict[str, Any]:
    """One import in a list."""
    return {"job": job, "tone": TONES[State(job.state)], "counts": _counts(job)}


def page(job: ImportJob, *, form: ColumnsForm | None = None) -> dict[str, Any]:
    """Everything the page of one import shows."""
    is_table = job.kind != Kind.PICTURES
    refused = job.refused.order_by("line")[:REFUSED_SHOWN] if job.counts.get("refused") else []
    return {
        "tab": "import",
        "seller": job.seller.name,
        "job": job,
        "form": form,
        "tone": TONES[State(job.state)],
        "steps": _steps(job, is_table=is_table),
        "counts": _counts(job),
        "changed": [_changed(row) for row in job.preview.get("changed", [])],
        "new": job.preview.get("new", []),
        "refused": [_refused(row, is_table=is_table) for row in refused],
        "form_of_refused": "xlsx" if job.name.lower().endswith(".xlsx") else "csv",
        "before": importing.waits_for(job) if job.is_at_work else None,
        "again": importing.done_before(job) if job.state == State.UPLOADED else None,
        "columns": _columns(job) if is_table else [],
        "is_table": is_table,
    }


def _counts(job: ImportJob) -> dict[str, int]:
    names = (*(fate.value for fate in Fate), previews.KEEPS_CARD)
    return {name: job.counts.get(name, 0) for name in names}


def _steps(job: ImportJob, *, is_table: bool) -> list[dict[str, Any]]:
    here = STEPS.get(State(job.state), 0)
    names = [(1, _("File")), (2, _("Columns")), (3, _("Trial")), (4, _("Taken in"))]
    return [
        {"name": name, "is_done": number < here, "is_here": number == here}
        for number, name in names
        if is_table or number != 2
    ]


def _changed(row: dict[str, Any]) -> dict[str, Any]:
    changes = [
        {"label": labels.of(column), "before": before, "after": after}
        for column, before, after in row["changes"]
    ]
    return {**row, "changes": changes}


def _refused(row: RefusedRow, *, is_table: bool) -> dict[str, Any]:
    """A row as it came; of a picture its name alone, what stands behind it is for machines."""
    said = [cell for cell in row.cells if cell] if is_table else row.cells[:1]
    return {
        "line": row.line,
        "cells": " · ".join(said)[:120],
        "problems": [(labels.of(column) if column else "", text) for column, text in row.problems],
    }


def _columns(job: ImportJob) -> list[tuple[str, str]]:
    """How the file is read, heading by heading."""
    said = job.mapping.get("columns", [])
    pairs = zip(job.headings, said, strict=False)
    return [(heading, ", ".join(map(labels.way, names))) for heading, names in pairs if names]


def refused_table(job: ImportJob) -> tuple[list[str], Iterable[list[str]]]:
    """The refused rows as they came, with their reasons; pictures by name."""
    rows = job.refused.order_by("line").values_list("line", "cells", "problems")
    if job.kind == Kind.PICTURES:
        lines = ((name, previews.reason(at, told)) for at, (name, *_x), told in rows)
        return ["file", "refused_because"], map(list, lines)
    return previews.table(job.headings, rows.iterator(chunk_size=500))


def attached(name: str) -> str:
    """The header that lets a browser keep an answer as a file of this name."""
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
