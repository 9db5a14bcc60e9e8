"""A database made by another version is named, never half understood."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def test_a_database_of_another_version_is_refused_by_name() -> None:
    MigrationRecorder(connection).record_applied("payments", "0099_of_tomorrow")
    with pytest.raises(CommandError, match=r"payments\.0099_of_tomorrow.*FRESH=1"):
        call_command("prepare")
