"""What is kept of carts, quotes and orders."""

from .carts import Cart, CartLine, Quote
from .orders import Delivery, Handover, Hold, Order, OrderEvent, OrderLine, Review
from .reference import City, StateMove, Term

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
    "StateMove",
    "Term",
]
