"""Addresses of reports outside the admin: what a mail leads to."""

from django.urls import path

from reports.views import received, unsubscribe

app_name = "reports"
urlpatterns = [
    path("reports/received/run/<uuid:uuid>/", received.run_page, name="received_run"),
    path("reports/received/<uuid:uuid>/", received.received_page, name="received"),
    path("reports/received/<uuid:uuid>/<str:kind>/", received.file_view, name="received_file"),
    path("reports/unsubscribe/<str:token>/", unsubscribe.unsubscribe_page, name="unsubscribe"),
    path("reports/unsubscribe/<str:token>/undo/", unsubscribe.undo_view, name="undo_unsubscribe"),
]
