"""The station that puts away: goods of the dock, pieces if not all, then the bin."""

import re

from django.utils.translation import gettext as _

from logistics.stocking import bins, handling
from storefront.lib.refusal import Refusal

from .answers import Answer, Hand, asks, good, wrong

PIECES = re.compile(r"[0-9]{1,4}")
CAUSE = "put away"


def put_away(code: str, hand: Hand) -> Answer:
    """Goods first; a short number then says how many; a bin ends it.

    Locks: the stock row.
    """
    if "goods" not in hand.held:
        return _goods(code, hand)
    if PIECES.fullmatch(code):
        return _pieces(int(code), hand)
    try:
        handling.bin_of(code)
    except handling.Unread as refusal:
        return _goods(code, hand) if _on_dock(code) else _not_a_bin(code, refusal, hand)
    return _carry(code, hand)


def _on_dock(code: str) -> list[handling.OnDock]:
    return handling.on_dock(code) if code else []


def _goods(code: str, hand: Hand) -> Answer:
    found = _on_dock(code)
    if not found:
        why = _("These goods do not lie on the dock.")
        do = _("Scan the article or the barcode of goods on the dock.")
        return wrong(code, why, expected=_("article or barcode"), do=do)
    if len(found) > 1:
        why = _("Several sellers' goods have this barcode: scan the article.")
        return wrong(code, why, expected=_("article"), do=_("Scan the label of the seller."))
    one = found[0]
    held = {"goods": one.stock.offer.article, "dock": one.dock, "pieces": one.pieces}
    return _ask_bin({**held, "all": one.pieces, "shelf": one.shelf}, one)


def _ask_bin(held: dict[str, object], one: handling.OnDock | None = None) -> Answer:
    words = {"pieces": held["pieces"], "bin": held["shelf"] or "–"}
    say = _("%(pieces)s pieces into bin %(bin)s") % words
    why = f"{one.stock.offer.variant.product.title} · {held['goods']}" if one else held["goods"]
    do = _("Scan the bin; to split, type the pieces first.")
    return asks(say, held, number=str(held["shelf"]), why=str(why), do=do)


def _pieces(count: int, hand: Hand) -> Answer:
    most = int(hand.held["all"])
    if not 0 < count <= most:
        why = _("There are %(count)s pieces on the dock.") % {"count": most}
        return wrong(str(count), why, expected=f"1–{most}", held=hand.held)
    return _ask_bin({**hand.held, "pieces": count})


def _not_a_bin(code: str, refusal: handling.Unread, hand: Hand) -> Answer:
    expected = _("bin %(bin)s") % {"bin": hand.held["shelf"] or "–"}
    return wrong(
        code, str(refusal), expected=expected, do=_("Scan the label of the bin."), held=hand.held
    )


def _carry(code: str, hand: Hand) -> Answer:
    goods, pieces = str(hand.held["goods"]), int(hand.held["pieces"])
    why = bins.Why(CAUSE, hand.actor, hand.now)
    dock = str(hand.held["dock"])
    try:
        stock = handling.carry(dock, goods, code, quantity=pieces, why=why)
    except Refusal as refusal:
        expected = _("bin %(bin)s") % {"bin": hand.held["shelf"] or "–"}
        return wrong(code, str(refusal), expected=expected, held=hand.held)
    words = {"pieces": pieces, "bin": handling.code_of(code)}
    return good(
        _("%(pieces)s into %(bin)s") % words,
        number=goods,
        why=stock.offer.variant.product.title,
    )
