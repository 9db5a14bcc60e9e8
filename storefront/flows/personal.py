"""All that is held about a person: given to him on request, and erased where no law keeps it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from catalog.models import Question, SellerApplication
from logistics.customs import identities
from logistics.models import RecipientIdentity, Shipment, ShipmentEvent
from orders import forgetting
from orders.models import Cart, CartLine, Order, Review
from payments.models import Charge, Dispute
from storefront.accounts import second
from storefront.accounts.models import Address, User
from storefront.lib import locks
from storefront.lib.refusal import Refusal

# What is told of each kind of row, by name: what is added to a model later is not told by itself.
ORDER = (
    "number state placed_at paid_at closed_at language recipient phone email city__title_ru "
    "postcode street point goods freight duty total"
)
LINE = "position title_ru quantity price_rub"
ADDRESS = "recipient phone city_slug postcode street used_at"
CHARGE = "opened_at method price state title"
PARCEL = "number state carrier track expected_on ended_at"
EVENT = "happened_at code place"
DISPUTE = "opened_at kind wanted text state answer closed_at"
REVIEW = "written_at rating title text state answer"
QUESTION = "asked_at product__slug text state answer"
PAPERS = "rule purpose asked_at given_at erased_at document_tail inn_tail"
CONSENT = "text__kind text__version given_at is_withdrawn"
LOOK = "read_at purpose"
PLACED = "offer__article quantity"
MAIL = "email verified primary"


class StillNeeded(Refusal):
    """Something is not finished that cannot go on without the person."""

    code = "still_needed"


def gather(user: User) -> dict[str, Any]:
    """Everything held about a person, ready for a file; papers by their last digits alone."""
    orders = Order.objects.for_buyer(user.pk).order_by("pk")
    of_buyer = {"order__user": user}
    return {
        "account": {
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "joined_at": user.joined_at,
            "last_login": user.last_login,
            "has_second_step": second.has(user),
        },
        "emails": _told(EmailAddress.objects.filter(user=user), MAIL),
        "addresses": _told(Address.objects.filter(user=user), ADDRESS),
        "cart": _told(CartLine.objects.filter(cart__user=user), PLACED),
        "orders": [_order(order) for order in orders],
        "questions": _told(Question.objects.filter(asker=user), QUESTION),
        "reviews": _told(Review.objects.filter(line__order__user=user), REVIEW),
        "papers": [_papers(row) for row in RecipientIdentity.objects.filter(**of_buyer)],
    }


def _order(order: Order) -> dict[str, Any]:
    deliveries = order.deliveries.all()
    parcels = Shipment.objects.filter(delivery__in=deliveries)
    return {
        **_told(Order.objects.filter(pk=order.pk), ORDER)[0],
        "lines": _told(order.lines.all(), LINE),
        "payments": _told(Charge.objects.filter(order=order), CHARGE),
        "parcels": _told(parcels, PARCEL),
        "way": _told(ShipmentEvent.objects.filter(shipment__in=parcels), EVENT),
        "disputes": _told(Dispute.objects.filter(delivery__in=deliveries), DISPUTE),
    }


def _papers(row: RecipientIdentity) -> dict[str, Any]:
    return {
        **_told(RecipientIdentity.objects.filter(pk=row.pk), PAPERS)[0],
        "order": row.order.number,
        "consents": _told(row.consents.all(), CONSENT),
        "looks": _told(row.accesses.all(), LOOK),
    }


def _told(rows: QuerySet[Any], names: str) -> list[dict[str, Any]]:
    return list(rows.order_by("pk").values(*names.split()))


def kept(user: User, *, now: datetime) -> list[Order]:
    """The orders that must keep their person for a while, each told until when."""
    rows = list(Order.objects.for_buyer(user.pk).exclude(paid_at=None).exclude(phone=""))
    for row in rows:
        row.kept_until = forgetting.kept_until(row, now=now)  # type: ignore[attr-defined]
    return sorted(rows, key=lambda row: row.pk)


@transaction.atomic(durable=True)
def erase(user: User, *, now: datetime) -> None:
    """Leave of a person what the law keeps and what was never his name.

    Address book, e-mails, second step and papers go; the account has no name and opens no more.
    Orders that were paid keep their recipient for the years of accounting.

    Locks: the person's orders, their papers and parcels, the person.
    Raises: StillNeeded.
    """
    orders = locks.rows(Order.objects.for_buyer(user.pk))
    _nothing_open(user, orders)
    actor = f"user:{user.pk}"
    for row in RecipientIdentity.objects.filter(order__in=orders, sealed__isnull=False):
        identities.withdraw(row.order, actor=actor, now=now)
    forgetting.forget(Order.objects.filter(user=user, paid_at=None))
    for each in (Address, EmailAddress):
        _drop(each, user)
    Cart.objects.filter(user=user).update(user=None)
    about = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=about, object_id=str(user.pk)).update(
        object_repr=actor, change_message=""
    )
    second.take_away(user)
    user.email, user.name, user.is_active = f"erased-{user.pk}@erased.invalid", "", False
    user.set_unusable_password()
    user.save(update_fields=["email", "name", "is_active", "password"])


def _drop(model: type[Model], user: User) -> None:
    model._default_manager.filter(user=user).delete()


def _nothing_open(user: User, orders: Iterable[Order]) -> None:
    """Raises: StillNeeded."""
    works = user.is_staff or user.groups.exists() or user.seats.exists()
    if works or SellerApplication.objects.filter(user=user).exists():
        raise StillNeeded(_("You work or sell here; this account ends with that."))
    open_one = next((order for order in orders if order.closed_at is None), None)
    if open_one is not None:
        raise StillNeeded(
            _("Order %(number)s is not finished yet. Ask again afterwards.")
            % {"number": open_one.shown_number}
        )
    ended = (Dispute.State.CLOSED, Dispute.State.WITHDRAWN)
    if Dispute.objects.filter(delivery__order__in=orders).exclude(state__in=ended).exists():
        raise StillNeeded(_("A dispute of yours is not decided yet. Ask again afterwards."))
