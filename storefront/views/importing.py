"""A seller's tables: sent, looked at, tried, taken in; and everything of his as a table."""

from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.models import ImportJob, Seller
from storefront.flows import exporting, importing
from storefront.forms.importing import ColumnsForm, FileForm
from storefront.lib import clock
from storefront.lib.refusal import Refusal

from . import _imports
from ._desk import actor, listing_page
from .refusals import told_on

Kind = ImportJob.Kind
State = ImportJob.State
LATEST = 12
CSV = "text/csv; charset=utf-8"
TABLES = {"goods": Kind.GOODS, "prices": Kind.PRICES}


def _mine(seller: Seller) -> QuerySet[ImportJob]:
    return ImportJob.objects.filter(seller=seller)


@require_http_methods(["GET", "HEAD", "POST"])
@listing_page
def imports(request: HttpRequest, seller: Seller) -> HttpResponse:
    """Send a file; the files that were sent before."""
    forms = {kind: FileForm(kind=kind) for kind in Kind.values}
    kind = request.POST.get("kind", "")
    if kind in forms:
        too_large = getattr(request, "too_large", 0)
        form = FileForm(request.POST, request.FILES, kind=kind, too_large=too_large)
        answer = _send(request, seller, form)
        if answer:
            return answer
        forms[kind] = form
    page = {
        "tab": "import",
        "seller": seller.name,
        "ways": [_imports.way(kind, form) for kind, form in forms.items()],
        "lines": [_imports.line(job) for job in _mine(seller).order_by("-pk")[:LATEST]],
    }
    return render(request, "seller/imports.html", page)


def _send(request: HttpRequest, seller: Seller, form: FileForm) -> HttpResponse | None:
    """Keep the file; None, when the form now says what is wrong with it."""
    if not form.is_valid():
        return None
    language = get_language() or "zh-hans"
    job = ImportJob(seller=seller, kind=form.kind, actor=actor(request), language=language)
    file = form.cleaned_data[form.place]
    job.name = Path(file.name or "").name[-200:]
    try:
        importing.send(file, job, now=clock.now(), wall=clock.wall())
    except Refusal as refusal:
        form.refuse(str(refusal))
        return None
    return redirect("seller_import", pk=job.pk)


@require_GET
@listing_page
def job(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """One file: its columns, how its trial went, what became of it."""
    row = get_object_or_404(_mine(seller), pk=pk)
    wants_columns = row.state == State.CHECKED and "columns" in request.GET
    form = None
    if row.kind != Kind.PICTURES and (row.state == State.UPLOADED or wants_columns):
        form = ColumnsForm(job=row)
    return render(request, "seller/import.html", _imports.page(row, form=form))


@require_POST
@listing_page
@told_on("seller_import")
def try_out(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """The columns were confirmed: go through the whole file, keep nothing yet."""
    row = get_object_or_404(_mine(seller), pk=pk)
    form = ColumnsForm(request.POST, job=row)
    if not form.is_valid():
        return render(request, "seller/import.html", _imports.page(row, form=form))
    importing.try_out(row, form.mapping(), wall=clock.wall())
    return redirect("seller_import", pk=pk)


@require_POST
@listing_page
@told_on("seller_import")
def start(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """The seller has seen what will happen, and says yes."""
    importing.confirm(get_object_or_404(_mine(seller), pk=pk), wall=clock.wall())
    return redirect("seller_import", pk=pk)


@require_POST
@listing_page
@told_on("seller_import")
def drop(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """The file is given up; what was taken in already stays."""
    importing.drop(get_object_or_404(_mine(seller), pk=pk), now=clock.now())
    messages.success(request, _("The import was given up."))
    return redirect("seller_imports")


@require_GET
@listing_page
def progress(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """How far it is; once a machine is done with it, the whole page."""
    row = get_object_or_404(_mine(seller), pk=pk)
    answer = render(request, "seller/_import_progress.html", _imports.page(row))
    if not row.is_at_work:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@listing_page
def refused(request: HttpRequest, seller: Seller, pk: int, form: str) -> Any:
    """The refused rows as a table to mend and send again."""
    row = get_object_or_404(_mine(seller), pk=pk)
    headings, lines = _imports.refused_table(row)
    name = f"{Path(row.name).stem}.refused"
    if form == "csv":
        return _text(name, exporting.csv(headings, lines))
    return _book(name, exporting.xlsx(headings, lines))


@require_GET
@listing_page
def export(request: HttpRequest, seller: Seller, kind: str, form: str) -> Any:
    """All goods of the seller, or their prices, as a table that can be taken in again."""
    if kind not in TABLES:
        raise Http404
    how: dict[str, Any] = {"kind": TABLES[kind], "language": get_language() or "zh-hans"}
    name = f"{seller.slug}-{kind}-{clock.now():%Y%m%d}"
    if form == "csv":
        return _text(name, exporting.lines(seller, **how))
    return _book(name, exporting.workbook(seller, **how))


def _text(name: str, lines: Any) -> HttpResponseBase:
    return _sent(f"{name}.csv", lines, CSV)


def _book(name: str, pieces: Any) -> HttpResponseBase:
    return _sent(f"{name}.xlsx", pieces, _imports.XLSX)


def _sent(name: str, pieces: Any, kind: str) -> HttpResponseBase:
    """A file that is made while it is sent: the first piece goes out before the last is known."""
    attached = {"Content-Disposition": _imports.attached(name)}
    return StreamingHttpResponse(pieces, content_type=kind, headers=attached)
