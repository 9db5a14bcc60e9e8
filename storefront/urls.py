"""Addresses of the site."""

import importlib

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import Http404
from django.urls import include, path

PAGES = [
    ("", "shop.home", "home"),
    ("c/<slug:slug>/", "shop.category", "category"),
    ("p/<slug:slug>/", "shop.product", "product"),
    ("search/", "shop.search", "search"),
    ("search/suggest/", "shop.suggest", "search_suggest"),
    ("city/", "shop.city", "city"),
    ("cart/", "cart.cart", "cart"),
    ("cart/add/", "cart.add", "cart_add"),
    ("cart/update/", "cart.update", "cart_update"),
    ("checkout/", "checkout.checkout", "checkout"),
    ("pay/return/<str:number>/", "checkout.pay_return", "pay_return"),
    ("orders/", "orders.orders", "orders"),
    ("orders/<str:number>/", "orders.order", "order"),
    ("orders/<str:number>/cancel/", "orders.cancel", "order_cancel"),
    ("orders/<str:number>/pay/", "orders.pay", "order_pay"),
    ("orders/<str:number>/pay-again/", "orders.pay_again", "order_pay_again"),
    ("orders/<str:number>/review/", "orders.review", "order_review"),
    ("way/<str:number>.svg", "maps.way", "way_map"),
    ("o/<str:token>/", "orders.guest", "order_guest"),
    ("account/", "account.account", "account"),
    ("seller/", "seller.today", "seller_today"),
    ("seller/products/", "seller.products", "seller_products"),
    ("seller/products/add/", "seller.product_add", "seller_product_add"),
    ("seller/products/<int:pk>/", "seller.product_edit", "seller_product_edit"),
    ("seller/stock/", "seller.stock", "seller_stock"),
    ("seller/orders/", "seller.orders", "seller_orders"),
    ("seller/orders/<int:pk>/hand-over/", "seller.hand_over", "seller_hand_over"),
    ("seller/money/", "seller.money", "seller_money"),
    ("staff/", "staff.floor", "staff_floor"),
    ("staff/scan/", "staff.scan", "staff_scan"),
]
PLAIN = [
    ("picture/<slug:slug>.<slug:view>.svg", "pictures.drawing", "picture"),
    ("media/<path:path>", "pictures.media", "media"),
    ("webhooks/<slug:provider>/", "webhooks.receive", "webhook"),
    ("robots.txt", "shop.robots", "robots"),
    ("sitemap.xml", "shop.sitemap", "sitemap"),
    ("healthz", "health.healthz", "healthz"),
    ("readyz", "health.readyz", "readyz"),
    ("deepz", "health.deepz", "deepz"),
    ("metrics", "health.metrics", "metrics"),
]


def missing(request, **_):
    raise Http404


def view(dotted):
    module, name = dotted.split(".")
    try:
        return getattr(importlib.import_module(f"storefront.views.{module}"), name, missing)
    except (ImportError, TypeError):
        return missing


urlpatterns = [
    *[path(address, view(dotted), name=name) for address, dotted, name in PLAIN],
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        *[path(address, view(dotted), name=name) for address, dotted, name in PAGES],
        path("account/", include("allauth.account.urls")),
        prefix_default_language=False,
    ),
]
