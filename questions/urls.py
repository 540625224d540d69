"""Addresses of the question bank in the admin, beside those of its snippet."""

from django.urls import path

from questions.views import export_view, import_view

file_urls = [
    path("questions/import/", import_view, name="questions_import"),
    path("questions/export/", export_view, name="questions_export"),
]
