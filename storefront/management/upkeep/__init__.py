"""What grows stale unseen: links, code, pages and figures nobody needs or regenerates any more.

Each module is a check of `make check`: it prints what it found and ends with 1 if that is much.
"""
