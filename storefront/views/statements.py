"""A seller's statements of his periods: as a page, a workbook and a print."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from catalog.models import Seller
from payments.models import Settlement
from payments.settlement import prints, sheets, statements

from ._desk import finance_page

FILES = {
    "xlsx": (sheets.xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pdf": (prints.pdf, "application/pdf"),
}


@require_GET
@finance_page
def statement(request: HttpRequest, seller: Seller, pk: int) -> HttpResponse:
    """One period, every line with its order and rate."""
    settlement = get_object_or_404(Settlement.objects.filter(seller=seller), pk=pk)
    page = {
        "tab": "money",
        "seller": seller.name,
        "settlement": settlement,
        "told": statements.read(settlement),
    }
    return render(request, "seller/statement.html", page)


@require_GET
@finance_page
def statement_file(request: HttpRequest, seller: Seller, pk: int, kind: str) -> HttpResponse:
    """The same as a file, in Chinese."""
    settlement = get_object_or_404(Settlement.objects.filter(seller=seller), pk=pk)
    if kind not in FILES:
        raise Http404
    write, mime = FILES[kind]
    name = f"S-{settlement.period_until:%Y%m%d}-{seller.pk}.{kind}"
    answer = HttpResponse(write(settlement), content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
