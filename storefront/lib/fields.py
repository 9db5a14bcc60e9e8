"""The money column, with the types its users see."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import models
from moneyed import Money

if TYPE_CHECKING:

    class MoneyField(models.Field[Money | Decimal, Money]):
        """A decimal with its currency; there is no default currency."""

        def __init__(self, *args: Any, **kwargs: Any) -> None: ...

else:
    from djmoney.models.fields import MoneyField

__all__ = ["MoneyField"]
