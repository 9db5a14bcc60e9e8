"""Every kind of journal as its legs: pure arithmetic, the table of docs/ledger.md in code.

Each function returns legs that sum to zero in each currency; positive is debit.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from storefront.lib import money

from .ledger import MOST_LEGS, Leg

RUB, CNY = "RUB", "CNY"


@dataclass(frozen=True)
class Line:
    """One line of an order as settlement sees it.

    Units: kopecks and fen; `goods` from the buyer, `gross` to the seller before commission, and
    `booked`, the gross in rubles at the rate of the quote.
    """

    number: int
    seller: str
    goods: int
    gross: int
    booked: int
    commission: int

    @property
    def net(self) -> int:
        """What the seller is owed, in fen."""
        return self.gross - self.commission

    def between(self, start: int, stop: int) -> "Line":
        """The slice of the line between two sums of its goods' kopecks.

        Rounding: half up at both ends, so that neighbouring slices add up to the whole.
        """

        def cut(units: int) -> int:
            return self._upto(units, stop) - self._upto(units, start)

        goods, gross = stop - start, cut(self.gross)
        return Line(self.number, self.seller, goods, gross, cut(self.booked), cut(self.commission))

    def _upto(self, units: int, kopecks: int) -> int:
        return int(money.half_up(Decimal(units * kopecks) / self.goods / 100) * 100)


def line(
    number: int, *, seller: str, goods: Decimal, gross: Decimal, commission: Decimal, rate: Decimal
) -> Line:
    """Make a line of its money values.

    Rounding: the gross in rubles, half up to the kopeck, once per line.
    """
    return Line(
        number=number,
        seller=seller,
        goods=money.to_minor(goods, RUB),
        gross=money.to_minor(gross, CNY),
        booked=money.to_minor(money.half_up(gross * rate), RUB),
        commission=money.to_minor(commission, CNY),
    )


def captured(units: int, *, currency: str = RUB, order_number: str) -> list[Leg]:
    """Money of a buyer has arrived at the acquirer."""
    return _pair("acquirer_clearing", "buyer_funds", currency, units, order_number)


def held(units: int, *, currency: str = RUB, order_number: str) -> list[Leg]:
    """Money is held on a buyer's card: a memo pair that is no money of ours; negative undoes it."""
    return _pair("card_holds", "card_holds_contra", currency, units, order_number)


def acquirer_paid(gross: int, *, fee: int) -> list[Leg]:
    """The acquirer has paid out to our bank, less his fee."""
    return [
        Leg("bank", RUB, gross - fee),
        Leg("acquirer_fee", RUB, fee),
        Leg("acquirer_clearing", RUB, -gross),
    ]


def released(
    lines: Iterable[Line], *, freight: int, duty: int, order_number: str
) -> list[list[Leg]]:
    """A delivery's money stops being the buyer's: one journal, or several of at most 50 legs.

    Whole lines stay together, so every journal balances by itself; freight and duty stand in
    the first one. The margin is the rest, so the ruble side sums to zero.
    """
    first = [
        *_pair("buyer_funds", "freight_income", RUB, freight, order_number),
        *_pair("buyer_funds", "duty_payable", RUB, duty, order_number),
    ]
    return list(_packed(first, (_release_line(item, order_number) for item in lines)))


def _release_line(item: Line, order_number: str) -> list[Leg]:
    here = (order_number, item.number)
    legs = [
        Leg("buyer_funds", RUB, item.goods, "", *here),
        Leg("fx_position", RUB, -item.booked, "", *here),
        Leg("margin", RUB, item.booked - item.goods, "", *here),
        Leg("fx_position", CNY, item.gross, "", *here),
        Leg("seller_payable", CNY, -item.net, item.seller, *here),
        Leg("commission", CNY, -item.commission, "", *here),
    ]
    return [leg for leg in legs if leg.units]


def _packed(first: list[Leg], groups: Iterable[list[Leg]]) -> Iterator[list[Leg]]:
    page = first
    for group in groups:
        if len(page) + len(group) > MOST_LEGS:
            yield page
            page = []
        page = [*page, *group]
    if page:
        yield page


def converted(*, sold: int, bought: int) -> list[Leg]:
    """Rubles were sold for yuan at the bank."""
    return [
        Leg("fx_position", RUB, sold),
        Leg("bank", RUB, -sold),
        Leg("bank", CNY, bought),
        Leg("fx_position", CNY, -bought),
    ]


@dataclass(frozen=True)
class Position:
    """The open yuan and what they are booked at before a conversion.

    Units: fen owned by the position (debit), kopecks they stand at (credit, given as positive),
    and how many of the fen are our own commission, for which no yuan will ever be bought.
    """

    yuan: int
    rubles: int
    own: int

    def booked(self, yuan: int) -> int:
        """What so many fen of it stand at.

        Rounding: half up to the kopeck; the whole position gives its whole standing.
        """
        exact = Decimal(self.rubles) * yuan / self.yuan
        return int(money.half_up(exact.scaleb(-2)).scaleb(2))


