"""Sellers and the people who act for them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .texts import language


class Seller(models.Model):
    slug = models.SlugField(_("name in addresses"), unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_ru = models.CharField(_("Russian name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120)
    about_ru = models.TextField(_("about the firm, in Russian"), blank=True)
    about_zh = models.TextField(_("about the firm, in Chinese"), blank=True)
    about_en = models.TextField(_("about the firm, in English"), blank=True)

    uscc = models.CharField(_("unified social credit code"), max_length=18, unique=True)
    licence = models.CharField(_("licence"), max_length=60, blank=True)
    city = models.CharField(_("city"), max_length=60)
    zone = models.CharField(_("free trade zone"), max_length=20, blank=True)

    cnaps = models.CharField(_("CNAPS code of the bank"), max_length=12)
    bank_name = models.CharField(_("bank"), max_length=120)
    bank_account = models.CharField(_("account"), max_length=34)
    commission_bps = models.PositiveIntegerField(_("commission, basis points"))

    is_open = models.BooleanField(_("may sell"), default=True)
    is_demo = models.BooleanField(_("demo"), default=False)
    joined_on = models.DateField(_("seller since"))

    class Meta:
        verbose_name = _("seller")
        verbose_name_plural = _("sellers")
        constraints = [
            models.CheckConstraint(
                condition=Q(commission_bps__lt=10_000), name="seller_commission_under_all"
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return str(getattr(self, f"name_{language()}"))

    @property
    def account_tail(self) -> str:
        """The last digits of the account: all that pages show of it."""
        return self.bank_account[-4:]


class SellerMember(models.Model):
    class Role(models.TextChoices):
        OWNER = "OWNER", _("owner")
        LISTING = "LISTING", _("listing")
        FINANCE = "FINANCE", _("finance")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats")
    seller = models.ForeignKey(Seller, models.PROTECT, related_name="members")
    role = models.CharField(_("role"), max_length=10, choices=Role)

    class Meta:
        verbose_name = _("member of a seller")
        verbose_name_plural = _("members of sellers")
        constraints = [models.UniqueConstraint(fields=["user", "seller"], name="member_once")]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.seller_id}"

    @property
    def is_owner(self) -> bool:
        return self.role == self.Role.OWNER

    @property
    def may_list(self) -> bool:
        """Whether goods, prices and stock are this person's."""
        return self.role in (self.Role.OWNER, self.Role.LISTING)

    @property
    def may_see_money(self) -> bool:
        return self.role in (self.Role.OWNER, self.Role.FINANCE)


class SellerInvitation(due.Due):
    """A seat offered by mail; whoever signs in with that address may take it.

    It is due while its mail is to be sent. The secret of the link is made with the key of the
    house from `key`, and not kept.
    Time: `valid_until` runs on the wall clock.
    """

    DUE_TASK = "storefront.notifications.tasks.send_invitation"
    DUE_CLOCK = "wall"

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=10, choices=SellerMember.Role)
    key = models.CharField(_("key"), max_length=32)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=60)
    invited_at = models.DateTimeField()
    valid_until = models.DateTimeField(_("valid until"))
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                fields=["seller", "email"],
                condition=Q(taken_at__isnull=True, taken_back_at__isnull=True),
                name="invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk} of {self.seller_id}"


class SellerEvent(models.Model):
    """What happened to a seller and to the people who act for him, kept for ever."""

    class Kind(models.TextChoices):
        JOINED = "JOINED", _("seller joined")
        INVITED = "INVITED", _("member invited")
        TAKEN_BACK = "TAKEN_BACK", _("invitation taken back")
        SEATED = "SEATED", _("member joined")
        ROLE_CHANGED = "ROLE_CHANGED", _("role changed")
        REMOVED = "REMOVED", _("member removed")
        TOKEN_REVOKED = "TOKEN_REVOKED", _("access token revoked")
        PAYOUT_LEFT_OUT = "PAYOUT_LEFT_OUT", _("payout held back by screening")
        ACCOUNT_PROPOSED = "ACCOUNT_PROPOSED", _("new account proposed")
        ACCOUNT_WITHDRAWN = "ACCOUNT_WITHDRAWN", _("new account withdrawn")
        ACCOUNT_REFUSED = "ACCOUNT_REFUSED", _("new account refused")
        ACCOUNT_CONFIRMED = "ACCOUNT_CONFIRMED", _("new account confirmed")
        ACCOUNT_IN_FORCE = "ACCOUNT_IN_FORCE", _("new account in force")

    seller = models.ForeignKey(Seller, models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    actor = models.CharField(max_length=60)
    happened_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event of a seller")
        verbose_name_plural = _("events of sellers")
        indexes = [models.Index(fields=["seller", "-id"], name="seller_event")]

    def __str__(self) -> str:
        return f"{self.seller_id} {self.kind}"
