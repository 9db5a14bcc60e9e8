"""What is kept of goods, sellers and prices."""

from .access import AccessReply, AccessToken
from .applications import ApplicationEvent, ApplicationPaper, SellerApplication
from .approval import ApprovalRule, RefusalReason
from .imports import ColumnMapping, ImportJob, RefusedRow
from .offers import Offer, OfferEvent
from .prices import AskedPrice, PriceList, PriceListLine, Promotion, PromotionLine
from .products import CardText, Picture, Product, Variant
from .questions import Question
from .reference import (
    Attribute,
    AttributeChoice,
    Battery,
    Brand,
    Category,
    CommissionRule,
    FormerPriceRule,
    HsCode,
    Kind,
    Margin,
    Restriction,
)
from .sellers import Seller, SellerEvent, SellerInvitation, SellerMember
from .stacks import Stack, StackColumn
from .texts import Titled, language
from .words import Word

__all__ = [
    "AccessReply",
    "AccessToken",
    "ApplicationEvent",
    "ApplicationPaper",
    "ApprovalRule",
    "AskedPrice",
    "Attribute",
    "AttributeChoice",
    "Battery",
    "Brand",
    "CardText",
    "Category",
    "ColumnMapping",
    "CommissionRule",
    "FormerPriceRule",
    "HsCode",
    "ImportJob",
    "Kind",
    "Margin",
    "Offer",
    "OfferEvent",
    "Picture",
    "PriceList",
    "PriceListLine",
    "Product",
    "Promotion",
    "PromotionLine",
    "Question",
    "RefusalReason",
    "RefusedRow",
    "Restriction",
    "Seller",
    "SellerApplication",
    "SellerEvent",
    "SellerInvitation",
    "SellerMember",
    "Stack",
    "StackColumn",
    "Titled",
    "Variant",
    "Word",
    "language",
]
