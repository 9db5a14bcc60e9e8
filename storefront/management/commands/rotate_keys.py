"""Wraps the recipients' papers with the key that seals now, so that older keys can be put away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from logistics.customs import vault
from storefront.lib import cipher


class Command(BaseCommand):
    help = """\
Wraps every recipient's data key with the first key of IDENTITY_KEYS. Put a new key in front of
the old ones, restart, run this, then take the old ones away. No papers are opened; again
changes nothing."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = vault.rotate()
        except (vault.CannotRead, cipher.CannotOpen, ValueError) as error:
            raise CommandError(f"stopped, nothing is lost: {error}") from error
        self.stdout.write(f"{done} papers are under {vault.current_key()} now")
