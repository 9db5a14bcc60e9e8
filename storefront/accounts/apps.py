"""The nested app's label, and what is asked of its settings before they serve people."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register


class AccountsConfig(AppConfig):
    name = "storefront.accounts"
    label = "accounts"

    def ready(self) -> None:
        register(second_factor, Tags.security, deploy=True)


def second_factor(**_given: Any) -> list[CheckMessage]:
    """A shop that serves people lets nobody to its desks with a password alone."""
    if settings.STAFF_SECOND_FACTOR or settings.DEMO:
        return []
    hint = "Set STAFF_SECOND_FACTOR=1; only DEBUG and DEMO switch it off by themselves."
    return [Warning("Staff sign in with a password alone.", hint=hint, id="accounts.W001")]
