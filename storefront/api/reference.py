"""What goods may be called, where they belong and which codes they carry; and whose token it is."""

from collections.abc import Sequence
from typing import Annotated

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Query, Router

from catalog import models, shelves

from . import paging
from .auth import caller
from .schemas import Attribute, Brand, Category, Choice, HsCode, Page, Shop, Slug

router = Router(tags=["reference"])
AfterSlug = Annotated[Slug, Query("", description="`next` of the page before.")]


@router.get("/shop", response=Shop, summary="Whose token is this?")
def shop(request: HttpRequest) -> Shop:
    """A first call, to see that the token works."""
    who = caller(request)
    return Shop(
        seller=who.seller.slug,
        name=who.seller.name,
        token=who.token.name,
        may_sell=who.seller.is_open,
        requests_a_minute=settings.API_REQUESTS_A_MINUTE,
    )


@router.get("/brands", response=Page[Brand], summary="List the brands that are known")
def brands(request: HttpRequest, after: AfterSlug = "", limit: paging.Limit = 100) -> Page[Brand]:
    """A brand that is not among them is made when goods name it."""
    return paging.page(models.Brand.objects.all(), _brands, after=after, limit=limit, by="slug")


def _brands(rows: Sequence[models.Brand]) -> list[Brand]:
    return [Brand(slug=row.slug, name=row.name, name_zh=row.name_zh) for row in rows]


@router.get("/categories", response=list[Category], summary="List the categories")
def categories(request: HttpRequest) -> list[Category]:
    """All of them, in the order of the shop."""
    rows = shelves.categories()
    parents = {row.parent_id for row in rows}
    return [
        Category(
            slug=row.slug,
            title=row.title,
            parent=row.parent.slug if row.parent else None,
            kind=row.kind,
            takes_goods=row.pk not in parents,
        )
        for row in rows
    ]


@router.get("/attributes", response=list[Attribute], summary="List the properties of goods")
def attributes(
    request: HttpRequest,
    kind: Annotated[Slug | None, Query(None, description="Only those of a kind.")] = None,
) -> list[Attribute]:
    """The keys of `goods.specs`, with their units and the values one may choose from."""
    choices = models.AttributeChoice.objects.order_by("position", "pk")
    rows = models.Attribute.objects.prefetch_related(Prefetch("choices", choices))
    if kind:
        rows = rows.filter(kinds__contains=[kind])
    return [
        Attribute(
            key=row.key,
            title=row.title,
            unit=row.unit,
            type=row.data_type,
            kinds=row.kinds,
            choices=[Choice(key=one.key, title=one.title) for one in row.choices.all()],
        )
        for row in rows.order_by("position", "pk")
    ]


@router.get("/hs-codes", response=Page[HsCode], summary="List the tariff codes")
def hs_codes(
    request: HttpRequest, after: AfterSlug = "", limit: paging.Limit = 100
) -> Page[HsCode]:
    """The codes that goods of this shop may carry."""
    rows = models.HsCode.objects.all()
    return paging.page(rows, _codes, after=after, limit=limit, by="code")


def _codes(rows: Sequence[models.HsCode]) -> list[HsCode]:
    return [HsCode(code=row.code, title=row.title, needs_fsb=row.needs_fsb) for row in rows]
