"""Words of signing in that come with a clumsy translation, for the gatherer to find."""

from django.utils.translation import gettext_noop as _

ALLAUTH = (
    _("Already have an account? Then please %(link)ssign in%(end_link)s."),
    _("Enter your password:"),
)
