"""Imports and exports of records, on django-import-export: resources say what a file means, this package does the rest."""
