"""Addresses of answering, of one's grades, and of the gradebooks of those who teach."""

from django.urls import path

from assessment.views import checks, gradebook, grades

app_name = "assessment"
urlpatterns = [
    path(
        "enrollments/<uuid:uuid>/lessons/<uuid:lesson_key>/checks/<uuid:block_id>/", checks.answer_view, name="answer"
    ),
    path("enrollments/<uuid:uuid>/grades/", grades.grades_page, name="grades"),
    path("courses/<uuid:course_key>/gradebook/", gradebook.gradebook_page, name="gradebook"),
    path("courses/<uuid:course_key>/gradebook/grades.<str:ending>", gradebook.export_view, name="export_grades"),
    path("courses/<uuid:course_key>/gradebook/<uuid:run>/<uuid:page_key>/", gradebook.grade_page, name="grade"),
]
