"""The reference rows of this stage."""


def load() -> dict[str, int]:
    """Load every table; counts per table."""
    return {}
