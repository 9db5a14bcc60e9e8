"""Users, who sign in by e-mail, and their address book."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Django's own way of making users, by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in: buyer, member of a seller, floor worker, operator or authority."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=10, default="ru")

    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    door = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session ends with the password and with the rights under which it began.

        Groups stand in another table: who changes them raises `door` (`second.end_sessions`).
        """
        begun = f"{self.password}|{self.is_staff}|{self.is_superuser}|{self.door}"
        salt = "storefront.accounts.models.User.session"
        return salted_hmac(salt, begun, secret=secret, algorithm="sha256").hexdigest()


class SecondStep(models.Model):
    """What a person's telephone knows, sealed, and which codes are used up."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="second_step")
    sealed = models.BinaryField()
    step = models.BigIntegerField(default=0)
    papers = models.JSONField(default=list)
    wrong = models.PositiveSmallIntegerField(default=0)
    wrong_at = models.DateTimeField(null=True, blank=True)
    set_up_at = models.DateTimeField()

    class Meta:
        verbose_name = _("second step of signing in")
        verbose_name_plural = _("second steps of signing in")

    def __str__(self) -> str:
        return f"user:{self.user_id}"


class Try(models.Model):
    """What the limits of signing in count while the cache is away, as Django's cache keeps it."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "accounts_tries"
        verbose_name = _("counted tries")
        verbose_name_plural = _("counted tries")

    def __str__(self) -> str:
        return self.cache_key


class Address(models.Model):
    """An entry of a buyer's address book; an order copies from it and never points to it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="addresses")
    recipient = models.CharField(_("recipient"), max_length=120)
    phone = models.CharField(_("phone"), max_length=20)
    city_slug = models.SlugField(_("city"))
    postcode = models.CharField(_("postcode"), max_length=6)
    street = models.CharField(_("address"), max_length=300)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "recipient", "phone", "city_slug", "postcode", "street"],
                name="address_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {self.street}"
