"""Categories, attributes and names of brands, kept in the process for a minute."""

from catalog import words
from catalog.models import Attribute, Brand, Category
from storefront.lib import kept


def categories() -> list[Category]:
    """Give all categories in the order of the shelves, parents set."""
    return list(_categories())


@kept.for_a_minute
def _categories() -> tuple[Category, ...]:
    rows = Category.objects.select_related("parent").order_by("position", "pk")
    return tuple(sorted(rows, key=_place))


def _place(row: Category) -> tuple[int, bool, int]:
    above = row.parent or row
    return above.position, row.parent is not None, row.position


def category(slug: str) -> Category | None:
    """Find a category; one that is not known yet is looked for once more."""
    found = next((row for row in categories() if row.slug == slug), None)
    return found or Category.objects.select_related("parent").filter(slug=slug).first()


def parts(category: Category) -> list[Category]:
    """Give the categories below one."""
    return [row for row in categories() if row.parent_id == category.pk]


def attributes(kind: str) -> list[Attribute]:
    """Give the properties that goods of a kind have, in their order."""
    return [row for row in _attributes() if kind in row.kinds]


@kept.for_a_minute
def _attributes() -> tuple[Attribute, ...]:
    return tuple(Attribute.objects.order_by("position", "pk"))


@kept.for_a_minute
def brands() -> dict[str, tuple[str, str]]:
    """Give for the folded name of every brand its slug and its name."""
    return {
        words.fold(name): (slug, name) for slug, name in Brand.objects.values_list("slug", "name")
    }


@kept.for_a_minute
def aliases() -> dict[str, str]:
    """Give for every folded name that people use for a brand the brand's own, folded."""
    rows = Brand.objects.values_list("name", "name_zh", "aliases")
    found: dict[str, str] = {}
    for name, name_zh, others in rows:
        for alias in (name, name_zh, *others):
            found.setdefault(words.fold(alias), words.fold(name))
    found.pop("", None)
    return found
