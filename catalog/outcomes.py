"""What became of the rows of a table."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from catalog.goods import MEASURES, Goods
from catalog.models import Offer, Product, Variant

NESTED = ("specs", "shape")
COLUMNS = {name: column for column, name in MEASURES.items()}  # the box has the plain names


class Fate(Enum):
    """What became of a row."""

    IMPORTED = "imported"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass
class Outcome:
    """What became of one row; `keeps_card` says that facts of a shared card stayed as they are.

    `changes` holds, by column, what stood there before and what stands there now.
    """

    goods: Goods
    fate: Fate = Fate.UNCHANGED
    offer: Offer | None = None
    keeps_card: bool = False
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def is_news(self) -> bool:
        """Whether the row made or changed anything."""
        return self.fate in (Fate.IMPORTED, Fate.UPDATED)

    def note(self, row: Variant | Product, said: dict[str, Any]) -> None:
        """Note what is said otherwise than the row has it, before it is stored."""
        for name, value in said.items():
            before = getattr(row, name)
            if name not in NESTED:
                self.changes[name.removesuffix("_id")] = (before, value)
                continue
            for key in sorted(value):
                if before.get(key) != value[key]:
                    self.changes[COLUMNS.get(key, key)] = (before.get(key), value[key])

    def reprice(self, before: Decimal) -> None:
        """Note another price.

        Money: CNY of one piece.
        """
        price = self.goods.price
        if price is not None and price != before:
            self.changes["price_cny"] = (before, price)
