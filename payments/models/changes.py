"""Changes of the account a seller is paid to: asked for, confirmed, in force after a while."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from catalog.models import Seller
from storefront.lib import due


class AccountChangeQuerySet(models.QuerySet["AccountChange"]):
    def open(self) -> "AccountChangeQuerySet":
        """Changes that may still come into force."""
        return self.filter(state__in=["PROPOSED", "CONFIRMED"])


class AccountChange(due.Due):
    """Another account for a seller's payouts; what was proposed never changes.

    Of the account before only the bank and the last digits are kept. It is due at the instant
    it comes into force.
    """

    DUE_TASK = "storefront.tasks.enter_account"

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("waits for our desk")
        CONFIRMED = "CONFIRMED", _("confirmed, not in force yet")
        IN_FORCE = "IN_FORCE", _("in force")
        REFUSED = "REFUSED", pgettext_lazy("account", "refused")
        WITHDRAWN = "WITHDRAWN", _("withdrawn")

    seller = models.ForeignKey(
        Seller, models.PROTECT, related_name="account_changes", verbose_name=_("seller")
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    cnaps = models.CharField(_("CNAPS code of the bank"), max_length=12)
    bank_name = models.CharField(_("bank"), max_length=120)
    bank_account = models.CharField(_("account"), max_length=34)
    old_bank_name = models.CharField(_("bank before"), max_length=120, blank=True)
    old_tail = models.CharField(max_length=4, blank=True)

    proposed_by = models.CharField(_("proposed by"), max_length=60)
    proposed_at = models.DateTimeField(_("proposed"))
    decided_by = models.CharField(_("decided by"), max_length=60, blank=True)
    decided_why = models.CharField(_("why decided"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    in_force_from = models.DateTimeField(_("in force from"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.CharField(max_length=60, blank=True)

    objects = AccountChangeQuerySet.as_manager()

    class Meta(due.Due.Meta):
        verbose_name = _("change of an account")
        verbose_name_plural = _("changes of accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["seller"],
                condition=Q(state__in=["PROPOSED", "CONFIRMED"]),
                name="account_change_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("proposed_by")), name="account_change_two_people"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["CONFIRMED", "IN_FORCE"])
                | (~Q(decided_by="") & ~Q(decided_why="") & Q(in_force_from__isnull=False)),
                name="account_change_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"B-{self.pk}"

    @property
    def tail(self) -> str:
        """The last digits of the new account, which is all that lists and letters show."""
        return self.bank_account[-4:]

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.PROPOSED, self.State.CONFIRMED)
