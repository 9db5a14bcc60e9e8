"""The interface against its own document: whatever is asked, never an error of ours."""

import json
from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from orders.models import Handover
from storefront.api import api, documents
from storefront.lib import clock
from storefront.wsgi import application
from tests.api.conftest import NOW, sold, system
from tests.factories import catalog as make
from tests.factories import logistics as place

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.missing_required_header,
    checks.unsupported_method,
]
STRICT = [*CHECKS, checks.negative_data_rejection]
TRUSTING = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
schema = schemathesis.openapi.from_dict(json.loads(documents.text(api)))
schema.app = application
schema.config.generation.with_security_parameters = False  # every request bears the token


@pytest.fixture
def _same_connection() -> Iterator[None]:
    """A request ends without ending the test's transaction, as Django's own client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def secret(db, settings, _same_connection) -> str:
    """The token of a seller with goods in every state, stock, and orders to hand over."""
    settings.API_REQUESTS_A_MINUTE = 10**9
    erp = system()
    for state in ("DRAFT", "REVIEW", "REFUSED", "PAUSED"):
        place.stock(make.offer(seller=erp.seller, article=f"ART-{state}", state=state))
    make.offer(seller=erp.seller, article="A54-8-256-BLK")  # the example of the document
    handover = sold(erp.seller, article="SOLD-1")
    Handover.objects.filter(pk=handover.pk).update(id=4711)  # the same
    return erp.secret


def probe(case, secret: str, asked: list = CHECKS) -> None:
    # In one process nobody unpacks what was packed for a line.
    said = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "identity"}
    with clock.simulated(NOW):
        case.call_and_validate(headers=said, checks=asked)


@schema.parametrize()
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=TRUSTING)
def test_interface_keeps_to_its_document(case, secret):
    probe(case, secret, STRICT)


@pytest.mark.soak
@schema.parametrize()
@settings(max_examples=1000, deadline=None, suppress_health_check=TRUSTING)
def test_interface_keeps_to_its_document_for_long(case, secret):
    probe(case, secret)
