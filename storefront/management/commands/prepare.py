"""Brings the database and the demo world up to date; `up` runs it before it opens the shop."""

import os
import subprocess
import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from logistics import points, studies
from logistics.stocking import fees
from payments import jobs
from storefront.lib import clock


class Command(BaseCommand):
    help = (
        "Migrates as the owner of the tables (DATABASE_OWNER_URL) if anything is to be migrated, "
        "then loads the reference tables and the demo world as the application, and plans the "
        "work of the day. Quick when all is done already; running it again changes nothing."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if self._is_behind():
            self._migrate()
        call_command("load_reference", verbosity=0)
        if settings.DEMO:
            call_command("seed_demo")
        self._plan_the_day()

    def _plan_the_day(self) -> None:
        """Whatever is done once a day plans its own next time; here it gets its first."""
        for work in (jobs, studies, points, fees):
            work.ensure(now=clock.now())

    def _is_behind(self) -> bool:
        executor = MigrationExecutor(connection)
        loader = executor.loader
        if foreign := sorted(set(loader.applied_migrations) - set(loader.disk_migrations)):
            raise CommandError(
                f"the database was made by another version (it has {'.'.join(foreign[0])}); "
                "use the code it was made by, or begin anew with FRESH=1 make run"
            )
        return bool(executor.migration_plan(loader.graph.leaf_nodes()))

    def _migrate(self) -> None:
        """Migrate in a process of its own: this one is not the owner, and should not be."""
        connection.close()
        command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--verbosity", "1"]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=os.environ | {"AS_OWNER": "1"}, check=False
        )
        if done.returncode:
            raise CommandError(f"migrate ended with exit code {done.returncode}")
