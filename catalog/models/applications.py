"""Firms that want to sell here: what they say of themselves, their papers, the decision."""

import os

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .sellers import Seller


class PaperStorage(FileSystemStorage):
    """A folder of its own, beside the pictures that everybody may see; nothing in it has an URL."""

    @property
    def base_location(self) -> str:
        return str(settings.PAPERS_ROOT)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        raise ValueError("papers are given to their owner and the desk alone, by a view")


def paper_storage() -> PaperStorage:
    """Where papers lie; named in the migration instead of a folder."""
    return PaperStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


class SellerApplication(due.Due):
    """What a firm applies with; approved, it becomes a seller.

    It is due while its applicant waits for a mail about where it stands.
    """

    DUE_TASK = "storefront.notifications.tasks.tell_applicant"
    DUE_CLOCK = "wall"

    class State(models.TextChoices):
        DRAFT = "DRAFT", _("being written")
        SUBMITTED = "SUBMITTED", _("waits for the desk")
        RETURNED = "RETURNED", _("returned to be mended")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="seller_applications"
    )
    seller = models.OneToOneField(
        Seller, models.PROTECT, null=True, blank=True, related_name="application"
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)

    name_zh = models.CharField(_("Chinese name"), max_length=120)
    name_ru = models.CharField(_("Russian name"), max_length=120, blank=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    about_zh = models.TextField(_("about the firm"), blank=True)
    uscc = models.CharField(_("unified social credit code"), max_length=18)
    licence = models.CharField(_("licence"), max_length=60)
    city = models.CharField(_("city"), max_length=60)
    zone = models.CharField(_("free trade zone"), max_length=20, blank=True)
    legal_person = models.CharField(_("legal representative"), max_length=60)
    contact_name = models.CharField(_("contact"), max_length=60)
    contact_phone = models.CharField(_("telephone"), max_length=20)

    cnaps = models.CharField(_("CNAPS code of the bank"), max_length=12)
    bank_name = models.CharField(_("bank"), max_length=120)
    bank_account = models.CharField(_("account"), max_length=34)

    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=60, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("seller's application")
        verbose_name_plural = _("sellers' applications")
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"], condition=Q(state="SUBMITTED"), name="application_firm_once"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=["DRAFT", "SUBMITTED", "RETURNED"]),
                name="application_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uscc} {self.state}"


class ApplicationPaper(models.Model):
    """A document that belongs to an application; never served but to its owner and the desk."""

    class Kind(models.TextChoices):
        LICENCE = "LICENCE", _("business licence")
        BANK = "BANK", _("bank's confirmation of the account")
        IDENTITY = "IDENTITY", _("identity of the legal representative")
        OTHER = "OTHER", _("another paper")

    application = models.ForeignKey(SellerApplication, models.PROTECT, related_name="papers")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    file = models.FileField(upload_to="papers", storage=paper_storage)
    digest = models.CharField(max_length=64)
    given_at = models.DateTimeField()

    class Meta:
        verbose_name = _("paper of an application")
        verbose_name_plural = _("papers of applications")
        constraints = [
            models.UniqueConstraint(
                fields=["application", "kind", "digest"], name="application_paper_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.application_id}"


class ApplicationEvent(models.Model):
    """What happened to an application, kept for ever."""

    class Kind(models.TextChoices):
        BEGUN = "BEGUN", _("application begun")
        SUBMITTED = "SUBMITTED", _("application sent")
        RETURNED = "RETURNED", _("application returned to be mended")
        APPROVED = "APPROVED", _("application approved")
        REFUSED = "REFUSED", _("application refused")
        PAPER_OPENED = "PAPER_OPENED", _("paper opened by the house")

    application = models.ForeignKey(SellerApplication, models.PROTECT, related_name="events")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    actor = models.CharField(max_length=60)
    happened_at = models.DateTimeField()
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("event of an application")
        verbose_name_plural = _("events of applications")
        indexes = [models.Index(fields=["application", "-id"], name="application_event")]

    def __str__(self) -> str:
        return f"{self.application_id} {self.kind}"
