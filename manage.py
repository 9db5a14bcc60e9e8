#!/usr/bin/env python
"""Runs a command of Sungari: `manage.py help` lists them."""

import base64
import json
import os
import secrets
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "storefront.settings")
    if sys.argv[1:2] == ["up"]:
        # `up` makes the secrets that the settings ask for, so it runs before they are read.
        from storefront.management.commands.up import Command  # noqa: PLC0415

        Command().run_from_argv(sys.argv)
        return
    if sys.argv[1:2] == ["simulate"]:
        make_secrets()
    else:
        join_running_shop()
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    execute_from_command_line(sys.argv)


def make_secrets() -> None:
    """A simulation is a world of its own: it joins no shop, and its secrets end with it."""
    os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
    for name, form in (("CIPHER_KEY", "{}"), ("IDENTITY_KEYS", "once:{}")):
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        os.environ.setdefault(name, form.format(key))


def join_running_shop() -> None:
    """Without DATABASE_URL, mean the shop that `up` runs here: take the variables it wrote down."""
    written = Path(os.environ.get("RUN_DIR", ".run")) / "environment.json"
    if "DATABASE_URL" not in os.environ and os.access(written, os.R_OK):
        for name, value in json.loads(written.read_text()).items():
            os.environ.setdefault(name, value)


if __name__ == "__main__":
    main()
