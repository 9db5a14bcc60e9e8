"""The world of all addresses, made once; what a test does to it is rolled back."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from django.test import override_settings

from storefront.lib import clock
from tests.conftest import _point, clone
from tests.security.world import NOW, World


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,
    django_db_blocker,
    worker_id: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[World]:
    """A database of its own with a row of everything, committed."""
    name, folder = f"security_{worker_id}", tmp_path_factory.mktemp("files")
    roots = {f"{root}_ROOT": folder / root for root in ("MEDIA", "PAPERS", "STATIC")}
    for each in roots.values():
        Path(each).mkdir()
    clone(name)
    _point(os.environ["TEST_APP_URL"], name)
    with override_settings(**roots):
        with django_db_blocker.unblock(), clock.simulated(NOW):
            world = World()
            connections.close_all()
        yield world
    _point(os.environ["TEST_APP_URL"], f"test_{worker_id}")


@pytest.fixture
def world(made: World, db: None) -> Iterator[World]:
    """The world in a transaction that is rolled back, at a standing clock.

    Thousands of refusals are told to no log: telling them takes longer than refusing.
    """
    logging.disable(logging.CRITICAL)
    with clock.simulated(NOW):
        yield made
    logging.disable(logging.NOTSET)
