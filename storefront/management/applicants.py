"""Who joined the demo and what waits at its desks: applications, goods changed after approval."""

import io
from datetime import datetime, time

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from PIL import Image, ImageDraw

from catalog import applications, approval, listings, papers, snapshots
from catalog.applications import Paper
from catalog.checking import NEEDED
from catalog.models import (
    ApplicationEvent,
    ApplicationPaper,
    Offer,
    OfferEvent,
    Seller,
    SellerApplication,
    SellerMember,
    Variant,
)
from orders.days import CHINA
from storefront.flows import joining
from storefront.management import world

SHEET = (620, 877)
AMENDED = 3


def apply(*, now: datetime) -> int:
    """Hand in the applications of the demo, by the flows of real ones; how many were new."""
    users = get_user_model().objects
    new = 0
    for row in world.table("applications"):
        user = users.get(email=world.login(row["role"])["email"])
        if not SellerApplication.objects.filter(user=user).exists():
            _hand_in(row, user.pk, now=now)
            new += 1
    return new


@transaction.atomic
def joined() -> int:
    """The applications with which the demo's sellers once came, telephones to call; how many.

    They are written as they stood on the day a firm joined: its desk was opened long ago.
    """
    contacts = {row.pop("seller"): row for row in world.table("contacts")}
    sellers = list(Seller.objects.filter(slug__in=contacts, application=None).order_by("pk"))
    for seller in sellers:
        _remember(seller, contacts[seller.slug])
    return len(sellers)


@transaction.atomic
def amend(*, now: datetime) -> int:
    """Approve a few of the goods in review and change them, so that they wait again; how many."""
    if OfferEvent.objects.filter(kind=snapshots.KIND, actor=world.ACTOR).exists():
        return 0
    waiting = Offer.objects.filter(state=Offer.State.REVIEW).select_related("variant")
    rows = list(waiting.order_by("pk")[:AMENDED])
    for row in rows:
        approval.approve(row, actor=world.ACTOR, now=now)
        heavier = row.variant.weight_g + 35
        Variant.objects.filter(pk=row.variant_id).update(weight_g=heavier)
        listings.submit(row, actor=world.ACTOR, now=now)
    return len(rows)


def _remember(seller: Seller, contact: world.Row) -> None:
    at = datetime.combine(seller.joined_on, time(10), CHINA)
    facts = {name: getattr(seller, name) for name in applications.FIELDS if name not in contact}
    application = SellerApplication.objects.create(
        **facts,
        **contact,
        user_id=_owner(seller, contact["contact_name"]),
        seller=seller,
        state=SellerApplication.State.APPROVED,
        created_at=at,
        submitted_at=at,
        decided_at=at,
        decided_by=world.ACTOR,
    )
    ApplicationEvent.objects.create(
        application=application,
        kind=ApplicationEvent.Kind.APPROVED,
        actor=world.ACTOR,
        happened_at=at,
    )


def _owner(seller: Seller, name: str) -> int:
    """The owner of its desk; a firm whose desk nobody opens has one who cannot sign in."""
    seat = SellerMember.objects.filter(seller=seller, role=SellerMember.Role.OWNER).first()
    if seat is not None:
        return seat.user_id
    facts = {"name": name, "password": make_password(None), "language": "zh-hans"}
    email = f"{seller.slug}@demo.sungari.example"
    return get_user_model().objects.get_or_create(email=email, defaults=facts)[0].pk


def _hand_in(row: world.Row, user_id: int, *, now: datetime) -> None:
    actor = f"user:{user_id}"
    facts = {name: row[name] for name in applications.FIELDS}
    application = joining.keep(user_id, facts, actor=actor, now=now)
    for kind in NEEDED:
        document = papers.read(_drawn(kind))
        joining.lay_in(application, Paper(kind, f"demo-{kind.lower()}.png", document), now=now)
    joining.submit(application, actor=actor, now=now)
    if row["reason"]:
        joining.give_back(application, reason=row["reason"], actor=world.ACTOR, now=now)


def _drawn(kind: ApplicationPaper.Kind) -> bytes:
    """A sheet that says what it stands for, and that it is none."""
    sheet = Image.new("RGB", SHEET, "white")
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((30, 30, SHEET[0] - 30, SHEET[1] - 30), outline="#0f5f60", width=4)
    pen.text((70, 90), f"DEMO: {kind.value}", fill="#14211f", font_size=48)
    pen.text((70, 170), "not a document", fill="#6b7875", font_size=28)
    for line in range(12):
        pen.rectangle((70, 250 + line * 44, 300 + line * 37 % 240, 262 + line * 44), fill="#e2dfd6")
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()
