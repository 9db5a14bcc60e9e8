"""What a scanner says at the shelves: which goods, which bin, carried where."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from logistics.models import Advice, AdviceLine, Bin, BinStock, Stock
from storefront.lib.refusal import Refusal

from . import advices, bins

SHOWN = 60


class Unread(Refusal):
    """A scanned code is of no bin, or of no goods that lie there."""

    code = "unread"


@dataclass(frozen=True)
class OnDock:
    """Goods that wait on a dock to be put away, and the shelf that is proposed."""

    stock: Stock
    dock: str
    pieces: int
    shelf: str


def line_of(advice: Advice, scanned: str) -> AdviceLine | None:
    """The line of a notice that scanned goods belong to, by article or barcode."""
    rows = advice.lines.select_related("offer__variant__product")
    named = Q(offer__article__iexact=scanned) | Q(offer__variant__barcode=scanned)
    return rows.filter(named).order_by("pk").first()


def code_of(scanned: str) -> str:
    """The code of a bin as it stands in the books: no blanks, capitals."""
    return "".join(scanned.split()).upper()


def bin_of(scanned: str) -> Bin:
    """Raises: Unread."""
    wanted = code_of(scanned)
    row = Bin.objects.filter(code=wanted, place=advices.places().first()).first()
    if row is None:
        raise Unread(_("There is no bin %(code)s.") % {"code": wanted[:20]})
    return row


def carry(source: str, goods: str, target: str, *, quantity: int, why: bins.Why) -> Stock:
    """Carry pieces from a scanned bin to another.

    Locks: the stock row.
    Raises: Unread; OtherRegime; NotThere.
    """
    out, into = bin_of(source), bin_of(target)
    stock = _lying(out, goods)
    bins.move(stock, quantity, source=out, target=into, why=why)
    return stock


def _lying(bin: Bin, goods: str) -> Stock:
    named = Q(offer__article__iexact=goods) | Q(offer__variant__barcode=goods)
    rows = Stock.objects.filter(named, layers__bin=bin).select_related("offer__variant__product")
    found = list(rows.distinct().order_by("pk")[:2])
    if not goods or not found:
        raise Unread(_("These goods do not lie in %(bin)s.") % {"bin": bin.code})
    if len(found) > 1:
        raise Unread(_("Several sellers' goods have this barcode: scan the article."))
    return found[0]


def docks() -> list[OnDock]:
    """What waits to be put away, longest first, each with a shelf; as many as one page shows."""
    return _lying_on(BinStock.objects.filter(bin__kind=Bin.Kind.DOCK))


def on_dock(goods: str) -> list[OnDock]:
    """What of scanned goods waits to be put away, each with a shelf."""
    named = Q(stock__offer__article__iexact=goods) | Q(stock__offer__variant__barcode=goods)
    return _lying_on(BinStock.objects.filter(named, bin__kind=Bin.Kind.DOCK))


def _lying_on(rows: QuerySet[BinStock]) -> list[OnDock]:
    waiting = rows.values_list("stock_id", "bin__code").annotate(total=Sum("quantity"))
    found = list(waiting.order_by("stock_id")[:SHOWN])
    stocks = Stock.objects.select_related("offer__variant__product").in_bulk(
        [stock_id for stock_id, _dock, _pieces in found]
    )
    proposed = _shelves(list(stocks.values()))
    return [
        OnDock(stocks[stock_id], dock, pieces, proposed.get(stock_id, ""))
        for stock_id, dock, pieces in found
    ]


def _shelves(stocks: Sequence[Stock]) -> dict[int, str]:
    """A shelf for each: where the same goods lie, else an empty one for each its own."""
    places = {stock.place_id for stock in stocks}
    shelves = Bin.objects.filter(place__in=places, kind=Bin.Kind.SHELF, is_open=True)
    same = shelves.filter(contents__stock__in=stocks).order_by("walk")
    proposed: dict[int, str] = dict(same.values_list("contents__stock_id", "code"))
    for regime in Stock.Regime.values:
        free = iter(
            shelves.filter(contents=None, regime=regime)
            .order_by("walk")
            .values_list("code", flat=True)[: len(stocks)]
        )
        for stock in stocks:
            if stock.regime == regime and stock.pk not in proposed:
                proposed[stock.pk] = next(free, "")
    return proposed
