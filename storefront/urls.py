"""Addresses of the site: Russian at the root, the other languages by prefix."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from storefront.views import (
    account,
    cart,
    checkout,
    health,
    maps,
    orders,
    pictures,
    seller,
    shop,
    staff,
    webhooks,
)

shopping = [
    path("", shop.home, name="home"),
    path("c/<slug:slug>/", shop.category, name="category"),
    path("p/<slug:slug>/", shop.product, name="product"),
    path("search/", shop.search, name="search"),
    path("search/suggest/", shop.suggest, name="search_suggest"),
    path("city/", shop.city, name="city"),
]
buying = [
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("cart/update/", cart.update, name="cart_update"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("pay/return/<str:number>/", checkout.pay_return, name="pay_return"),
]
following: list[URLPattern | URLResolver] = [
    path("orders/", orders.orders, name="orders"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("orders/<str:number>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<str:number>/pay/", orders.pay, name="order_pay"),
    path("orders/<str:number>/pay-again/", orders.pay_again, name="order_pay_again"),
    path("orders/<str:number>/review/", orders.review, name="order_review"),
    path("o/<str:token>/", orders.guest, name="order_guest"),
    path("way/<str:number>.svg", maps.way, name="way_map"),
    path("account/", account.account, name="account"),
    path("account/", include("allauth.account.urls")),
]
selling = [
    path("", seller.today, name="seller_today"),
    path("products/", seller.products, name="seller_products"),
    path("products/add/", seller.product_add, name="seller_product_add"),
    path("products/<int:pk>/", seller.product_edit, name="seller_product_edit"),
    path("stock/", seller.stock, name="seller_stock"),
    path("orders/", seller.orders, name="seller_orders"),
    path("orders/<int:pk>/hand-over/", seller.hand_over, name="seller_hand_over"),
    path("money/", seller.money, name="seller_money"),
]
floor = [
    path("", staff.floor, name="staff_floor"),
    path("scan/", staff.scan, name="staff_scan"),
]
machines = [
    path("picture/<slug:slug>.<slug:view>.svg", pictures.drawing, name="picture"),
    path("media/<path:path>", pictures.media, name="media"),
    path("webhooks/<slug:provider>/", webhooks.receive, name="webhook"),
    path("robots.txt", shop.robots, name="robots"),
    path("sitemap.xml", shop.sitemap, name="sitemap"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("deepz", health.deepz, name="deepz"),
    path("metrics", health.metrics, name="metrics"),
]

urlpatterns = [
    *machines,
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    *i18n_patterns(
        *shopping,
        *buying,
        *following,
        path("seller/", include(selling)),
        path("staff/", include(floor)),
        prefix_default_language=False,
    ),
]
