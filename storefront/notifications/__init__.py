"""What buyers hear of their orders."""
