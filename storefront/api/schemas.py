"""The forms of what goes in and out: strict going in, complete coming out."""

import re
from collections import Counter
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

MOST_ITEMS = 500
LARGEST_ID = 2**63 - 1
PLAIN = r"^[^\x00]*$"  # PostgreSQL keeps every sign but this one

Line60 = Annotated[str, StringConstraints(max_length=60, pattern=PLAIN)]
Line200 = Annotated[str, StringConstraints(max_length=200, pattern=PLAIN)]
Article = Annotated[
    str,
    StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f]$"),
    Field(description="Your own number of the goods, used once.", examples=["A54-8-256-BLK"]),
]
Words = Annotated[str, StringConstraints(max_length=4000, pattern=PLAIN)]
Grams = Annotated[int, Field(ge=1, le=100_000, examples=[420])]
Millimetres = Annotated[int, Field(ge=1, le=3_000, examples=[165])]
DeviceMillimetres = Annotated[float, Field(gt=0, le=3_000, allow_inf_nan=False)]
Pieces = Annotated[int, Field(ge=0, le=100_000, examples=[25])]
Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[-a-zA-Z0-9_]*$")]
SpecName = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[a-z0-9_-]+$")]
SpecNumber = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]
SpecValue = (
    StrictBool
    | Annotated[int, Field(ge=-(10**9), le=10**9)]
    | SpecNumber
    | Annotated[str, StringConstraints(max_length=120, pattern=PLAIN)]
)


def _written(value: Any) -> Any:
    """Numbers are no instants, whatever Unix says."""
    if isinstance(value, str) and not re.match(r"\d{4}-\d\d-\d\d[Tt]", value):
        raise PydanticCustomError("datetime_form", "An instant of RFC 3339 is needed")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_written)]
Submit = Annotated[
    StrictBool,
    Field(description="Whether complete goods are sent for approval, or stay a draft."),
]
ItemStatus = Literal["created", "updated", "unchanged", "refused"]
ListingState = Literal["DRAFT", "REVIEW", "LIVE", "REFUSED", "PAUSED"]
Item = TypeVar("Item")


