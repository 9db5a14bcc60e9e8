"""Which desks a person may open, noted in his session when he signs in."""

from django.contrib.auth.base_user import AbstractBaseUser

FLOOR = "logistics.change_shipment"


def desks(user: AbstractBaseUser) -> dict[str, bool]:
    """Whether the seller's pages, the floor and the admin are his; two or three queries."""
    seats = getattr(user, "seats", None)
    may = getattr(user, "has_perm", None)
    return {
        "seller": bool(seats is not None and seats.exists()),
        "staff": bool(may is not None and may(FLOOR)),
        "admin": bool(getattr(user, "is_staff", False)),
    }


def first(noted: dict[str, bool]) -> str:
    """The name of the page where somebody with these desks begins his day; none for buyers."""
    pages = {"admin": "admin:index", "seller": "seller_today", "staff": "staff_floor"}
    return next((page for desk, page in pages.items() if noted.get(desk)), "")
