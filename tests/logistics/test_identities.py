"""Papers of recipients: asked by rule, sealed for their row alone, opened with a trace, erased."""

import base64
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from logistics.customs import identities, vault
from logistics.models import IdentityAccess, IdentityConsent, IdentityRule, RecipientIdentity
from orders.models import Order
from storefront.lib import cipher, due, kept
from tests.factories import catalog
from tests.factories import orders as order_rows
from tests.factories.papers import ANNA

pytestmark = pytest.mark.django_db
NOW = order_rows.NOW
ON = NOW.date()
READING = vault.Reading(IdentityAccess.Purpose.OPERATOR, "user:7", "asked by the broker")


@pytest.fixture(autouse=True)
def _fresh_rules() -> Any:
    kept.forget()
    yield
    kept.forget()


def part(eur: str, *, lane: str = "air-svx", mode: str = "air") -> Any:
    rubles = Decimal(eur) * 100
    inputs = {"value_rub": str(rubles), "eur_rate": "100", "weight_g": "500", "free_eur": "200"}
    return order_rows.part(lane=lane, mode=mode, duty_inputs=inputs)


def opened(person: vault.Person | None = ANNA) -> RecipientIdentity:
    order: Order = order_rows.order(catalog.offer())
    rule = IdentityRule.objects.get(rule="payments-due")
    row = identities.open_for(order, rule, person, actor="guest", now=NOW)
    return RecipientIdentity.objects.get(pk=row.pk)


@pytest.mark.parametrize(("eur", "is_asked"), [("200", False), ("200.01", True), ("0", False)])
def test_papers_are_asked_only_where_payments_are_due(eur: str, is_asked: bool) -> None:
    rule = identities.needed([part("10"), part(eur)], on=ON)

    assert (rule is not None and rule.rule == "payments-due") is is_asked


def test_a_way_may_ask_for_every_parcel_when_its_row_is_switched_on() -> None:
    cheap = [part("1"), part("1", lane="rail-mzl", mode="rail")]
    assert identities.needed(cheap, on=ON) is None

    IdentityRule.objects.filter(rule="express-air").update(is_active=True)
    kept.forget()

    assert identities.needed(cheap[:1], on=ON) is not None
    assert identities.needed(cheap[1:], on=ON) is None
    assert identities.needed(cheap, on=date(2017, 1, 1)) is None


def test_papers_open_again_and_each_look_is_a_row() -> None:
    row = opened()

    assert vault.read(row, READING) == ANNA
    assert vault.disclose(str(row.subject), actor="task:customs", reason="I-1") == ANNA

    looks = list(row.accesses.order_by("pk").values_list("purpose", "actor", "reason"))
    assert looks == [
        ("OPERATOR", "user:7", "asked by the broker"),
        ("DECLARATION", "task:customs", "I-1"),
    ]
    assert (row.document_tail, row.inn_tail) == ("28", "59")
    kinds = set(row.consents.values_list("text__kind", "text__version", "given_at"))
    assert kinds == {("processing", "2026-01", NOW), ("transfer", "2026-01", NOW)}
    assert "271828" not in repr(ANNA)


@pytest.mark.parametrize("column", ["sealed", "wrapped_key"])
def test_bytes_of_another_row_do_not_open(column: str) -> None:
    mine, other = opened(), opened()
    RecipientIdentity.objects.filter(pk=mine.pk).update(**{column: getattr(other, column)})
    mine.refresh_from_db()

    with pytest.raises(vault.CannotRead):
        vault.read(mine, READING)
    RecipientIdentity.objects.filter(pk=mine.pk).update(
        sealed=other.sealed, wrapped_key=other.wrapped_key
    )
    mine.refresh_from_db()
    with pytest.raises(vault.CannotRead):
        vault.read(mine, READING)

    assert mine.accesses.count() == 2  # a look that failed is a look


def keys(*ids: str) -> dict[str, str]:
    return {id: f"{id}:{base64.b64encode(cipher.new_key()).decode()}" for id in ids}


