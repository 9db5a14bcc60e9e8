"""What tests of the catalogue share."""

import pytest

from catalog import shelves


@pytest.fixture(autouse=True)
def _fresh_shelves():
    """Nothing kept in the process survives a test."""
    shelves.forget()
    yield
    shelves.forget()