class Given(BaseModel):
    """What comes in: nothing is converted, and unknown fields are told, not dropped."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Page(BaseModel, Generic[Item]):
    """A part of a list, in an order that does not move while the list grows."""

    items: list[Item]
    next: str | None = Field(
        description="Give this as `after` to go on; null at the end.", examples=["4711"]
    )


class Money(Given):
    """An amount that carries its currency; another currency than CNY is refused."""

    amount: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}(\.[0-9]{1,2})?$")] = Field(
        description="A decimal in a string, so that no float ever rounds it.", examples=["1299.00"]
    )
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = Field(examples=["CNY"])


class Goods(Given):
    """Facts of goods. What is left out or null stays as it is; an empty text says nothing."""

    brand: Line60 | None = Field(None, examples=["Samsung"])
    model: Annotated[str, StringConstraints(max_length=120, pattern=PLAIN)] | None = Field(
        None, description="Without the brand.", examples=["Galaxy A54"]
    )
    category: Line60 | None = Field(
        None, description="A slug or title of `/categories`.", examples=["smartphones"]
    )
    kind: Line60 | None = Field(None, description="If the category leaves it open.")
    colour: Line60 | None = Field(None, description="In any of our languages.", examples=["黑色"])
    ram_gb: Annotated[int, Field(ge=1, le=1024)] | None = Field(None, examples=[8])
    storage_gb: Annotated[int, Field(ge=1, le=65_536)] | None = Field(None, examples=[256])

    title_ru: Line200 | None = None
    title_zh: Line200 | None = None
    title_en: Line200 | None = None
    description_ru: Words | None = None
    description_zh: Words | None = None
    description_en: Words | None = None
    released: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}(-[0-9]{2})?$")] | None = Field(
        None, description="A year, or a year and a month.", examples=["2023-03"]
    )

    hs_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")] | None = Field(
        None, description="One of `/hs-codes`.", examples=["8517130000"]
    )
    origin: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = Field(
        None, description="ISO 3166-1 alpha-2.", examples=["CN"]
    )
    net_weight_g: Grams | None = Field(None, description="The goods without packaging.")
    weight_g: Grams | None = Field(None, description="With the box; never less than net.")
    length_mm: Millimetres | None = Field(None, description="Of the box.")
    width_mm: Millimetres | None = Field(None, description="Of the box.")
    height_mm: Millimetres | None = Field(None, description="Of the box.")
    battery_kind: Literal["none", "built_in", "packed_with", "alone"] | None = None
    battery_wh: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,4}(\.[0-9]{1,2})?$")] | None = (
        Field(None, description="A decimal in a string.", examples=["19.35"])
    )
    fsb_notification: Annotated[str, StringConstraints(max_length=40, pattern=PLAIN)] | None = None
    barcode: Annotated[str, StringConstraints(pattern=r"^([0-9]{8}|[0-9]{12,14})?$")] | None = (
        Field(None, description="EAN with its check digit.")
    )

    device_length_mm: DeviceMillimetres | None = None
    device_width_mm: DeviceMillimetres | None = None
    thickness_mm: DeviceMillimetres | None = None
    camera_layout: Annotated[str, StringConstraints(max_length=20, pattern=PLAIN)] | None = None
    front_cut: Annotated[str, StringConstraints(max_length=20, pattern=PLAIN)] | None = None
    specs: dict[SpecName, SpecValue | None] = Field(
        default_factory=dict,
        max_length=100,
        description="Properties by their keys in `/attributes`.",
        examples=[{"screen_inch": 6.4, "five_g": True}],
    )


class ListingFacts(Given):
    """Goods, what they cost and how many there are."""

    goods: Goods | None = Field(None, description="What shall change of their facts.")
    price: Money | None = Field(None, description="Of one piece; needed of new goods.")
    quantity: Pieces | None = Field(
        None,
        description="So many pieces shall lie in Shenzhen at least; more is never taken away.",
    )


class ListingGiven(ListingFacts):
    """Goods to be listed or changed."""

    submit: Submit = True


class ListingItem(ListingFacts):
    """Goods of a batch."""

    article: Article


class ListingBatch(Given):
    items: list[ListingItem] = Field(min_length=1, max_length=MOST_ITEMS)
    submit: Submit = True


class FreePieces(BaseModel):
    """Pieces that are free to sell."""

    harbin: int = Field(examples=[3])
    shenzhen: int = Field(examples=[25])


class Listing(BaseModel):
    """Goods of yours as the shop knows them; `goods` may be sent back as it came.

    Texts that the shop composed of the properties are null in `goods`: they follow the properties.
    """

    article: str = Field(examples=["A54-8-256-BLK"])
    title: str = Field(description="In the language of Accept-Language.")
    state: ListingState
    refusal: str = Field(description="Why the operator refused it.")
    price: Money = Field(description="Your plain price of one piece.")
    asked: Money = Field(description="What is asked now, price lists and promotions counted.")
    pieces: FreePieces
    goods: Goods
    pictures: list[str] = Field(description="Paths of your own pictures.")
    page: str = Field(description="Path of the page in the shop.", examples=["/p/galaxy-a54/"])
    updated_at: datetime = Field(examples=["2026-11-23T04:00:00Z"])


class Flaw(BaseModel):
    """One thing that is wrong."""

    field: str = Field(
        description="Where: a path into the body or the item, or the name of a parameter.",
        examples=["goods.weight_g"],
    )
    code: str = Field(description="What, for machines.", examples=["needed"])
    message: str = Field(description="What, for people, in the language of Accept-Language.")


class ItemResult(BaseModel):
    """What became of one item: the others do not suffer for it."""

    article: str
    status: ItemStatus
    errors: list[Flaw] = Field(default_factory=list)


class BatchResult(BaseModel):
    """One result per item, in the order they came."""

    created: int
    updated: int
    unchanged: int
    refused: int
    results: list[ItemResult]


def counted(results: list[ItemResult]) -> BatchResult:
    """Give the results with how many there are of each kind."""
    counts = Counter(result.status for result in results)
    return BatchResult(
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        refused=counts["refused"],
        results=results,
    )


class PriceGiven(Given):
    price: Money


class PriceItem(PriceGiven):
    article: Article


class PriceBatch(Given):
    items: list[PriceItem] = Field(min_length=1, max_length=MOST_ITEMS)


class PriceSet(BaseModel):
    article: str
    price: Money
    asked: Money


class Place(BaseModel):
    code: str = Field(examples=["harbin-warehouse"])
    title: str


class StockRow(BaseModel):
    """Pieces of one offer at one place under one customs regime."""

    id: int
    article: str
    place: Place
    regime: Literal["domestic", "bonded"]
    on_hand: int
    reserved: int = Field(description="Being paid.")
    allocated: int = Field(description="Sold, not gone yet.")
    free: int = Field(description="What may still be sold.")


class ArrivalGiven(Given):
    quantity: Annotated[int, Field(ge=1, le=100_000)] = Field(
        description="How many more pieces come to Shenzhen.", examples=[10]
    )


class Level(BaseModel):
    article: str
    shenzhen: int = Field(description="Pieces on hand in Shenzhen, sold ones among them.")


class LevelItem(Given):
    article: Article
    quantity: Pieces = Field(description="So many pieces shall lie in Shenzhen at least.")


class LevelBatch(Given):
    items: list[LevelItem] = Field(min_length=1, max_length=MOST_ITEMS)


class OrderLine(BaseModel):
    article: str
    title: str
    quantity: int
    price: Money = Field(description="Of one piece, fixed at the sale, before commission.")


class Order(BaseModel):
    """What you must hand over in Shenzhen for one delivery of an order."""

    id: int
    number: str = Field(description="The order's number.", examples=["61-204-883-5"])
    state: Literal["WAITING", "HANDED_OVER", "CANCELLED"]
    due_at: datetime = Field(description="Hand it over until then.")
    handed_at: datetime | None
    lines: list[OrderLine]


class Brand(BaseModel):
    slug: str
    name: str
    name_zh: str


class Category(BaseModel):
    slug: str
    title: str = Field(description="In the language of Accept-Language.")
    parent: str | None
    kind: str
    takes_goods: bool = Field(description="Only the lowest categories hold goods.")


class Choice(BaseModel):
    key: str
    title: str


class Attribute(BaseModel):
    key: str
    title: str
    unit: str
    type: str = Field(examples=["number"])
    kinds: list[str]
    choices: list[Choice]


class HsCode(BaseModel):
    code: str
    title: str
    needs_fsb: bool = Field(description="Goods need the number of an FSB notification.")


class Shop(BaseModel):
    """Whose token this is."""

    seller: str = Field(examples=["huaqiang"])
    name: str
    token: str = Field(description="The name its owner gave the token.")
    may_sell: bool
    requests_a_minute: int
