"""What people type and what they mean by it: scripts, keyboards, sounds, units, spoken names."""

from .folding import fold, indexed, plain
from .keyboards import other_keyboard
from .spoken import kind_words, said
from .terms import Term, Way

KIND_WORDS = kind_words()

__all__ = [
    "KIND_WORDS",
    "Term",
    "Way",
    "fold",
    "indexed",
    "kind_words",
    "other_keyboard",
    "plain",
    "said",
]
