"""What the admin's home shows: what waits for you, a new course, and the courses as they stand."""

from typing import Any

from django.urls import reverse
from wagtail.admin.ui.components import Component

from home.forms import NewCourseForm
from home.selectors import catalogs_to_add_to, courses_to_edit, last_runs
from learning.selectors import requests_to_decide
from workbench.matters import matters_of

COURSES_SHOWN = 12
RUNS_SHOWN = 5


class Panel(Component):
    """A panel that is left out where there is nothing for this person."""

    def __init__(self, request: Any):
        self.request = request

    def render_html(self, parent_context=None):
        return super().render_html(parent_context) if self.is_shown() else ""

    def is_shown(self) -> bool:
        return True


class RequestsPanel(Panel):
    name = "requests"
    order = 10
    template_name = "home/admin/requests_panel.html"

    def __init__(self, request):
        super().__init__(request)
        self.requests = requests_to_decide(request.user)
        self.count = self.requests.count()

    def is_shown(self):
        return self.count > 0

    def get_context_data(self, parent_context):
        url = f"{reverse('learning_enrollment_modeladmin_index')}?status=requested"
        return {"count": self.count, "first": list(self.requests[:3]), "more": max(self.count - 3, 0), "url": url}


class MattersPanel(Panel):
    """What waits or went wrong, each with the list of just these."""

    name = "matters"
    order = 12
    template_name = "home/admin/matters_panel.html"

    def __init__(self, request):
        super().__init__(request)
        self.matters = matters_of(request.user)

    def is_shown(self):
        return bool(self.matters)

    def get_context_data(self, parent_context):
        return {"matters": self.matters}


class RunsPanel(Panel):
    """The last times a report was due, and what became of it."""

    name = "runs"
    order = 40
    template_name = "home/admin/runs_panel.html"

    def __init__(self, request):
        super().__init__(request)
        self.runs = last_runs(viewer=request.user, limit=RUNS_SHOWN)

    def is_shown(self):
        return bool(self.runs)

    def get_context_data(self, parent_context):
        return {"runs": self.runs, "url": reverse("reports_run_modeladmin_index")}


class NewCoursePanel(Panel):
    name = "new_course"
    order = 20
    template_name = "home/admin/new_course_panel.html"

    def __init__(self, request, form=None):
        super().__init__(request)
        self.catalogs = catalogs_to_add_to(request.user)
        self.form = form or NewCourseForm()

    def is_shown(self):
        return bool(self.catalogs)

    def get_context_data(self, parent_context):
        return {
            "form": self.form,
            "catalogs": self.catalogs,
            "action": reverse("home_create_course"),
            "csrf_token": parent_context.get("csrf_token"),
        }


class CoursesPanel(Panel):
    name = "courses"
    order = 30
    template_name = "home/admin/courses_panel.html"

    def __init__(self, request):
        super().__init__(request)
        self.rows, self.total = courses_to_edit(viewer=request.user, limit=COURSES_SHOWN)

    def is_shown(self):
        return self.total > 0

    def get_context_data(self, parent_context):
        return {"rows": self.rows, "shown": len(self.rows), "total": self.total, "all_url": reverse("home_courses")}
