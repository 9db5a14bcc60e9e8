"""Finding goods: by words in any spelling, by choices, in an order.

Everything outside talks to these names alone, so that a larger house can put a search server here.
"""

from .facets import FLAGS, RATINGS, Choice, Counts, Span
from .finding import (
    LAST_PAGE,
    PAGE_SIZE,
    Found,
    Query,
    find,
    newest,
    shelf_counts,
)
from .indexing import index, note, settle, touch
from .stacks import lay, restack
from .suggesting import Completion, complete, suggest

__all__ = [
    "FLAGS",
    "LAST_PAGE",
    "PAGE_SIZE",
    "RATINGS",
    "Choice",
    "Completion",
    "Counts",
    "Found",
    "Query",
    "Span",
    "complete",
    "find",
    "index",
    "lay",
    "newest",
    "note",
    "restack",
    "settle",
    "shelf_counts",
    "suggest",
    "touch",
]
