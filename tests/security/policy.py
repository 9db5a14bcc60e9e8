"""Who may ask what of which address: `policy.csv`, and the table of groups for standard desks.

An address that neither names has no policy, and `test_matrix` fails.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from django.contrib import admin

from storefront.accounts import groups
from storefront.lib import csvs
from tests.security.world import ROLES, STAFF

TABLE = Path(__file__).with_name("policy.csv")
AT_DESKS = tuple(role for role in STAFF if role != "floor")  # who may sign in to the admin
LOGIN, ADMIN_LOGIN = "/account/login/?next=", "/admin/login/?next="
KINDS = ("changelist", "add", "history", "delete", "change")
Answer = int | str  # a status, or where a redirect begins


@dataclass(frozen=True)
class Door:
    """Who may enter, what he gets for looking, what everybody else gets."""

    inside: frozenset[str]
    outside: dict[str, frozenset[Answer]]
    methods: frozenset[str]
    gives: frozenset[Answer]

    def expects(self, role: str, method: str) -> frozenset[Answer]:
        """The answers a person may get; anything else is a hole, or a door too much."""
        if role not in self.inside:
            shut = frozenset() if method in self.methods else frozenset([405])
            return self.outside[role] | shut
        return self.gives if method in self.methods else frozenset([405])


def _door(name: str, methods: str, gives: str) -> Door:
    kind, _colon, roles = name.partition(":")
    inside, outside = _sides(kind, roles)
    return Door(
        frozenset(inside),
        {role: frozenset(outside(role)) for role in ROLES if role not in inside},
        frozenset(methods.split()),
        frozenset(map(int, gives.split())),
    )


def _sides(kind, roles):
    def hidden(role: str) -> list[Answer]:
        return [404]

    def sign_in(role: str) -> list[Answer]:
        return [LOGIN] if role == "anonymous" else [404]

    def desk(role: str) -> list[Answer]:
        return [403] if role in AT_DESKS else [ADMIN_LOGIN]

    sellers = ("boris", "lin")
    return {
        "anybody": (ROLES, hidden),
        "machine": ((), lambda role: [400, 403, 404]),
        "token": ((), lambda role: [401]),
        "signed_in": (ROLES[1:], sign_in),
        "signed_in_else_home": (ROLES[1:], lambda role: ["/"]),
        "guests": (ROLES[:1], lambda role: ["/"]),
        "signs_out": (AT_DESKS, lambda role: ["/admin/"]),
        "door": (("anonymous", *AT_DESKS), lambda role: [403]),
        "anna": (("anna",), hidden),
        "gleb_alone": (("gleb",), sign_in),
        "boris": (("boris",), sign_in),
        "seller": (sellers, sign_in),
        "seller_or_apply": (
            sellers,
            lambda role: [LOGIN] if role == "anonymous" else ["/seller/apply/"],
        ),
        "floor": (("floor",), sign_in),
        "staff": (AT_DESKS, hidden),
        "desk": (roles.split(), desk),
    }[kind]


def _stated() -> dict[str, Door]:
    with TABLE.open(encoding="utf-8") as file:
        return {
            name: _door(row["door"], row["methods"], row["gives"])
            for row in csv.DictReader(file)
            for name in row["names"].split(" " if "\n" not in row["names"] else None)
        }


def _may() -> dict[str, set[str]]:
    """Roles by permission, as the table of groups says."""
    found: dict[str, set[str]] = {}
    for row in csvs.read(groups.TABLE):
        for action in row["actions"].split():
            for model in row["models"].split():
                found.setdefault(f"{row['app']}.{action}_{model}", set()).add(row["group"])
    return found


def standard() -> dict[str, Door]:
    """The five addresses of each desk; rows are added where the desk has a form for it."""
    may, doors = _may(), {}
    for model in admin.site._registry:
        app, name = model._meta.app_label, model._meta.model_name
        viewers = may.get(f"{app}.view_{name}", set()) & set(AT_DESKS)
        adders = may.get(f"{app}.add_{name}", set()) & set(AT_DESKS)
        told = {"changelist": viewers, "history": viewers, "change": viewers, "delete": set()}
        told["add"] = adders if name in ADDED.get(app, ()) else set()
        for kind, who in told.items():
            doors[f"admin:{app}_{name}_{kind}"] = _door(f"desk:{' '.join(who)}", "GET POST", "200")
        desks = f"desk:{' '.join(AT_DESKS)}"
        doors[f"admin/{app}/{name}/<path:object_id>/"] = _door(desks, "GET POST", "302")
    return doors


ADDED = {  # desks with a form for new rows
    "catalog": {
        "attribute",
        "brand",
        "category",
        "commissionrule",
        "formerpricerule",
        "hscode",
        "margin",
        "refusalreason",
        "restriction",
    },
    "logistics": {
        "baglimit",
        "carriercode",
        "customsmode",
        "dutyrule",
        "holiday",
        "identityrule",
        "importlimit",
        "incidentrule",
        "lane",
        "lastmile",
        "patience",
        "place",
        "returnrelief",
        "serialrule",
        "stage",
        "weightrule",
    },
    "orders": {
        "term",
    },
}


def doors() -> dict[str, Door]:
    """Every stated policy by the name of its address, or by its route where it has no name."""
    return standard() | _stated()
