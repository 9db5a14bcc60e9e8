"""The site around the trade: pages on top, a few lent tools at the bottom."""
