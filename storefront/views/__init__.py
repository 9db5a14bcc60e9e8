"""Pages and webhooks: people and clocks come in here."""
