"""Addresses of what learners do: POST only."""

from django.urls import path

app_name = "learning"
urlpatterns: list[path] = []
