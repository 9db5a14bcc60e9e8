"""A filled database of its own, and people signed in."""

import os
from collections.abc import Callable, Iterator

import pytest
from django.db import connections
from django.test import Client

from storefront.accounts.models import User
from tests.admin import world as making
from tests.conftest import _point, clone

COUNT = 20


@pytest.fixture(scope="package")
def filled(django_db_setup: None, django_db_blocker, worker_id: str) -> Iterator[str]:
    """The name of a database with twenty rows in every list, committed; tests roll back."""
    name = f"desks_{worker_id}"
    clone(name)
    _point(os.environ["TEST_APP_URL"], name)
    with django_db_blocker.unblock():
        making.fill(COUNT)
        connections.close_all()
    yield name
    _point(os.environ["TEST_APP_URL"], f"test_{worker_id}")


@pytest.fixture(autouse=True)
def _collected(settings: object, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The static files' server warns of a missing folder, and warnings are errors."""
    settings.STATIC_ROOT = tmp_path_factory.getbasetemp()


@pytest.fixture
def desks(filled: str, db: None) -> None:
    """The filled database, in a transaction that is rolled back."""


@pytest.fixture
def sign_in(desks: None) -> Callable[..., Client]:
    def enter(role: str, **options: object) -> Client:
        email = {"superuser": "root@example.com"}.get(role, f"{role}@example.com")
        client = Client(**options)
        client.force_login(
            User.objects.get(email=email), backend="django.contrib.auth.backends.ModelBackend"
        )
        return client

    return enter


@pytest.fixture
def root(sign_in: Callable[..., Client]) -> Client:
    return sign_in("superuser")


@pytest.fixture
def operator(sign_in: Callable[..., Client]) -> Client:
    return sign_in("operator")


@pytest.fixture
def authority(sign_in: Callable[..., Client]) -> Client:
    return sign_in("authority")
