"""Addresses of the front door."""

from django.urls import path

from home import views

urlpatterns = [
    path("my-learning/", views.my_learning, name="my_learning"),
    path("search/", views.search, name="search"),
]
