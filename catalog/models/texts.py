"""Names in the three languages of the house."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Titled(models.Model):
    """A name in the three languages of the house."""

    title_ru = models.CharField(_("Russian title"), max_length=200)
    title_zh = models.CharField(_("Chinese title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200)

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return str(getattr(self, f"title_{language()}"))


def language() -> str:
    """The suffix of the reader's language among content columns."""
    return {"zh-hans": "zh", "en": "en"}.get(get_language() or "ru", "ru")
