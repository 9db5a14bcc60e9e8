"""Months of the books: closed by two persons; what comes late counts as of the next month."""

import django.db.models.deletion
from django.db import migrations, models

from storefront.lib import guards
from storefront.lib.guards import ROW

# The shared lock lets everybody post at once; who closes a month takes it alone, so that nobody
# who has not seen the closing can still commit into the month.
FUNCTIONS = """
CREATE FUNCTION ledger_month_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed timestamptz;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('payments_month'));
    SELECT max(until_at) INTO closed FROM payments_month WHERE decision = 'CLOSED';
    NEW.happened_at := NULL;
    IF NEW.occurred_at < closed THEN
        NEW.happened_at := NEW.occurred_at;
        NEW.occurred_at := closed;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_month_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision <> '' OR (OLD.first_on, OLD.until_at, OLD.asked_by, OLD.asked_at)
        IS DISTINCT FROM (NEW.first_on, NEW.until_at, NEW.asked_by, NEW.asked_at)
    THEN
        RAISE EXCEPTION 'month % is decided once and stays as it was asked', OLD.first_on
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_month_is_asked_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decision <> '' THEN
        RAISE EXCEPTION 'month % was never asked for', NEW.first_on
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FUNCTIONS_BACK = """
DROP FUNCTION ledger_month_is_open(); DROP FUNCTION ledger_month_once();
DROP FUNCTION ledger_month_is_asked_first();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_account_change_guards")]
    operations = [
        migrations.AddField(
            "journal",
            "happened_at",
            models.DateTimeField(null=True, verbose_name="happened in a closed month"),
        ),
        migrations.CreateModel(
            name="Month",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_on", models.DateField(verbose_name="month")),
                ("until_at", models.DateTimeField(verbose_name="until")),
                ("asked_by", models.CharField(max_length=60, verbose_name="asked by")),
                ("asked_at", models.DateTimeField(verbose_name="asked")),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "waits for a second person"),
                            ("CLOSED", "closed"),
                            ("REFUSED", "refused"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=60, verbose_name="decided by"),
                ),
                ("decided_at", models.DateTimeField(null=True, verbose_name="decided")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "rate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.rate",
                        verbose_name="rate",
                    ),
                ),
                (
                    "revaluation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.journal",
                        verbose_name="revaluation",
                    ),
                ),
            ],
            options={
                "verbose_name": "month of the books",
                "verbose_name_plural": "months of the books",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("decision", "REFUSED"), _negated=True),
                        fields=("first_on",),
                        name="month_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asked_by__startswith", "user:"), ("first_on__day", 1)),
                        name="month_is_a_month_of_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", ""),
                                ("decision", ""),
                                ("revaluation", None),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision", "CLOSED"),
                                ("rate__isnull", False),
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decision", "REFUSED"),
                                ("revaluation", None),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="month_is_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decision", ""),
                            models.Q(
                                ("decided_by__startswith", "user:"),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="month_needs_a_second_person",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_BACK),
        *guards.lasting("payments", "month"),
        guards.trigger(
            "payments_month", "decided_once", f"BEFORE UPDATE ON %s {ROW} ledger_month_once()"
        ),
        guards.trigger(
            "payments_month",
            "asked_first",
            f"BEFORE INSERT ON %s {ROW} ledger_month_is_asked_first()",
        ),
        guards.trigger(
            "payments_journal",
            "month_is_open",
            f"BEFORE INSERT ON %s {ROW} ledger_month_is_open()",
        ),
    ]
