"""Which page numbers a list of pages shows."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page

register = template.Library()


@register.simple_tag
def page_numbers(page: Page[Any]) -> Iterable[int | str]:
    """Give the numbers around this page and at both ends, with an ellipsis between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
