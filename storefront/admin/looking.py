"""The admin is for looking: what every desk has, and what nobody may change."""

from collections.abc import Iterable

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.postgres.fields import ArrayField
from django.http import HttpRequest
from django.utils.text import capfirst
from unfold import widgets
from unfold.admin import ModelAdmin, TabularInline

from . import doing
from .people import Acting


class ReadOnly:
    """Nothing is added, changed or deleted here, not even by a superuser: flows are for doing."""

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class Named:
    """Fields that no label belongs to carry their own name: the two of a sum, cells of a table."""

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            name = capfirst(db_field.verbose_name)
            for part in getattr(field.widget, "widgets", [field.widget]):
                part.attrs["aria-label"] = name
        return field


class Chosen:
    """Several of a few known values are ticked off, not typed with commas between them."""

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        known = isinstance(db_field, ArrayField) and db_field.base_field.choices
        if not known:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.MultipleChoiceField(
            choices=known,
            required=not db_field.blank,
            label=capfirst(db_field.verbose_name),
            help_text=db_field.help_text,
            widget=widgets.UnfoldAdminCheckboxSelectMultipleWidget,
        )


class Light:
    """Scripts for what no desk of this house does are not sent, 160 KB with their library.

    They fill fields in from others, open related rows in windows of their own and type within
    lists of choice; a list of the browser's own does on a telephone too.
    """

    UNUSED = (
        "jquery",
        "select2",
        "autocomplete",
        "RelatedObject",
        "urlify",
        "prepop",
        "xregexp",
        "inlines",
    )

    @property
    def media(self) -> forms.Media:
        whole = super().media
        styles = {screen: self._used(files) for screen, files in whole._css.items()}
        return forms.Media(css=styles, js=self._used(whole._js))

    def _used(self, files: Iterable[str]) -> list[str]:
        return [each for each in files if not any(word in each for word in self.UNUSED)]

    def formfield_for_dbfield(self, db_field, request: HttpRequest, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class Desk(Light, Chosen, Named, Acting, ModelAdmin):
    """A list one can scan and a page behind each row; rows are never deleted from here.

    `deeds_need` names the permission without which the actions of the desk are not offered.
    """

    deeds_need = ""
    empty_value_display = "\u2014"
    list_filter_submit = True
    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    compressed_fields = True

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_deed_permission(self, request: HttpRequest, obj=None) -> bool:
        """Whether this user may do what this desk offers."""
        return bool(self.deeds_need) and request.user.has_perm(self.deeds_need)

    def get_actions_detail(self, request: HttpRequest, object_id):
        """Offer only what may be done to this row now."""
        offered = super().get_actions_detail(request, object_id)
        row = self.get_object(request, object_id) if offered else None
        return [one for one in offered if row is not None and doing.suits(one.method, row)]


class Looking(ReadOnly, Desk):
    """A desk of rows that flows write."""


class Rows(Light, ReadOnly, Acting, TabularInline):
    """What belongs to a row, below it."""

    extra = 0
    hide_title = True
    show_change_link = False
    empty_value_display = "\u2014"

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        return self.fields


class EditableRows(Light, Named, TabularInline):
    """Parts of a row of reference; they may be added and changed, never deleted.

    However many a request says it sends, no more than `max_num` are looked at.
    """

    extra = 0
    max_num = 30
    hide_title = True

    def get_formset(self, request: HttpRequest, obj=None, **kwargs):
        return super().get_formset(request, obj, absolute_max=self.max_num, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
