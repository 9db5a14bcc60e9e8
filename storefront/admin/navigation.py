"""Where everything is found: the sidebar of the desks."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def allowed(permission: str):
    """A condition for an entry of the navigation."""
    return lambda request: request.user.has_perm(permission)


def entry(title: Any, icon: str, label: str, query: str = "") -> dict[str, Any]:
    """One list in the navigation, shown to those who may look at it."""
    app, model = label.split(".")
    address = reverse_lazy(f"admin:{app}_{model}_changelist")
    return {
        "title": title,
        "icon": icon,
        "link": (lambda request: f"{address}{query}") if query else address,
        "permission": allowed(f"{app}.view_{model}"),
    }


def group(title: Any, *items: dict[str, Any], collapsible: bool = False) -> dict[str, Any]:
    return {"title": title, "items": list(items), "collapsible": collapsible, "separator": True}


NAVIGATION = [
    group(
        _("Trade"),
        {"title": _("Today"), "icon": "today", "link": reverse_lazy("admin:index")},
        entry(_("Orders"), "receipt_long", "orders.order"),
        entry(_("Holds"), "front_hand", "orders.hold", "?open=1"),
        entry(_("Offers to approve"), "approval", "catalog.offer", "?state__exact=REVIEW"),
        entry(_("Texts to read"), "translate", "catalog.cardtext", "?waiting=1"),
        entry(
            _("Firms that apply"),
            "how_to_reg",
            "catalog.sellerapplication",
            "?state__exact=SUBMITTED",
        ),
        entry(_("Handovers"), "move_to_inbox", "orders.handover"),
        entry(_("Reviews"), "reviews", "orders.review", "?state__exact=PENDING"),
        entry(_("Questions"), "help", "catalog.question"),
    ),
    group(
        _("Movement"),
        entry(_("Parcels"), "package_2", "logistics.shipment"),
        entry(_("Exceptions"), "report", "logistics.incident", "?open=1"),
        entry(_("What is stuck"), "pending_actions", "logistics.circuit"),
        entry(_("Departures"), "flight_takeoff", "logistics.departure"),
        entry(_("Bags"), "shopping_bag", "logistics.bag"),
        entry(_("Boxes of several parcels"), "deployed_code", "logistics.box"),
        entry(_("Splittings"), "call_split", "logistics.splitting", "?open=1"),
        entry(_("Declarations"), "gavel", "logistics.declaration"),
        {
            **entry(_("Rejected papers"), "report", "logistics.declaration", "?waiting=1"),
            "permission": allowed("logistics.change_declaration"),
        },
        entry(_("Customs filings"), "assignment", "logistics.filing"),
        entry(_("Declared goods"), "inventory", "logistics.declarationline"),
        entry(_("Papers of recipients"), "badge", "logistics.recipientidentity"),
        entry(_("Stock"), "warehouse", "logistics.stock"),
        entry(_("Stock movements"), "swap_vert", "logistics.stockmove"),
        entry(_("Advance notices"), "move_to_inbox", "logistics.advice"),
        entry(_("Damaged goods"), "broken_image", "logistics.advicecount", "?waiting=1"),
        entry(_("Bins"), "shelves", "logistics.bin"),
        entry(_("Waves"), "waves", "logistics.wave"),
        entry(_("Counts to decide"), "fact_check", "logistics.bincount", "?state__exact=DIFFERS"),
        entry(_("Serial numbers"), "tag", "logistics.serial"),
        entry(_("Storage of weeks"), "calendar_month", "logistics.storagebill"),
    ),
    group(
        _("Money"),
        entry(_("Charges"), "credit_card", "payments.charge"),
        entry(_("Refunds"), "undo", "payments.refund"),
        entry(_("Disputes"), "balance", "payments.dispute"),
        entry(_("Chargebacks"), "credit_card_off", "payments.chargeback"),
        entry(_("Notices"), "notifications", "payments.notice"),
        entry(_("Accounts"), "account_balance", "payments.account"),
        {
            "title": _("Trial balance"),
            "icon": "balance",
            "link": reverse_lazy("admin:payments_account_trial_balance"),
            "permission": allowed("payments.view_account"),
        },
        entry(_("Journals"), "menu_book", "payments.journal"),
        entry(_("Manual postings"), "edit_note", "payments.manualposting"),
        {
            "title": _("Ask for a posting"),
            "icon": "post_add",
            "link": reverse_lazy("admin:payments_manualposting_ask"),
            "permission": allowed("payments.add_manualposting"),
        },
        entry(_("Seals"), "verified", "payments.seal"),
        entry(_("End of the month"), "event_available", "payments.month"),
        entry(_("Settlements"), "request_quote", "payments.settlement"),
        entry(_("Payouts to approve"), "how_to_reg", "payments.payout", "?state__exact=WAITING"),
        entry(_("Payouts"), "payments", "payments.payout"),
        entry(
            _("Accounts to confirm"),
            "account_balance_wallet",
            "payments.accountchange",
            "?state__exact=PROPOSED",
        ),
        entry(_("Batches of payouts"), "inventory_2", "payments.payoutbatch"),
        entry(_("Conversions"), "currency_exchange", "payments.conversion"),
        entry(_("Rates"), "trending_up", "payments.rate"),
        entry(_("Banks' rates"), "currency_yuan", "payments.dealrate"),
        entry(_("Jobs"), "schedule", "payments.job"),
    ),
    group(
        _("Screening"),
        entry(_("Hits to decide"), "person_search", "payments.hit", "?undecided=1"),
        entry(_("Screened parties"), "groups_2", "payments.screenedparty"),
        entry(_("Lists of sanctions"), "list_alt", "payments.sanctionslist"),
        entry(_("Decisions"), "gavel", "payments.decision"),
        entry(_("Runs"), "sync", "payments.screeningrun"),
        collapsible=True,
    ),
    group(
        _("Agreement"),
        entry(_("Breaks"), "broken_image", "payments.break", "?state__exact=OPEN"),
        entry(_("Lines to match"), "join_inner", "payments.statementline", "?waiting=1"),
        entry(_("Matches"), "handshake", "payments.match"),
        entry(_("Bank statements"), "receipt", "payments.bankstatement"),
        entry(_("Registries"), "list_alt", "payments.registry"),
        entry(_("Bank files"), "draft", "payments.paper"),
        entry(_("Bank accounts"), "account_balance_wallet", "payments.bankaccount"),
        collapsible=True,
    ),
    group(
        _("Catalogue"),
        entry(_("Products"), "smartphone", "catalog.product"),
        entry(_("Variants"), "style", "catalog.variant"),
        entry(_("Offers"), "sell", "catalog.offer"),
        entry(_("Promotions"), "loyalty", "catalog.promotion"),
        entry(_("Price lists"), "request_quote", "catalog.pricelist"),
        entry(_("Imports"), "upload_file", "catalog.importjob"),
        entry(_("Asked prices"), "history", "catalog.askedprice"),
        entry(_("Sellers"), "storefront", "catalog.seller"),
        entry(_("Access tokens"), "key", "catalog.accesstoken"),
        entry(_("Brands"), "verified", "catalog.brand"),
        entry(_("Categories"), "category", "catalog.category"),
        entry(_("Attributes"), "tune", "catalog.attribute"),
        entry(_("HS codes"), "tag", "catalog.hscode"),
        entry(_("Restrictions"), "block", "catalog.restriction"),
        entry(_("Margins"), "percent", "catalog.margin"),
        entry(_("Rules of former prices"), "price_change", "catalog.formerpricerule"),
        entry(_("Rules of approval"), "rule_settings", "catalog.approvalrule"),
        entry(_("Reasons of refusals"), "comment_bank", "catalog.refusalreason"),
        collapsible=True,
    ),
    group(
        _("Network"),
        entry(_("Places"), "place", "logistics.place"),
        entry(_("Lanes"), "route", "logistics.lane"),
        entry(_("Services"), "departure_board", "logistics.service"),
        entry(_("Closures"), "block", "logistics.closure"),
        entry(_("How promises hold"), "event_available", "logistics.lanelevel"),
        entry(_("Last miles"), "local_shipping", "logistics.lastmile"),
        entry(_("Points of issue"), "storefront", "logistics.point"),
        entry(_("Lists of points of issue"), "sync", "logistics.pointlist"),
        entry(_("Carriers to the door"), "delivery_truck_speed", "logistics.courier"),
        entry(_("Notices of carriers"), "notifications", "logistics.carriernotice"),
        entry(_("Codes of carriers"), "translate", "logistics.carriercode"),
        entry(_("Patience with silent parcels"), "hourglass", "logistics.patience"),
        entry(_("Rules of exceptions"), "rule_settings", "logistics.incidentrule"),
        entry(_("Rules of weights"), "scale", "logistics.weightrule"),
        entry(_("Holidays"), "event_busy", "logistics.holiday"),
        entry(_("Stages of the centre"), "conveyor_belt", "logistics.stage"),
        entry(_("Duty rules"), "balance", "logistics.dutyrule"),
        entry(_("Rules of recipients' papers"), "rule", "logistics.identityrule"),
        entry(_("Limits of import"), "production_quantity_limits", "logistics.importlimit"),
        entry(_("Answers of customs"), "quickreply", "logistics.customsanswer"),
        entry(_("Customs modes"), "rule", "logistics.customsmode"),
        entry(_("Reliefs for returned goods"), "assignment_return", "logistics.returnrelief"),
        entry(_("Cities"), "location_city", "orders.city"),
        entry(_("Terms"), "rule", "orders.term"),
        entry(_("Rules of commission"), "percent", "catalog.commissionrule"),
        entry(_("Banks"), "account_balance", "payments.bank"),
        entry(_("Routes of money"), "alt_route", "payments.correspondence"),
        entry(_("Reasons of returns"), "assignment_return", "payments.returnreason"),
        entry(_("Bank days"), "calendar_month", "payments.bankday"),
        collapsible=True,
    ),
    group(
        _("People"),
        entry(_("Users"), "person", "accounts.user"),
        entry(_("Groups"), "groups", "auth.group"),
        entry(_("Letters"), "mail", "notifications.letter"),
        entry(_("Letters to sellers"), "forward_to_inbox", "notifications.sellerletter"),
        entry(_("Actions of the desks"), "history", "admin.logentry"),
        collapsible=True,
    ),
]


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar, for Unfold, which hides what a permission forbids."""
    return NAVIGATION
