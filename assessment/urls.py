"""Addresses of answering."""

from django.urls import path

from assessment import views

app_name = "assessment"
urlpatterns = [
    path("enrollments/<uuid:uuid>/lessons/<uuid:lesson_key>/checks/<uuid:block_id>/", views.answer_view, name="answer"),
]
