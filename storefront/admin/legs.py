"""The legs of a lane at its desk: their order, and the one that parcels are loaded on."""

from django.core.exceptions import ValidationError
from django.db.models import F
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext_lazy as _

from logistics.models import Lane, LaneLeg
from storefront.lib import locks

from .looking import EditableRows

ASIDE = 1000  # more than a lane has legs


class LegForms(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        self._refuse_stale()
        legs = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        if not any(self.errors) and sum(leg["is_main"] for leg in legs) != 1:
            raise ValidationError(_("One leg of a lane is the main one, and only one."))

    def _refuse_stale(self) -> None:
        """One at a time, and only who saw all legs there are: the others would lose their places.

        Locks: the lane.
        """
        if self.instance.pk is None:
            return
        locks.row(Lane.objects.all(), self.instance.pk)
        there = set(LaneLeg.objects.filter(lane=self.instance).values_list("pk", flat=True))
        if there != {form.instance.pk for form in self.initial_forms}:
            raise ValidationError(
                _("Somebody changed the legs meanwhile: open the page again and repeat it.")
            )

    def save(self, commit=True):
        """Let all legs step aside first, for two of them may change places."""
        LaneLeg.objects.filter(lane=self.instance).update(
            position=F("position") + ASIDE, is_main=False
        )
        saved = super().save(commit)
        for form in self.initial_forms:
            if form.instance not in saved:
                form.instance.save()
        return saved


class Legs(EditableRows):
    model = LaneLeg
    formset = LegForms
    fields = ("position", "service", "is_main")
    ordering = ("position",)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("service")

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.choices = list(field.choices)  # asked for once, not by each leg
        return field
