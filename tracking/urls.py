"""Addresses of what readers decide and tell."""

from django.urls import path

from tracking import views

app_name = "tracking"
urlpatterns = [
    path("usage-data/", views.choice_page, name="choice"),
    path("usage-data/beacon/", views.beacon, name="beacon"),
]
