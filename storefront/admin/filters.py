"""Filters of the lists that are not simply a field."""

from abc import abstractmethod
from contextlib import suppress
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from logistics.models import Declaration, Shipment
from logistics.models.routing import Mode
from orders import days
from orders.models import Hold, Order
from payments import months
from storefront.lib import clock

from . import cells


class YesNo(DropdownFilter):
    """A question answered by yes, no, or both."""

    def lookups(self, request, model_admin):
        return [("1", _("Yes")), ("0", _("No"))]

    def queryset(self, request, queryset):
        wanted = self.value()
        if wanted not in ("0", "1"):
            return queryset
        return queryset.filter(self.condition() if wanted == "1" else ~self.condition())

    @abstractmethod
    def condition(self):
        """The rows that answer yes."""


class HoldOpen(YesNo):
    title = _("hold")
    parameter_name = "held"

    def condition(self):
        return Exists(Hold.objects.filter(order=OuterRef("pk"), lifted_at=None))


class Open(YesNo):
    """Holds nobody has answered yet."""

    title = _("open")
    parameter_name = "open"

    def condition(self):
        return Q(lifted_at=None)


class Unanswered(YesNo):
    """Papers that were rejected or are held, and were not made anew."""

    title = _("needs a person")
    parameter_name = "waiting"

    def condition(self):
        return Q(pk__in=Declaration.objects.waiting().values("pk"))


class Failing(YesNo):
    """Work that was tried and failed."""

    title = _("failing")
    parameter_name = "failing"

    def condition(self):
        return Q(failures__gt=0, due_at__isnull=False)


class Late(YesNo):
    """Parcels under way whose last promised day is over, or will be before they are expected."""

    title = _("behind the promise")
    parameter_name = "late"

    def condition(self):
        under_way = Q(pk__in=Shipment.objects.under_way().values("pk"))
        over = Q(delivery__promised_until_on__lt=clock.now().date())
        behind = Q(expected_on__gt=F("delivery__promised_until_on"))
        return under_way & (over | behind)


class OrderMode(DropdownFilter):
    """Orders with a delivery that goes this way."""

    title = _("way")
    parameter_name = "mode"

    def lookups(self, request, model_admin):
        return Mode.choices

    def queryset(self, request, queryset):
        if self.value() not in Mode.values:
            return queryset
        return queryset.filter(
            pk__in=Order.objects.filter(deliveries__mode=self.value()).values("pk")
        )


def keeping(what: str) -> type[DropdownFilter]:
    """A filter for the rows that keep a month of the books open; there while a link asks for it."""

    class Keeping(DropdownFilter):
        title = _("keeps a month open")
        parameter_name = "month"

        def lookups(self, request, model_admin):
            first_on = self.asked()
            return [(self.value(), cells.month(first_on))] if first_on else []

        def queryset(self, request, queryset):
            first_on = self.asked()
            if first_on is None:
                return queryset
            return queryset.filter(pk__in=months.waiting(what, first_on).values("pk"))

        def asked(self):
            """The first day of the month; None, where none that has begun is named."""
            with suppress(ValueError):
                first_on = date.fromisoformat(f"{self.value()}-01")
                return first_on if first_on <= days.of_books(clock.now()) else None

    return Keeping


def period(field: str, name) -> type[DropdownFilter]:
    """A filter for the last day, week or month of the business clock."""

    class Period(DropdownFilter):
        title = name
        parameter_name = f"{field}_days"

        def lookups(self, request, model_admin):
            return [("1", _("the last day")), ("7", _("7 days")), ("30", _("30 days"))]

        def queryset(self, request, queryset):
            if self.value() not in ("1", "7", "30"):
                return queryset
            since = clock.now() - timedelta(days=int(self.value()))
            return queryset.filter(**{f"{field}__gte": since})

    return Period
