"""Strangers at every door: who may open what, and what hostile words do."""
