"""Screens of the admin's Reports section."""
