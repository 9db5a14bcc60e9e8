"""What others say of our money against what our books say: matched, or named as a break."""
