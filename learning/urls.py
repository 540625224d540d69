"""Addresses of what learners do."""

from django.urls import path

from learning import views

app_name = "learning"
urlpatterns = [
    path("courses/<uuid:course_key>/enroll/", views.enroll_view, name="enroll"),
    path("courses/<uuid:course_key>/request/", views.request_view, name="request"),
    path("enrollments/<uuid:uuid>/leave/", views.leave_view, name="leave"),
    path("enrollments/<uuid:uuid>/lessons/<uuid:lesson_key>/complete/", views.complete_view, name="complete"),
    path("enrollments/<uuid:uuid>/finish/", views.finish_view, name="finish"),
    path("enrollments/<uuid:uuid>/completed/", views.completion_view, name="completion"),
]
