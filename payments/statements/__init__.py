"""One drawer per bank format; text in, text out, no database."""
