"""The desks of the operators, one module per app; Django finds them through this package."""
