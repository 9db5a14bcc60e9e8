"""Tools that know nothing of the trade; the leaf of the house."""
