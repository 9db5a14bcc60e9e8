"""A shop is brought up to date: its daily work planned, a database of another version refused."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from logistics.models import StorageBill, Study
from payments.models import Job

pytestmark = pytest.mark.django_db


def test_the_work_of_every_day_is_planned_without_a_demo(settings) -> None:
    settings.DEMO = False

    call_command("prepare")
    call_command("prepare")

    planned = Job.objects.filter(due_at__isnull=False)
    assert sorted(planned.values_list("kind", flat=True)) == sorted(Job.Kind.values)
    assert Study.objects.filter(due_at__isnull=False).count() == 1
    assert StorageBill.objects.filter(due_at__isnull=False).count() == 1


def test_a_database_of_another_version_is_refused_by_name() -> None:
    MigrationRecorder(connection).record_applied("payments", "0099_of_tomorrow")
    with pytest.raises(CommandError, match=r"payments\.0099_of_tomorrow.*FRESH=1"):
        call_command("prepare")
