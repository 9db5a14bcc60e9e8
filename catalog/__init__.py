"""What may be sold, by whom, to where, at what price."""
