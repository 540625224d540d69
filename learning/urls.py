"""Addresses of what learners do, and of the desks of those who manage and teach."""

from django.urls import path

from learning.views import invites, learner, teaching, team

app_name = "learning"
urlpatterns = [
    path("learn/courses/<uuid:course_key>/enroll/", learner.enroll_view, name="enroll"),
    path("learn/courses/<uuid:course_key>/request/", learner.request_view, name="request"),
    path("learn/enrollments/<uuid:uuid>/leave/", learner.leave_view, name="leave"),
    path("learn/enrollments/<uuid:uuid>/lessons/<uuid:lesson_key>/complete/", learner.complete_view, name="complete"),
    path("learn/enrollments/<uuid:uuid>/finish/", learner.finish_view, name="finish"),
    path("learn/enrollments/<uuid:uuid>/completed/", learner.completion_view, name="completion"),
    path("learn/join/<str:code>/", invites.join_view, name="join"),
    path("team/", team.team_page, name="team"),
    path("team/remind/<uuid:uuid>/", team.remind_view, name="remind"),
    path("teaching/", teaching.teaching_page, name="teaching"),
    path("teaching/<uuid:course_key>/", teaching.roster_page, name="roster"),
    path("teaching/<uuid:course_key>/people/<uuid:run>/", teaching.learner_page, name="learner"),
    path("teaching/<uuid:course_key>/class/", teaching.class_page, name="class"),
    path("teaching/<uuid:course_key>/message/", teaching.message_page, name="message"),
]
