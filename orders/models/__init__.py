"""What is kept of carts, quotes and orders."""

from .carts import Cart, CartLine, Quote
from .holds import Hold
from .orders import Delivery, Handover, Order, OrderEvent, OrderLine
from .reference import City, StateMove, Term
from .reviews import Review, ReviewPicture

__all__ = [
    "Cart",
    "CartLine",
    "City",
    "Delivery",
    "Handover",
    "Hold",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Quote",
    "Review",
    "ReviewPicture",
    "StateMove",
    "Term",
]
