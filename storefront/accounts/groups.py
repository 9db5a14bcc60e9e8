"""The groups of the house and their permissions, as reference rows."""

from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from storefront.lib import csvs

TABLE = Path(__file__).with_name("groups.csv")


class NoSuchPermission(ValueError):
    """The table names a permission that no model has."""


def load() -> dict[str, int]:
    """Make the groups and give them exactly the permissions of the table; again changes nothing.

    Raises: NoSuchPermission.
    """
    wanted: dict[str, set[int]] = {}
    known = _known()
    for row in csvs.read(TABLE):
        mine = wanted.setdefault(row["group"], set())
        for action in row["actions"].split():
            for model in row["models"].split():
                name = f"{row['app']}.{action}_{model}"
                if name not in known:
                    raise NoSuchPermission(f"{row['group']}: {name}")
                mine.add(known[name])
    for name, keys in wanted.items():
        group, _new = Group.objects.get_or_create(name=name)
        group.permissions.set(keys)
    return {"groups": len(wanted), "group permissions": sum(map(len, wanted.values()))}


def _known() -> dict[str, int]:
    rows: QuerySet[Permission] = Permission.objects.select_related("content_type")
    return {f"{row.content_type.app_label}.{row.codename}": row.pk for row in rows}
