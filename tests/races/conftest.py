"""The shops of this room."""

from tests.shop import common_shop, own_shop, shop

__all__ = ["common_shop", "own_shop", "shop"]
