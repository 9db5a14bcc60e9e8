"""Tests of the template tags and the look."""
