"""The border warehouse from the inside: notices, bins, serial numbers, waves, counts, storage."""
