"""Faults that other shops had, planted here one by one: the tests must notice each."""
