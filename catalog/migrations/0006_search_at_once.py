"""What is written to the search indexes is found in its place at once.

A list of what waits to be sorted in is read whole by every search; on a busy shop that costs more
than the search itself.
"""

import django.contrib.postgres.indexes
from django.db import migrations, models

INDEXES = {
    "product_search": None,
    "product_prominent_search": models.Q(is_listed=True, is_prominent=True),
}


def _at_once(name: str, condition: models.Q | None) -> list[migrations.operations.base.Operation]:
    index = django.contrib.postgres.indexes.GinIndex(
        fields=["search_vector"], name=name, condition=condition, fastupdate=False
    )
    return [migrations.RemoveIndex("product", name), migrations.AddIndex("product", index)]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_stale_products")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"ALTER INDEX {name} SET (fastupdate = off)",
                    f"ALTER INDEX {name} RESET (fastupdate)",
                ),
                migrations.RunSQL(
                    f"SELECT gin_clean_pending_list('{name}')", migrations.RunSQL.noop
                ),
            ],
            state_operations=_at_once(name, condition),
        )
        for name, condition in INDEXES.items()
    ]
