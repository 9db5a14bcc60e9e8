"""How a text was typed."""

from django import template

from catalog import words

register = template.Library()


@register.filter
def same_keys(text: str, other: str) -> bool:
    """Say whether one text is the other, typed while the keyboard stood on another language."""
    return words.fold(words.other_keyboard(text)) == words.fold(other)
