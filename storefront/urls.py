"""Addresses of the site: Russian at the root, the other languages by prefix."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path

from storefront import api
from storefront.views import (
    access,
    account,
    applying,
    cart,
    checkout,
    disputes,
    health,
    importing,
    listing_goods,
    maps,
    maps_of_site,
    members,
    opinions,
    orders,
    pictures,
    promoting,
    seller,
    shop,
    staff,
    statements,
    stores,
    webhooks,
)

shopping = [
    path("", shop.home, name="home"),
    path("c/<slug:slug>/", shop.category, name="category"),
    path("p/<slug:slug>/", shop.product, name="product"),
    path("p/<slug:slug>/ask/", opinions.ask, name="product_ask"),
    path("p/<slug:slug>/reviews/", opinions.of_product, name="product_reviews"),
    path("s/<slug:slug>/", stores.store, name="store"),
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
    path("orders/<str:number>/review/", opinions.review, name="order_review"),
    path("orders/<str:number>/received/<int:position>/", disputes.confirm, name="order_received"),
    path("orders/<str:number>/dispute/<int:position>/", disputes.claim, name="dispute_open"),
    path("orders/<str:number>/disputes/<int:pk>/", disputes.dispute, name="dispute"),
    path("orders/<str:number>/disputes/<int:pk>/add/", disputes.add, name="dispute_add"),
    path(
        "orders/<str:number>/disputes/<int:pk>/withdraw/",
        disputes.withdraw,
        name="dispute_withdraw",
    ),
    path(
        "orders/<str:number>/disputes/<int:pk>/files/<int:file>/",
        disputes.file,
        name="dispute_file",
    ),
    path("o/<str:token>/", orders.guest, name="order_guest"),
    path("way/<str:number>.svg", maps.way, name="way_map"),
    path("account/", account.account, name="account"),
    path("account/", include("allauth.account.urls")),
]
selling = [
    path("", seller.today, name="seller_today"),
    path("products/", seller.products, name="seller_products"),
    path("products/codes/", listing_goods.codes, name="seller_codes"),
    path("products/add/", listing_goods.product_add, name="seller_product_add"),
    path("products/<int:pk>/", listing_goods.product_edit, name="seller_product_edit"),
    path("import/", importing.imports, name="seller_imports"),
    path("import/<int:pk>/", importing.job, name="seller_import"),
    path("import/<int:pk>/try/", importing.try_out, name="seller_import_try"),
    path("import/<int:pk>/start/", importing.start, name="seller_import_start"),
    path("import/<int:pk>/drop/", importing.drop, name="seller_import_drop"),
    path("import/<int:pk>/progress/", importing.progress, name="seller_import_progress"),
    re_path(
        r"^import/(?P<pk>\d+)/refused\.(?P<form>csv|xlsx)$",
        importing.refused,
        name="seller_import_refused",
    ),
    re_path(
        r"^export/(?P<kind>goods|prices)\.(?P<form>csv|xlsx)$",
        importing.export,
        name="seller_export",
    ),
    path("stock/", seller.stock, name="seller_stock"),
    path("orders/", seller.orders, name="seller_orders"),
    path("orders/<int:pk>/hand-over/", seller.hand_over, name="seller_hand_over"),
    path("disputes/", disputes.desk, name="seller_disputes"),
    path("disputes/<int:pk>/", disputes.answer, name="seller_dispute"),
    path(
        "disputes/<int:pk>/files/<int:file>/",
        disputes.seller_file,
        name="seller_dispute_file",
    ),
    path("money/", seller.money, name="seller_money"),
    path("money/<int:pk>/", statements.statement, name="seller_statement"),
    path(
        "money/<int:pk>/statement.<slug:kind>",
        statements.statement_file,
        name="seller_statement_file",
    ),
    path("members/", members.members, name="seller_members"),
    path("join/<str:token>/", members.join, name="seller_join"),
    path("apply/", applying.apply, name="seller_apply"),
    path("apply/papers/<int:pk>/", applying.paper, name="seller_paper"),
    path("opinions/", opinions.desk, name="seller_opinions"),
    path("opinions/<slug:kind>/<int:pk>/", opinions.answer, name="seller_answer"),
    path("prices/", promoting.prices, name="seller_prices"),
    path("prices/promotion/", promoting.promotion_add, name="seller_promotion_add"),
    path("prices/list/", promoting.list_add, name="seller_price_list_add"),
    path("prices/<slug:kind>/<int:pk>/", promoting.price, name="seller_price"),
    path("prices/<slug:kind>/<int:pk>/stop/", promoting.price_stop, name="seller_price_stop"),
    path("access/", access.tokens, name="seller_access"),
    path("access/<int:pk>/revoke/", access.revoke, name="seller_access_revoke"),
]
floor = [
    path("", staff.floor, name="staff_floor"),
    path("scan/", staff.scan, name="staff_scan"),
]
machines = [
    path("picture/<slug:slug>.<slug:view>.svg", pictures.drawing, name="picture"),
    path("media/<path:path>", pictures.media, name="media"),
    path("webhooks/<slug:provider>/", webhooks.receive, name="webhook"),
    path("webhooks/<slug:carrier>/<str:token>/", webhooks.carrier, name="carrier_webhook"),
    path("api/v1/", include((api.addresses, "api"))),
    path("robots.txt", maps_of_site.robots, name="robots"),
    path("sitemap.xml", maps_of_site.index, name="sitemap"),
    path("sitemap-shelves.xml", maps_of_site.places, name="sitemap_shelves"),
    path("sitemap-goods-<int:part>.xml", maps_of_site.goods, name="sitemap_goods"),
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
