"""A text typed while the keyboard stood on the other script."""

from . import folding

_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RUSSIAN_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_SHIFTED = str.maketrans('~{}:"<>', "`[];',.")
_TO_RUSSIAN = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)


def other_keyboard(text: str) -> str:
    """Read a text as if the keyboard had stood on the other script: cfvceyu is самсунг."""
    small = text.lower()
    if folding.has_cyrillic(small):
        return small.translate(_TO_LATIN)
    return small.translate(_SHIFTED).translate(_TO_RUSSIAN)
