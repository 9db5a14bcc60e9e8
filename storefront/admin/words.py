"""Words of the admin's own pages that come without a translation, for the gatherer to find."""

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

# The names of the apps stand in the paths above each page.
APPS = {
    "catalog": gettext_lazy("Catalogue"),
    "orders": gettext_lazy("Trade"),
    "payments": gettext_lazy("Money"),
    "logistics": gettext_lazy("Movement"),
    "accounts": gettext_lazy("People"),
    "notifications": gettext_lazy("Letters"),
}
UNFOLD = (
    _("Add row"),
    _("All applications"),
    _("Apply Filters"),
    _("Clear all filters"),
    _("Clear selection"),
    _("Click here to select the objects across all pages"),
    _("Expand row"),
    _("Filters"),
    _("Hide counts"),
    _("Loading more results..."),
    _("More actions"),
    _("No data"),
    _("No recent searches"),
    _("No results found"),
    _("No results matching your query"),
    _("Objects"),
    _("Recent searches"),
    _("Reset filters"),
    _("Date from"),
    _("Date to"),
    _("Run"),
    _("Run the selected action"),
    _("Search apps and models..."),
    _("Select action"),
    _("Select action to run"),
    _("Select record"),
    _("Select all rows"),
    _("Show counts"),
    _("This page yielded into no results. Create a new item or reset your filters."),
    _("Type to search"),
)
