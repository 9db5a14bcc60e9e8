"""Banks: transfers in, their states back, currency deals, and the statement of each day."""
