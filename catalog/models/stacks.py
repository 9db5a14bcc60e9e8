"""Listed goods laid side by side, one stack per category, so that choices are counted at once."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.lib import due

from .reference import Category


class Stack(due.Due):
    """The listed goods of one category, each at its place, in the order of their popularity.

    `marks` is a new number after each change to a good of the category; the stack is as it should
    be when `version`, the mark it was laid at, is the same.
    """

    DUE_TASK = "storefront.tasks.lay_stack"
    DUE_CLOCK = "wall"

    category = models.OneToOneField(
        Category, models.CASCADE, related_name="stack", verbose_name=_("category")
    )
    marks = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(_("version"), default=0)
    quantity = models.PositiveIntegerField(_("quantity"), default=0)
    laid_at = models.DateTimeField(null=True, blank=True)

    class Meta(due.Due.Meta):
        verbose_name = _("stack of goods")
        verbose_name_plural = _("stacks of goods")

    def __str__(self) -> str:
        return f"{self.category_id} v{self.version}"


class StackColumn(models.Model):
    """One thing known of each place of a stack.

    Of a facet's value: a bit per place that has it, and how many they are. Of a number: its binary
    digits, `#3` that of eight, `#` the places that have one at all. Of the facet `list`: a number
    per place, as `catalog.search.stacks` packs it.
    """

    stack = models.ForeignKey(Stack, models.CASCADE, related_name="columns")
    facet = models.CharField(max_length=20)
    value = models.CharField(_("value"), max_length=200)
    quantity = models.PositiveIntegerField(_("quantity"))
    data = models.BinaryField()

    class Meta:
        verbose_name = _("column of a stack")
        verbose_name_plural = _("columns of stacks")
        constraints = [
            models.UniqueConstraint(fields=["stack", "facet", "value"], name="stack_column_once")
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.value}"
