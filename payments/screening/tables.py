"""Small tables of letters, written as one line reads."""


def spaced(text: str) -> list[str]:
    """The words of a line."""
    return text.split()


def table(text: str) -> dict[str, str]:
    """What stands before and after each colon; after it there may be nothing."""
    pairs = (one.partition(":") for one in text.split())
    return {before: after for before, _colon, after in pairs}
