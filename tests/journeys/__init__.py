"""Whole stories over HTTP, with real workers."""
