"""Every address there is, read from the table of the resolver and nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from catalog.models import ApplicationPaper
from logistics.models import DamagePicture
from payments.models import DisputeFile
from tests.security.world import World

SAME = {  # addresses of the same row
    "order": "pay_return order_pay order_papers order_cancel order_pay_again order_review",
    "order_received": "dispute_open",
    "dispute": "dispute_add dispute_withdraw",
    "product": "product_ask product_reviews",
    "seller_import": "seller_import_try seller_import_start seller_import_drop "
    "seller_import_progress",
    "seller_notice": "seller_notice_cancel",
    "seller_price": "seller_price_stop",
    "staff_notice": "staff_notice_close",
}
NOBODYS: dict[str, dict[str, Any]] = {  # of no row
    "media": {"path": "aa/nothing.webp"},
    "webhook": {"provider": "yookassa"},
    "carrier_webhook": {"carrier": "cdek", "token": "guessed"},
    "sitemap_goods": {"part": 1},
    "account_reset_password_from_key": {"uidb36": "1", "key": "guessed"},
    "admin:app_list": {"app_label": "catalog"},  # everybody at the desks sees goods
    "admin:view_on_site": {"content_type_id": "1", "object_id": "1"},
    "admin:payments_chargeback_file": {"pk": 1},
    "admin/(?P<url>.*)$": {"url": "nowhere"},
}


@dataclass(frozen=True)
class Place:
    """An address by its name, or by its route where it has none."""

    name: str
    route: str
    keys: tuple[str, ...]
    is_exempt: bool  # from the token that every form carries


def walk() -> list[Place]:
    """Each once, however many methods stand under it."""
    return list(dict.fromkeys(_under(get_resolver().url_patterns, "", "")))


def _under(patterns: Any, route: str, space: str) -> Iterator[Place]:
    for one in patterns:
        here = route + str(one.pattern).removeprefix("^")
        if isinstance(one, URLResolver):
            name = f"{space}{one.namespace}:" if one.namespace else space
            yield from _under(one.url_patterns, here, name)
        elif isinstance(one, URLPattern):
            name = f"{space}{one.name}" if one.name else here
            is_exempt = getattr(one.callback, "csrf_exempt", False)
            yield Place(name, here, tuple(one.pattern.regex.groupindex), is_exempt)


def path(world: World, place: Place) -> str:
    """The address of a row that is there."""
    given = _given(world, place) if place.keys else {}
    with translation.override("ru"):
        if place.name != place.route:
            return reverse(place.name, kwargs={key: given[key] for key in place.keys})
    route = place.route.removesuffix("$")
    for key in place.keys:
        route = route.replace(f"<path:{key}>", str(given[key])).replace("(?P<url>.*)", "nowhere")
    return f"/{route}"


def _given(world: World, place: Place) -> dict[str, Any]:
    first = next((name for name, others in SAME.items() if place.name in others.split()), "")
    known = {**NOBODYS, **world.addresses, **_files(world)}
    if (first or place.name) in known:
        return known[first or place.name]
    if place.name.startswith("api:"):
        return world.addresses["api"]
    model = desk_of(place)
    assert model is not None, f"the world has no row for {place}"
    pk = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
    return {"object_id": pk, "pk": pk, "id": pk}


def _files(world: World) -> dict[str, dict[str, Any]]:
    of_import = {**world.addresses["seller_import"], "form": "csv"}
    return {
        "seller_import_refused": of_import,
        "seller_statement_file": {**world.addresses["seller_statement"], "kind": "xlsx"},
        "admin:logistics_advicecount_picture": {"pk": DamagePicture.objects.earliest("pk").pk},
        "admin:payments_dispute_file": {"pk": DisputeFile.objects.earliest("pk").pk},
        "admin:catalog_sellerapplication_paper": {"pk": ApplicationPaper.objects.earliest("pk").pk},
    }


def desk_of(place: Place) -> type[Model] | None:
    """The model whose desk an address of the admin belongs to, if it belongs to one."""
    for model in admin.site._registry:
        if place.route.startswith(f"admin/{model._meta.app_label}/{model._meta.model_name}/"):
            return model
    return None
