"""What time does to payments and refunds while nobody asks."""

from __future__ import annotations

from datetime import UTC, datetime

from storefront.sandbox.acquirer import payments, refunds
from storefront.sandbox.clock import Moment
from storefront.sandbox.world import World


def sweep(world: World) -> None:
    """Cancel what is overdue and finish refunds whose time has come, by the wall clock."""
    now = datetime.now(UTC)
    payments.expire(world)
    refunds.settle(world, Moment(now, now))
