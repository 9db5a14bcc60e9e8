"""The words that goods of the shop are called by, against which slips of the pen are held."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class Word(models.Model):
    """A word of letters, its stem, how it sounds, and in how many goods it stands.

    `sounds` are keys of the ways it may be read, `roman` is how it is heard in Latin letters.

    `goods` is measured on a sample now and then; a new word begins with one.
    """

    word = models.CharField(max_length=40, unique=True)
    stem = models.CharField(max_length=40, db_index=True)
    roman = models.CharField(max_length=80)
    sounds = ArrayField(models.CharField(max_length=40), default=list)
    goods = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("word of the goods")
        verbose_name_plural = _("words of the goods")
        indexes = [
            GinIndex(fields=["sounds"], name="word_sounds"),
            GinIndex(fields=["word"], name="word_trigram", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.word