def test_another_key_opens_nothing_and_the_old_one_does(settings: Any) -> None:
    made = keys("old", "new")
    settings.IDENTITY_KEYS = made["old"]
    row = opened()

    settings.IDENTITY_KEYS = made["new"]
    with pytest.raises(vault.CannotRead):
        vault.read(row, READING)
    settings.IDENTITY_KEYS = made["new"].replace("new:", "old:")
    with pytest.raises(vault.CannotRead):
        vault.read(row, READING)
    settings.IDENTITY_KEYS = f"{made['new']} {made['old']}"
    assert vault.read(row, READING) == ANNA


@pytest.mark.parametrize("told", ["old:short", "no-colon", "a:AAAA", f":{'A' * 44}"])
def test_keys_of_a_wrong_form_are_refused(settings: Any, told: str) -> None:
    settings.IDENTITY_KEYS = told

    with pytest.raises(ValueError, match="IDENTITY_KEYS"):
        vault.current_key()


def test_erased_papers_leave_no_field_to_recover() -> None:
    row = opened()
    order = row.order
    Order.objects.filter(pk=order.pk).update(
        state="CANCELLED", cancel_reason="EXPIRED", closed_at=NOW, due_at=None
    )
    keeps = timedelta(days=30)
    assert row.due_at == NOW + keeps

    identities.keep_or_erase(claimed(row), now=NOW + keeps - timedelta(hours=1))
    row.refresh_from_db()
    assert row.is_kept
    assert row.due_at == NOW + keeps
    identities.keep_or_erase(claimed(row), now=NOW + keeps)
    row.refresh_from_db()

    assert (row.sealed, row.wrapped_key, row.erased_at) == (None, None, NOW + keeps)
    assert (row.key_id, row.document_tail, row.inn_tail, row.due_at) == ("", "", "", None)
    with pytest.raises(vault.CannotRead):
        vault.read(row, READING)


def claimed(row: RecipientIdentity) -> RecipientIdentity:
    RecipientIdentity.objects.filter(pk=row.pk).update(due_at=NOW - timedelta(days=900))
    held = due.claim(RecipientIdentity, row.pk)
    assert held is not None
    return held


def test_papers_of_a_parcel_under_way_are_kept_on() -> None:
    row = opened()
    later = NOW + timedelta(days=400)

    identities.keep_or_erase(claimed(row), now=later)  # the order is neither closed nor sent

    row.refresh_from_db()
    assert row.is_kept
    assert row.due_at == later + timedelta(days=30)


@pytest.mark.parametrize("model", [IdentityAccess, IdentityConsent])
def test_what_was_agreed_and_who_looked_is_never_changed(model: Any) -> None:
    row = opened()
    vault.read(row, READING)

    for change in (
        lambda: model.objects.update(actor="nobody"),
        lambda: model.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    with pytest.raises(DatabaseError), transaction.atomic():
        RecipientIdentity.objects.filter(pk=row.pk).delete()


def test_half_of_the_papers_is_refused_by_the_database() -> None:
    row = opened()

    with pytest.raises(DatabaseError), transaction.atomic():
        RecipientIdentity.objects.filter(pk=row.pk).update(wrapped_key=None)


def test_rotation_wraps_anew_and_opens_nothing(settings: Any) -> None:
    made = keys("old", "new")
    settings.IDENTITY_KEYS = made["old"]
    rows = [opened() for _ in range(3)]
    sealed = [bytes(row.sealed or b"") for row in rows]
    settings.IDENTITY_KEYS = f"{made['new']} {made['old']}"

    assert vault.rotate(batch=2) == 3
    assert vault.rotate() == 0

    settings.IDENTITY_KEYS = made["new"]
    for row, before in zip(rows, sealed, strict=True):
        row.refresh_from_db()
        assert (row.key_id, bytes(row.sealed or b"")) == ("new", before)
        assert not row.accesses.exists()
        assert vault.read(row, READING) == ANNA


def test_rotation_without_the_old_key_stops_and_loses_nothing(settings: Any) -> None:
    made = keys("old", "new")
    settings.IDENTITY_KEYS = made["old"]
    row = opened()
    settings.IDENTITY_KEYS = made["new"]

    with pytest.raises(CommandError, match="nothing is lost"):
        call_command("rotate_keys")

    settings.IDENTITY_KEYS = made["old"]
    row.refresh_from_db()
    assert vault.read(row, READING) == ANNA
