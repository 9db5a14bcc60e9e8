"""What is kept of goods, sellers and prices."""

from .offers import Offer, OfferEvent
from .products import Picture, Product, Variant
from .reference import Attribute, Battery, Brand, Category, HsCode, Kind, Margin, Restriction
from .sellers import Seller, SellerMember
from .texts import Titled, language

__all__ = [
    "Attribute",
    "Battery",
    "Brand",
    "Category",
    "HsCode",
    "Kind",
    "Margin",
    "Offer",
    "OfferEvent",
    "Picture",
    "Product",
    "Restriction",
    "Seller",
    "SellerMember",
    "Titled",
    "Variant",
    "language",
]
