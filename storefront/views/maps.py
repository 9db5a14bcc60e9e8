"""The way of a parcel, drawn on a map without a map server."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string

from logistics import chart
from logistics.models import Shipment

from . import orders


def way(request: HttpRequest, number: str) -> HttpResponse:
    """The legs of a parcel of an order this visitor may see, as SVG; narrow for a phone."""
    mine = Shipment.objects.filter(order__in=orders.mine(request))
    shipment = get_object_or_404(mine.select_related("order__city", "lane"), number=number)
    sheet = chart.NARROW if "narrow" in request.GET else chart.WIDE
    drawing = render_to_string("account/way.svg", {"chart": chart.of(shipment, sheet)})
    return HttpResponse(drawing, content_type="image/svg+xml")
