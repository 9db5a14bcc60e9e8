"""Statements under other plans than the planner would choose for a few rows."""

from django.db import connection

PLANS = ["hashjoin hashagg mergejoin sort material memoize", "nestloop"]


def plan_without(names: str) -> None:
    """Until this transaction ends, let the planner avoid these kinds of nodes."""
    with connection.cursor() as cursor:
        for name in names.split():
            cursor.execute(f"SET LOCAL enable_{name} = off")
