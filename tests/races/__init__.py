"""Many buyers at once, against real web processes."""