def closed(position: Position, *, sold: int, bought: int) -> list[Leg]:
    """What a conversion closes of the position: bought yuan at a difference, own ones wholly.

    The rubles the closed yuan stood at, less the rubles that bought them, are the gain; our own
    yuan leave the position against the yuan side of the same account.
    """
    if position.yuan <= 0:
        return []
    whole = position.booked(min(bought + position.own, position.yuan))
    gain = whole - sold
    return [
        *_pair("fx_position", "fx_gain_loss", RUB, gain),
        *_pair("fx_gain_loss", "fx_position", CNY, position.own),
    ]


def deducted(
    units: int, *, seller: str, purpose: str, order_number: str = "", order_line: int | None = None
) -> list[Leg]:
    """A penalty, or the price of storage, is taken from what a seller is owed."""
    here = (order_number, order_line)
    return [
        Leg("seller_payable", CNY, units, seller, *here),
        Leg(purpose, CNY, -units, "", *here),
    ]


def made_good(units: int, *, seller: str) -> list[Leg]:
    """A seller is owed for goods that the house lost or broke."""
    return [
        Leg("compensation_expense", CNY, units),
        Leg("seller_payable", CNY, -units, seller),
    ]


def payout_sent(units: int, *, seller: str) -> list[Leg]:
    """Yuan are on their way to a seller."""
    return [
        Leg("seller_payable", CNY, units, seller),
        Leg("payouts_in_transit", CNY, -units),
    ]


def bank_fee(units: int, *, currency: str, account: str = "bank", party: str = "") -> list[Leg]:
    """A bank took a fee off our account; below nothing it gave one back."""
    return [Leg("bank_fee", currency, units), Leg(account, currency, -units, party)]


def payout_credited(units: int) -> list[Leg]:
    """Yuan have arrived at a seller's account."""
    return _pair("payouts_in_transit", "bank", CNY, units)


def refunded(units: int, *, order_number: str, account: str = "acquirer_clearing") -> list[Leg]:
    """Rubles went back to a buyer, through the acquirer or out of what his bank had taken."""
    return _pair("buyer_funds", account, RUB, units, order_number)


def charged_back(units: int, *, order_number: str) -> list[Leg]:
    """The buyer's bank has taken money at the acquirer; whose it is stands open."""
    return _pair("chargebacks", "acquirer_clearing", RUB, units, order_number)


def chargeback_won(units: int, *, order_number: str) -> list[Leg]:
    """The bank has given the money back."""
    return _pair("acquirer_clearing", "chargebacks", RUB, units, order_number)


def chargeback_lost(units: int, *, order_number: str) -> list[Leg]:
    """The bank keeps money that the buyer had been given back already: the house bears it."""
    return _pair("refund_expense", "chargebacks", RUB, units, order_number)


def undone(lines: Iterable[Line], *, freight: int, duty: int, order_number: str) -> list[list[Leg]]:
    """Some of a released delivery falls away: the mirror of its release, at the original rate."""
    pages = released(lines, freight=freight, duty=duty, order_number=order_number)
    return [[leg.mirrored() for leg in page] for page in pages]


def borne(
    units: int, *, account: str, party: str, order_number: str, line: int | None
) -> list[Leg]:
    """The platform or a carrier pays for what a buyer gets back, so the sale stays whole."""
    here = (order_number, line)
    return [
        Leg(account, RUB, units, party, *here),
        Leg("buyer_funds", RUB, -units, "", *here),
    ]


def charged(units: int, yuan: int, *, seller: str, order_number: str) -> list[Leg]:
    """A seller pays freight or duty that a buyer gets back, in yuan at the order's rate."""
    return [
        Leg("fx_position", RUB, units, order_number=order_number),
        Leg("buyer_funds", RUB, -units, order_number=order_number),
        Leg("seller_payable", CNY, yuan, seller, order_number),
        Leg("fx_position", CNY, -yuan, order_number=order_number),
    ]


def packed(groups: Iterable[list[Leg]]) -> list[list[Leg]]:
    """Groups of legs that balance by themselves, as journals of at most 50 legs."""
    return list(_packed([], groups))


def uncovered(units: int, *, order_number: str) -> list[Leg]:
    """A buyer gets back more than was held for his order; the house bears it."""
    return _pair("compensation_expense", "buyer_funds", RUB, units, order_number)


def _pair(debit: str, credit: str, currency: str, units: int, order_number: str = "") -> list[Leg]:
    if not units:
        return []
    return [
        Leg(debit, currency, units, order_number=order_number),
        Leg(credit, currency, -units, order_number=order_number),
    ]
