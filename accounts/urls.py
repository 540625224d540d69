"""Addresses of people's accounts beside allauth's."""

from django.urls import path

from accounts.views import invitation_again, invitation_page

app_name = "accounts"
urlpatterns = [
    path("invitation/<str:token>/", invitation_page, name="invitation"),
    path("invitation/<str:token>/again/", invitation_again, name="invitation_again"),
]
