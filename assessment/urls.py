"""Addresses of answering, of one's grades, and of those who teach and grade."""

from django.urls import path

from assessment.views import attempts, checks, gradebook, grades, grading

app_name = "assessment"
urlpatterns = [
    path(
        "enrollments/<uuid:uuid>/lessons/<uuid:lesson_key>/checks/<uuid:block_id>/", checks.answer_view, name="answer"
    ),
    path("enrollments/<uuid:uuid>/quizzes/<uuid:quiz_key>/begin/", attempts.begin_view, name="begin"),
    path("attempts/<uuid:uuid>/", attempts.attempt_view, name="attempt"),
    path("attempts/<uuid:uuid>/save/", attempts.save_view, name="save"),
    path("attempts/<uuid:uuid>/finish/", attempts.finish_view, name="finish"),
    path("attempts/<uuid:uuid>/review/", attempts.review_view, name="review"),
    path("grading/<uuid:course_key>/", grading.queue_page, name="grading"),
    path("grading/<uuid:course_key>/<uuid:attempt>/<int:position>/", grading.grade_page, name="grade_answer"),
    path("enrollments/<uuid:uuid>/grades/", grades.grades_page, name="grades"),
    path("courses/<uuid:course_key>/gradebook/", gradebook.gradebook_page, name="gradebook"),
    path("courses/<uuid:course_key>/gradebook/grades.<str:ending>", gradebook.export_view, name="export_grades"),
    path("courses/<uuid:course_key>/gradebook/<uuid:run>/<uuid:page_key>/", gradebook.grade_page, name="grade"),
]
