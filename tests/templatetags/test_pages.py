"""Long lists of pages are shortened in the middle."""

from django.core.paginator import Paginator

from storefront.templatetags import pages


def test_long_list_keeps_both_ends():
    page = Paginator(range(300), 24).page(6)

    assert list(pages.page_numbers(page)) == [1, "…", 5, 6, 7, "…", 13]


def test_short_list_is_shown_whole():
    page = Paginator(range(60), 24).page(1)

    assert list(pages.page_numbers(page)) == [1, 2, 3]
