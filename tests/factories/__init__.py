"""Complete valid rows, one plain function each."""
