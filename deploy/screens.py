"""The screens that `make pictures` draws and checks. A new screen is one more line in SCREENS."""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model, QuerySet
from django.urls import reverse
from wagtail_modeladmin.helpers import AdminURLHelper

LEARNER = "learner@example.com"
EDITOR = "editor@example.com"
REPORTER = "reporter@example.com"
ADMINISTRATOR = "administrator@example.com"
VISITOR = ""


@dataclass(frozen=True)
class Screen:
    """``path`` is an address or finds one; ``account`` signs in first; ``wait`` is a selector that must show up."""

    name: str
    path: str | Callable[[], str]
    account: str = VISITOR
    wait: str = "main"
    status: int = 200

    @property
    def is_admin(self) -> bool:
        return self.name.startswith("admin-")

    def find(self) -> str:
        return self.path if isinstance(self.path, str) else self.path()


class NoRow(LookupError):
    """The demo has no row that a screen could show."""


def first(rows: QuerySet, what: str) -> Model:
    found = rows.first()
    if found is None:
        raise NoRow(f"the demo has no {what}")
    return found


def model(label: str) -> type[Model]:
    return apps.get_model(label)


def page_url(label: str) -> Callable[[], str]:
    return lambda: first(model(label).objects.live(), label).get_url()


def enrollment(status: str) -> Model:
    rows = model("learning.Enrollment").objects.filter(learner__email=LEARNER, status=status)
    return first(rows.order_by("-last_activity_at"), f"{status} enrollment of {LEARNER}")


def course_of(status: str) -> Callable[[], str]:
    return lambda: enrollment(status).course.get_url()


def course_nobody_knows() -> str:
    """A course the learner is not on, as everybody sees it."""
    known = model("learning.Enrollment").objects.filter(learner__email=LEARNER).values("course")
    return first(
        model("lms_pages.CoursePage").objects.live().exclude(pk__in=known), "course without the learner"
    ).get_url()


def lesson(*, with_check: bool) -> Callable[[], str]:
    """A lesson of the course the learner is on that is done, so that it opens also where lessons go in order."""

    def find() -> str:
        keys = model("learning.LessonProgress").objects.filter(enrollment=enrollment("active")).values("lesson_key")
        lessons = model("lms_pages.LessonPage").objects.live().filter(translation_key__in=keys).order_by("path")
        found = [page for page in lessons if with_check == any(b.block_type == "knowledge_check" for b in page.body)]
        if not found:
            raise NoRow(f"no lesson {'with' if with_check else 'without'} a check is done by {LEARNER}")
        return found[0].get_url()

    return find


def completion() -> str:
    return reverse("learning:completion", args=[enrollment("completed").uuid])


def admin(name: str, label: str = "") -> Callable[[], str]:
    """An address of Wagtail's admin by its name, for the first live page of a type where one is needed."""
    return lambda: reverse(name, args=[first(model(label).objects.live(), label).pk] if label else [])


def records(label: str, action: str = "index") -> Callable[[], str]:
    """A listing of wagtail-modeladmin, or one of its screens about the newest row."""

    def find() -> str:
        urls = AdminURLHelper(model(label))
        if action in ("index", "create"):
            return urls.get_action_url(action)
        return urls.get_action_url(action, first(model(label).objects.order_by("-pk"), label).pk)

    return find


SCREENS = (
    Screen("sign-in", lambda: reverse("account_login")),
    Screen("password-reset", lambda: reverse("account_reset_password")),
    Screen("front", "/"),
    Screen("catalog", page_url("lms_pages.CatalogPage")),
    Screen("course-visitor", page_url("lms_pages.CoursePage")),
    Screen("not-found", "/there-is-no-such-page/", status=404),
    Screen("my-learning", lambda: reverse("my_learning"), LEARNER),
    Screen("catalog-learner", page_url("lms_pages.CatalogPage"), LEARNER),
    Screen("course-offered", course_nobody_knows, LEARNER),
    Screen("course-enrolled", course_of("active"), LEARNER),
    Screen("course-completed", course_of("completed"), LEARNER),
    Screen("lesson", lesson(with_check=False), LEARNER),
    Screen("lesson-check", lesson(with_check=True), LEARNER),
    Screen("completion", completion, LEARNER),
    Screen("search", lambda: reverse("search") + "?q=data", LEARNER),
    Screen("admin-home", admin("wagtailadmin_home"), ADMINISTRATOR),
    Screen("admin-pages", admin("wagtailadmin_explore", "lms_pages.CatalogPage"), EDITOR),
    Screen("admin-lesson-editor", admin("wagtailadmin_pages:edit", "lms_pages.LessonPage"), EDITOR),
    Screen("admin-questions", records("questions.Question"), EDITOR),
    Screen("admin-question-editor", records("questions.Question", "edit"), EDITOR),
    Screen("admin-people", records("accounts.User"), ADMINISTRATOR),
    Screen("admin-dashboard", "/admin/reports/dashboard/", REPORTER, wait=".chart.is-drawn"),
    Screen("admin-dashboard-rows", "/admin/reports/dashboard/rows/?what=active", REPORTER),
    Screen("admin-schedules", records("reports.Schedule"), REPORTER),
    Screen("admin-schedule-form", records("reports.Schedule", "create"), REPORTER),
    Screen("admin-schedule", records("reports.Schedule", "inspect"), REPORTER),
    Screen("admin-outbox", records("notifications.Message"), ADMINISTRATOR),
)
