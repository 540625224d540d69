"""Screens of what runs regularly, and of what became of it."""
