"""Pages by key: nothing is told twice or left out while rows come and go."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from django.db.models import Model, QuerySet
from ninja import Query
from pydantic import Field

from .schemas import LARGEST_ID, Page

Row = TypeVar("Row", bound=Model)
Shown = TypeVar("Shown")

After = Annotated[
    int, Field(ge=0, le=LARGEST_ID), Query(0, description="`next` of the page before.")
]
Limit = Annotated[int, Field(ge=1, le=500), Query(100, description="Items of a page.")]


def cut(
    rows: QuerySet[Row], *, after: Any, limit: int, by: str = "pk"
) -> tuple[list[Row], str | None]:
    """Give the rows behind a key, in the order of it, and the key to go on from."""
    found = list(rows.filter(**{f"{by}__gt": after}).order_by(by)[: limit + 1])
    shown = found[:limit]
    return shown, str(getattr(shown[-1], by)) if len(found) > limit else None


def page(
    rows: QuerySet[Row],
    show: Callable[[Sequence[Row]], list[Shown]],
    *,
    after: Any,
    limit: int,
    by: str = "pk",
) -> Page[Shown]:
    """Give a page; `show` gets all of its rows at once."""
    found, following = cut(rows, after=after, limit=limit, by=by)
    return Page(items=show(found), next=following)
