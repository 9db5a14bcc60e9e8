"""Papers may be cancelled and late receipts may outrank an end; filings move only as allowed."""

from django.db import migrations

from storefront.lib import guards

MOVES = [
    ("declaration", "READY", "CANCELLED"),
    ("declaration", "SENT", "CANCELLED"),
    ("declaration", "HELD", "CANCELLED"),
    ("declaration", "REJECTED", "REFUSED"),
    ("declaration", "REJECTED", "RELEASED"),
    ("declaration", "REJECTED", "CANCELLED"),
    ("declaration", "REFUSED", "RELEASED"),
    ("declaration", "RELEASED", "CANCELLED"),
    ("filing", "READY", "SENT"),
    ("filing", "READY", "ACCEPTED"),
    ("filing", "READY", "REJECTED"),
    ("filing", "SENT", "ACCEPTED"),
    ("filing", "SENT", "REJECTED"),
]


class Migration(migrations.Migration):
    dependencies = [("logistics", "0002_guards")]
    operations = [
        guards.machine("logistics_filing", "filing"),
        guards.append_only("logistics_filingmessage"),
        guards.moves(MOVES),
    ]
