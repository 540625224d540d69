"""Addresses of people's accounts beside allauth's."""

from django.urls import path

from accounts.views import invitation_again, invitation_page, sign_up_page

app_name = "accounts"
urlpatterns = [
    path("signup/", sign_up_page, name="sign_up"),
    path("invitation/<str:token>/", invitation_page, name="invitation"),
    path("invitation/<str:token>/again/", invitation_again, name="invitation_again"),
]
