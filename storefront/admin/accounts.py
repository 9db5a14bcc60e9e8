"""The desk of people: who may sign in and what he may open; only a superuser changes that."""

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from storefront.accounts import second
from storefront.accounts.models import Address, User

from . import cells, doing
from .looking import Desk, Looking


class NewUser(UserCreationForm):
    """A user made by hand signs in by e-mail like everybody."""

    class Meta:
        model = User
        fields = ("email",)
        field_classes = {}


class SuperuserOnly:
    """Whoever could change users and groups could give himself any right."""

    def has_add_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser


@admin.register(User)
class UserDesk(SuperuserOnly, UserAdmin, Desk):
    form = UserChangeForm
    add_form = NewUser
    change_password_form = AdminPasswordChangeForm
    actions = ("forget_telephone",)
    actions_detail = ("forget_telephone",)
    list_display = ("shown", "called", "roles", "is_staff", "two_steps", "is_active", "joined")
    list_filter = ("is_staff", "is_active", "groups")
    list_select_related = ("second_step",)
    search_fields = ("email", "name")
    ordering = ("-pk",)
    filter_horizontal = ()
    readonly_fields = ("joined", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("Desks"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("When"), {"fields": ("joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "usable_password", "password1", "password2")}),)

    joined = cells.dated("joined_at", _("joined"))

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @display(description=_("e-mail"), ordering="email")
    def shown(self, user):
        return cells.email(user.email)

    @display(description=_("name"), ordering="name")
    def called(self, user):
        return cells.person(user.name)

    @display(description=_("groups"))
    def roles(self, user):
        return ", ".join(sorted(group.name for group in user.groups.all())) or cells.NOTHING

    @display(description=_("second step"), boolean=True)
    def two_steps(self, user):
        return hasattr(user, "second_step")

    def has_deed_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser

    @doing.deed(
        doing.Deed(
            title=_("Forget the telephone"),
            question=_(
                "For somebody who lost telephone and paper: his sessions end, and he sets the "
                "second step up anew. Be sure that it is he who asks."
            ),
            form=doing.Reason,
            suits=lambda user: hasattr(user, "second_step"),
            icon="phonelink_erase",
            is_grave=True,
        )
    )
    def forget_telephone(self, user, answers, hands):
        second.take_away(user)

    def save_related(self, request, form, formsets, change):
        """Other groups are other rights: sessions that began with the old ones end."""
        super().save_related(request, form, formsets, change)
        if change and "groups" in form.changed_data:
            second.end_sessions(form.instance)
        if form.instance == request.user:
            update_session_auth_hash(request, form.instance)


admin.site.unregister(Group)


@admin.register(Group)
class GroupDesk(SuperuserOnly, GroupAdmin, Desk):
    """Groups are reference rows; their permissions are loaded with the release."""

    list_display = ("name",)
    ordering = ("name",)


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class EmailAddressDesk(Looking):
    list_display = ("shown", "verified", "primary")
    list_filter = ("verified", "primary")
    list_select_related = ("user",)
    search_fields = ("email",)
    ordering = ("-pk",)

    @display(description=_("e-mail"), ordering="email")
    def shown(self, address):
        return cells.email(address.email)


@admin.register(Address)
class AddressDesk(Looking):
    list_display = ("who", "called", "city_slug")
    list_filter = ("city_slug",)
    list_select_related = ("user",)
    search_fields = ("user__email", "phone")
    ordering = ("-pk",)
    fields = ("who", "called", "city_slug", "postcode", "used")

    used = cells.dated("used_at", _("last used"))

    @display(description=_("user"), ordering="user__email")
    def who(self, address):
        return cells.email(address.user.email)

    @display(description=_("recipient"))
    def called(self, address):
        return cells.lines([cells.person(address.recipient), cells.phone(address.phone)])


@admin.register(LogEntry)
class LogDesk(Looking):
    """Every action of every desk."""

    list_display = ("when", "who", "content_type", "object_repr", "words")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "change_message", "user__email")
    ordering = ("-pk",)

    when = cells.dated("action_time", _("when"))

    @display(description=_("user"), ordering="user__email")
    def who(self, entry):
        return f"user:{entry.user_id} {cells.email(entry.user.email)}"

    @display(description=_("what"))
    def words(self, entry):
        return entry.get_change_message()
