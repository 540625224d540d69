"""Addresses of the front door."""

from django.urls import path

urlpatterns: list[path] = []
