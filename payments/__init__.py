"""What money did."""
