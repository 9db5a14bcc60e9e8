"""One drawer per customs window: its messages, its answers, its wire."""
