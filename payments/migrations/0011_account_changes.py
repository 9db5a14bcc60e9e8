"""Changes of the accounts sellers are paid to."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_stale_products"),
        ("payments", "0010_bank_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(blank=True, editable=False, null=True)),
                ("attempt", models.PositiveIntegerField(default=0, editable=False)),
                ("failures", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("hinted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_error", models.TextField(blank=True, editable=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PROPOSED", "waits for our desk"),
                            ("CONFIRMED", "confirmed, not in force yet"),
                            ("IN_FORCE", "in force"),
                            ("REFUSED", "refused"),
                            ("WITHDRAWN", "withdrawn"),
                        ],
                        default="PROPOSED",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("cnaps", models.CharField(max_length=12, verbose_name="CNAPS code of the bank")),
                ("bank_name", models.CharField(max_length=120, verbose_name="bank")),
                ("bank_account", models.CharField(max_length=34, verbose_name="account")),
                (
                    "old_bank_name",
                    models.CharField(blank=True, max_length=120, verbose_name="bank before"),
                ),
                ("old_tail", models.CharField(blank=True, max_length=4)),
                ("proposed_by", models.CharField(max_length=60, verbose_name="proposed by")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=60, verbose_name="decided by"),
                ),
                (
                    "decided_why",
                    models.CharField(blank=True, max_length=300, verbose_name="why decided"),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                (
                    "in_force_from",
                    models.DateTimeField(blank=True, null=True, verbose_name="in force from"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("ended_by", models.CharField(blank=True, max_length=60)),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="account_changes",
                        to="catalog.seller",
                        verbose_name="seller",
                    ),
                ),
            ],
            options={
                "verbose_name": "change of an account",
                "verbose_name_plural": "changes of accounts",
                "abstract": False,
                "indexes": [
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)),
                        fields=["due_at"],
                        name="accountchange_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["PROPOSED", "CONFIRMED"])),
                        fields=("seller",),
                        name="account_change_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                        name="account_change_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["CONFIRMED", "IN_FORCE"]), _negated=True),
                            models.Q(
                                models.Q(("decided_by", ""), _negated=True),
                                models.Q(("decided_why", ""), _negated=True),
                                ("in_force_from__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="account_change_confirmed",
                    ),
                ],
            },
        ),
    ]
