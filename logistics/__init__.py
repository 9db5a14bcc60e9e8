"""Where goods are, and by what right they cross."""
