"""Addresses of answering."""

from django.urls import path

from assessment.views import checks

app_name = "assessment"
urlpatterns = [
    path(
        "enrollments/<uuid:uuid>/lessons/<uuid:lesson_key>/checks/<uuid:block_id>/", checks.answer_view, name="answer"
    ),
]
