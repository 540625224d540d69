"""The screens that `make pictures` draws and checks. A new screen is one more line in SCREENS."""

from collections.abc import Callable
from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model, QuerySet
from django.urls import reverse
from wagtail_modeladmin.helpers import AdminURLHelper

from deploy.export_states import exports_of
from deploy.one_of_each import attempts_of
from deploy.past_runs import schedule_with_a_past
from questions.types import QUESTION_TYPES
from reports.selectors.subscriptions import signed

LEARNER = "learner@example.com"
EDITOR = "editor@example.com"
INSTRUCTOR = "instructor@example.com"
MANAGER = "manager@example.com"
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


def lesson(*, is_done: bool) -> Callable[[], str]:
    """In the course the learner went on with last: the first lesson that is done, or the one that comes next."""

    def find() -> str:
        run = enrollment("active")
        done = model("learning.LessonProgress").objects.filter(enrollment=run).values("lesson_key")
        lessons = model("lms_pages.LessonPage").objects.live().descendant_of(run.course).order_by("path")
        rows = lessons.filter(translation_key__in=done) if is_done else lessons.exclude(translation_key__in=done)
        return first(rows, f"lesson of “{run.course}” that is {'done' if is_done else 'open'}").get_url()

    return find


def lesson_asking(kind: str) -> Callable[[], str]:
    """In the course the learner completed: the first lesson with a question of this type."""

    def find() -> str:
        asked = set(model("questions.Question").objects.filter(type=kind, live=True).values_list("pk", flat=True))
        course = enrollment("completed").course
        for page in model("lms_pages.LessonPage").objects.live().descendant_of(course).order_by("path"):
            if any(asked & set(keys) for keys in page.knowledge_checks.values()):
                return page.get_url()
        raise NoRow(f"the demo has no lesson of “{course}” that asks a question of type {kind}")

    return find


def question(kind: str) -> Callable[[], str]:
    """The editor of a question of this type."""

    def find() -> str:
        row = first(model("questions.Question").objects.filter(type=kind).order_by("pk"), f"question of type {kind}")
        return reverse(model("questions.Question").snippet_viewset.get_url_name("edit"), args=[row.pk])

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
        if action in ("index", "create", "import", "export"):
            return urls.get_action_url(action)
        return urls.get_action_url(action, first(model(label).objects.order_by("-pk"), label).pk)

    return find


def snippets(label: str, action: str = "list") -> Callable[[], str]:
    """A listing of Wagtail's snippets, or a screen about the newest row."""

    def find() -> str:
        name = model(label).snippet_viewset.get_url_name(action)
        return reverse(name, args=[] if action == "list" else [first(model(label).objects.order_by("-pk"), label).pk])

    return find


def export(state: str) -> str:
    return reverse("reports_export", args=[exports_of(REPORTER)[state].uuid])


def cohort() -> Model:
    return first(model("learning.Cohort").objects.filter(taken__gt=0).order_by("-starts_on"), "cohort with people")


def class_of(name: str, *, with_people: bool = False) -> Callable[[], str]:
    """A page of the instructor's desk about the newest cohort, or with some of its people chosen."""

    def find() -> str:
        group = cohort()
        query = f"?cohort={group.uuid}"
        if with_people:
            runs = model("learning.Enrollment").objects.filter(cohort_memberships__cohort=group)[:3]
            query += "".join(f"&run={run.uuid}" for run in runs)
        return reverse(name, args=[group.course_key]) + query

    return find


def somebody_taught() -> str:
    group = cohort()
    run = first(model("learning.Enrollment").objects.filter(cohort_memberships__cohort=group), "member of a cohort")
    return reverse("learning:learner", args=[group.course_key, run.uuid])


def attempt(state: str, name: str, **which: object) -> Callable[[], str]:
    """A page of an attempt of the familiar learner, or of whoever else is asked for."""

    def find() -> str:
        rows = model("assessment.Attempt").objects.filter(state=state, **which).order_by("-started_at", "-pk")
        return reverse(f"assessment:{name}", args=[first(rows, f"{state} attempt").uuid])

    return find


def taught_course(name: str) -> Callable[[], str]:
    """A page about the course whose essays wait to be graded."""
    return lambda: reverse(name, args=[waiting_answer().attempt.enrollment.course_key])


def waiting_answer() -> Model:
    rows = model("assessment.AttemptQuestion").objects.filter(needs_grading=True)
    return first(rows.select_related("attempt__enrollment").order_by("answered_at", "pk"), "answer to grade")


def answer_to_grade() -> str:
    row = waiting_answer()
    return reverse("assessment:grade_answer", args=[row.attempt.enrollment.course_key, row.attempt.uuid, row.position])


def quiz_of(status: str) -> Callable[[], str]:
    """The quiz at the end of a course the familiar learner is or was on."""
    return lambda: first(model("lms_pages.QuizPage").objects.descendant_of(enrollment(status).course), "quiz").get_url()


def somebody_graded() -> str:
    """One grade of somebody, in the gradebook of a course with cohorts."""
    group = cohort()
    rows = model("learning.Result").objects.filter(enrollment__cohort_memberships__cohort=group)
    result = first(rows.order_by("pk"), "score of a member of a cohort")
    return reverse("assessment:grade", args=[group.course_key, result.enrollment.uuid, result.page_key])


def looking_wrong() -> str:
    """The analysis of a question that looks wrong, else of any."""
    rows = model("assessment.ItemStatistic").objects.order_by("-n")
    row = rows.exclude(findings=[]).first() or first(rows, "item statistic")
    return AdminURLHelper(type(row)).get_action_url("inspect", row.pk)


def own_grades() -> str:
    """One's grades in a course with categories, else in any."""
    rows = model("learning.Result").objects.filter(enrollment__learner__email=LEARNER)
    result = rows.filter(enrollment__course__grading_categories__isnull=False).first()
    return reverse("assessment:grades", args=[(result or first(rows, f"score of {LEARNER}")).enrollment.uuid])


def invitation() -> str:
    link = first(model("learning.InviteLink").objects.filter(revoked_at=None), "invitation link")
    return reverse("learning:join", args=[link.code])


def imported(state: str, **values: object) -> Callable[[], str]:
    """The page of an imported file in this state."""

    def find() -> str:
        batch = first(model("workbench.ImportBatch").objects.filter(state=state, **values), f"{state} import")
        return AdminURLHelper(type(batch)).get_action_url("inspect", batch.pk)

    return find


def site_settings() -> str:
    return reverse(
        "wagtailsettings:edit", args=["operations", "sitesettings", model("operations.SiteSettings").load().pk]
    )


def grade_anew() -> str:
    rows = model("assessment.AttemptQuestion").objects.filter(answer__isnull=False, attempt__state="graded")
    return reverse("assessment_regrade", args=[first(rows.order_by("pk"), "answer in a quiz").question_id])


def one_of(kind: str, state: str, name: str) -> Callable[[], str]:
    """A page of an attempt that asks one question of this kind."""

    return lambda: reverse(f"assessment:{name}", args=[attempts_of(REPORTER)[kind][state].uuid])


def report(name: str, slug: str, query: str = "") -> Callable[[], str]:
    """A page about a report by its slug."""
    return lambda: reverse(name, args=[slug]) + query


def broken_report(name: str) -> Callable[[], str]:
    """A page about a report whose column is gone. The demo has none, so the pictures' site gets one."""

    def find() -> str:
        rows = model("reports.Report").objects
        good = first(rows.filter(slug="late-or-due-within-two-weeks"), "saved report")
        spec = {**good.spec, "columns": [*good.spec["columns"], {"column": "shoe_size"}]}
        title = (
            "Everybody's shoes, and a name that is long because somebody wanted to say in the title all that it holds"
        )
        row, _made = rows.get_or_create(slug="broken", defaults={"title": title, "spec": spec, "owner": good.owner})
        return reverse(name, args=[row.slug])

    return find


def past(state: str, name: str) -> Callable[[], str]:
    """A page about a run in this state of a schedule with a past, as its instructor gets it, or about the schedule."""

    def find() -> str:
        schedule = schedule_with_a_past(REPORTER, INSTRUCTOR)
        run = first(schedule.runs.filter(state=state), f"{state} run")
        if name == "reports:received":
            return reverse(name, args=[run.deliveries.get(recipient__email=INSTRUCTOR).uuid])
        if name == "reports_file":
            return reverse(name, args=[run.artifacts.get().uuid])
        return reverse(name, args=[schedule.pk if "schedule" in name else run.pk])

    return find


def unsubscribe(*, is_done: bool) -> Callable[[], str]:
    def find() -> str:
        schedule = schedule_with_a_past(REPORTER, INSTRUCTOR)
        rows = schedule.subscriptions.filter(opted_out_at__isnull=not is_done)
        return reverse("reports:unsubscribe", args=[signed(first(rows, "subscription"))])

    return find


def empty_report() -> str:
    """Filters that leave no row."""
    return (
        reverse("reports_report", args=[BY_TEAM])
        + "?enrolled_between-value=1999-01-01&enrolled_between-until=1999-12-31"
    )


def report_rows() -> str:
    """The rows behind a number of one team."""
    team = first(model("accounts.Team").objects.order_by("name"), "team")
    query = f"?of=table&key-team={team.uuid}&cell=records_count"
    return reverse("reports_report_rows", args=[BY_TEAM]) + query


def dashboard(slug: str, about: str = "") -> Callable[[], str]:
    """A dashboard, about the course of a class, the team of the demo's manager, or the familiar learner."""

    def find() -> str:
        url = reverse("reports_dashboard_named", args=[slug])
        match about:
            case "course":
                return f"{url}?course={cohort().course_key}"
            case "team":
                teams = model("accounts.Team").objects.filter(managers__email=MANAGER)
                return f"{url}?team={first(teams, 'team of the manager').uuid}"
            case "learner":
                people = model("accounts.User").objects.filter(email=LEARNER)
                return f"{url}?learner={first(people, LEARNER).uuid}"
        return url

    return find


# When every tile has come; and, of those with charts, when they are drawn.
DONE = ".dash:has([data-tiles-done]:not(:empty)) .dash-card"
TILES = ".dash:has([data-tiles-done]:not(:empty)):not(:has([data-chart]:not(.is-drawn))) .chart.is-drawn"
BY_TEAM = "completion-rate-by-team-last-quarter"
OWN = {"enrollment__learner__email": LEARNER}

SCREENS = (
    Screen("sign-in", lambda: reverse("account_login")),
    Screen("password-reset", lambda: reverse("account_reset_password")),
    Screen("invitation-unknown", lambda: reverse("accounts:invitation", args=["no-such-link"]), status=404),
    Screen("front", "/"),
    Screen("catalog", page_url("lms_pages.CatalogPage")),
    Screen("course-visitor", page_url("lms_pages.CoursePage")),
    Screen("not-found", "/there-is-no-such-page/", status=404),
    Screen("my-learning", lambda: reverse("my_learning"), LEARNER),
    Screen("catalog-learner", page_url("lms_pages.CatalogPage"), LEARNER),
    Screen("course-requested", course_of("requested"), LEARNER),
    Screen("course-enrolled", course_of("active"), LEARNER),
    Screen("course-completed", course_of("completed"), LEARNER),
    Screen("lesson", lesson(is_done=False), LEARNER),
    Screen("lesson-done", lesson(is_done=True), LEARNER),
    Screen("lesson-matching", lesson_asking("matching"), LEARNER, wait=".match-row"),
    Screen("lesson-true-false", lesson_asking("true_false"), LEARNER),
    Screen("completion", completion, LEARNER),
    Screen("quiz-start", quiz_of("completed"), LEARNER),
    Screen("quiz-question", attempt("open", "attempt", quiz__layout="one", **OWN), LEARNER),
    Screen("quiz-all-at-once", attempt("open", "attempt", quiz__feedback_mode="again", **OWN), LEARNER),
    Screen("quiz-finish", attempt("open", "finish", quiz__layout="one", **OWN), LEARNER),
    Screen("quiz-review", attempt("graded", "review", **OWN), LEARNER),
    Screen("grades", own_grades, LEARNER),
    Screen("search", lambda: reverse("search") + "?q=data", LEARNER),
    Screen("invitation", invitation),
    Screen("team", lambda: reverse("learning:team"), MANAGER),
    Screen("team-overdue", lambda: reverse("learning:team") + "?standing=overdue", MANAGER),
    Screen("team-none", lambda: reverse("learning:team"), LEARNER),
    Screen("teaching", lambda: reverse("learning:teaching"), INSTRUCTOR),
    Screen("teaching-roster", class_of("learning:roster"), INSTRUCTOR),
    Screen("teaching-person", somebody_taught, INSTRUCTOR),
    Screen("teaching-class", class_of("learning:class", with_people=True), INSTRUCTOR),
    Screen("teaching-message", class_of("learning:message"), INSTRUCTOR),
    Screen("grading", taught_course("assessment:grading"), INSTRUCTOR),
    Screen("grading-answer", answer_to_grade, INSTRUCTOR),
    Screen("teaching-gradebook", class_of("assessment:gradebook"), INSTRUCTOR),
    Screen("teaching-grade", somebody_graded, INSTRUCTOR),
    Screen("admin-home", admin("wagtailadmin_home"), ADMINISTRATOR),
    Screen("admin-pages", admin("wagtailadmin_explore", "lms_pages.CatalogPage"), EDITOR),
    Screen("admin-publish-everything", admin("lms_pages_publish", "lms_pages.CoursePage"), EDITOR),
    Screen("admin-publishings", admin("lms_pages_publishings"), EDITOR),
    Screen("admin-lesson-editor", admin("wagtailadmin_pages:edit", "lms_pages.LessonPage"), EDITOR),
    Screen("admin-questions", snippets("questions.Question"), EDITOR),
    Screen("admin-question-kinds", lambda: reverse("wagtailsnippets_questions_question:add"), EDITOR),
    Screen("admin-questions-import", "/admin/questions/import/", EDITOR),
    Screen("admin-questions-export", "/admin/questions/export/?format=gift", EDITOR),
    Screen("admin-question-editor", snippets("questions.Question", "edit"), EDITOR),
    Screen("admin-question-gaps", question("gaps"), EDITOR),
    Screen("admin-question-essay", question("essay"), EDITOR),
    Screen("admin-people", records("accounts.User"), ADMINISTRATOR),
    Screen("admin-cohorts", records("learning.Cohort"), INSTRUCTOR),
    Screen("admin-cohort", records("learning.Cohort", "inspect"), INSTRUCTOR),
    Screen("admin-cohort-form", records("learning.Cohort", "create"), INSTRUCTOR),
    Screen("admin-invite-link", records("learning.InviteLink", "inspect"), INSTRUCTOR),
    Screen("admin-enrollments", records("learning.Enrollment"), ADMINISTRATOR),
    Screen("admin-enrollment", records("learning.Enrollment", "inspect"), ADMINISTRATOR),
    Screen("admin-lessons-done", records("learning.LessonProgress"), ADMINISTRATOR),
    Screen("admin-events", records("learning.LearningEvent"), ADMINISTRATOR),
    Screen("admin-answers", records("assessment.Response"), ADMINISTRATOR),
    Screen("admin-answer", records("assessment.Response", "inspect"), ADMINISTRATOR),
    Screen("admin-attempts", records("assessment.Attempt"), ADMINISTRATOR),
    Screen("admin-attempt", records("assessment.Attempt", "inspect"), ADMINISTRATOR),
    Screen("admin-extension-form", records("assessment.Extension", "create"), INSTRUCTOR),
    Screen("admin-quiz-editor", admin("wagtailadmin_pages:edit", "lms_pages.QuizPage"), EDITOR),
    Screen("admin-grade-anew", grade_anew, ADMINISTRATOR),
    Screen("admin-grades", records("assessment.GradeOverride"), ADMINISTRATOR),
    Screen("admin-items", records("assessment.ItemStatistic"), EDITOR),
    Screen("admin-item", looking_wrong, EDITOR),
    Screen("admin-lesson-scores", records("assessment.PageStatistic"), EDITOR),
    Screen("admin-lesson-score", records("assessment.PageStatistic", "inspect"), EDITOR),
    Screen("admin-person", records("accounts.User", "inspect"), ADMINISTRATOR),
    Screen("admin-person-form", records("accounts.User", "create"), ADMINISTRATOR),
    Screen("admin-team", records("accounts.Team", "inspect"), ADMINISTRATOR),
    Screen("admin-invitations", records("accounts.Invitation"), ADMINISTRATOR),
    Screen("admin-people-import", records("accounts.User", "import"), ADMINISTRATOR),
    Screen("admin-people-export", records("accounts.User", "export"), ADMINISTRATOR),
    Screen("admin-imports", records("workbench.ImportBatch"), ADMINISTRATOR),
    Screen("admin-import-checked", imported("checked", error_count=0), ADMINISTRATOR),
    Screen("admin-import-errors", imported("checked", error_count__gt=0), ADMINISTRATOR),
    Screen("admin-import-written", imported("written"), ADMINISTRATOR),
    Screen("admin-dashboard", dashboard("overview"), REPORTER, wait=TILES),
    Screen("admin-dashboard-course", dashboard("course", "course"), INSTRUCTOR, wait=TILES),
    Screen("admin-dashboard-team", dashboard("team", "team"), MANAGER, wait=TILES),
    Screen("admin-dashboard-learner", dashboard("learner", "learner"), REPORTER, wait=TILES),
    Screen("admin-dashboard-content", dashboard("content"), INSTRUCTOR, wait=TILES),
    Screen("admin-dashboard-operations", dashboard("operations"), ADMINISTRATOR, wait=TILES),
    Screen(
        "admin-dashboard-nothing",
        lambda: dashboard("overview")() + "?range=own&since=1999-01-01&until=1999-01-31",
        REPORTER,
        wait=DONE,
    ),
    Screen("admin-dashboard-choose", dashboard("learner"), MANAGER),
    Screen("admin-reports", lambda: reverse("reports_list"), REPORTER),
    Screen("admin-reports-instructor", lambda: reverse("reports_list"), INSTRUCTOR),
    Screen("admin-report-grouped", report("reports_report", BY_TEAM), REPORTER, wait=".chart.is-drawn"),
    Screen("admin-report-details", report("reports_report", "late-or-due-within-two-weeks"), REPORTER),
    Screen("admin-report-shipped", report("reports_report", "course-progress"), INSTRUCTOR, wait=".chart.is-drawn"),
    Screen("admin-report-empty", empty_report, REPORTER),
    Screen("admin-report-broken", broken_report("reports_report"), REPORTER),
    Screen("admin-report-rows", report_rows, REPORTER),
    Screen("admin-exports", lambda: export("done") and reverse("reports_exports"), REPORTER),
    Screen("admin-exports-none", admin("reports_exports"), INSTRUCTOR),
    Screen("admin-export-progress", lambda: export("working"), REPORTER),
    Screen("admin-export-done", lambda: export("done"), REPORTER),
    Screen("admin-export-failed", lambda: export("failed"), REPORTER),
    Screen("admin-report-delete", report("reports_delete", BY_TEAM), REPORTER),
    Screen("admin-builder-sources", lambda: reverse("reports_new"), REPORTER),
    Screen("admin-builder-new", report("reports_build", "enrollments"), REPORTER),
    Screen("admin-builder-filled", report("reports_edit", BY_TEAM), REPORTER, wait=".chart.is-drawn"),
    Screen("admin-builder-groups", report("reports_edit", "late-or-due-within-two-weeks"), REPORTER),
    Screen("admin-builder-shipped", report("reports_customize", "course-progress"), REPORTER, wait=".chart.is-drawn"),
    Screen("admin-builder-problems", broken_report("reports_edit"), REPORTER),
    Screen("admin-schedules", records("reports.Schedule"), REPORTER),
    Screen("admin-schedule-form", records("reports.Schedule", "create"), REPORTER),
    Screen("admin-schedule-edit", records("reports.Schedule", "edit"), REPORTER),
    Screen("admin-schedule", records("reports.Schedule", "inspect"), REPORTER),
    Screen("admin-schedule-past", past("partial", "reports_schedule_modeladmin_inspect"), REPORTER),
    Screen("admin-schedule-run", past("partial", "reports_run_modeladmin_inspect"), REPORTER),
    Screen("admin-schedule-file-gone", past("done", "reports_file"), REPORTER, status=410),
    Screen("report-received", past("partial", "reports:received"), INSTRUCTOR),
    Screen("report-received-gone", past("done", "reports:received"), INSTRUCTOR, status=410),
    Screen("report-unsubscribe", unsubscribe(is_done=False)),
    Screen("report-unsubscribed", unsubscribe(is_done=True)),
    Screen("report-unsubscribe-nonsense", "/reports/unsubscribe/nonsense/", status=404),
    Screen("admin-site-settings", site_settings, ADMINISTRATOR),
    Screen("admin-background", lambda: reverse("operations_background"), ADMINISTRATOR),
    Screen("admin-connections", lambda: reverse("operations_connections"), ADMINISTRATOR),
    Screen("admin-audit", lambda: reverse("operations_audit"), ADMINISTRATOR),
    Screen("admin-regular-tasks", records("django_celery_beat.PeriodicTask"), ADMINISTRATOR),
    Screen("admin-regular-task", records("django_celery_beat.PeriodicTask", "inspect"), ADMINISTRATOR),
    Screen("admin-task-results", records("django_celery_results.TaskResult"), ADMINISTRATOR),
    Screen("admin-outbox", records("notifications.OutboxMail"), ADMINISTRATOR),
    # Last, since they need rows of their own, which other screens would show.
    *(
        Screen(f"question-{kind}".replace("_", "-"), one_of(kind, "open", "attempt"), REPORTER)
        for kind in QUESTION_TYPES
    ),
    *(
        Screen(f"answer-{kind}".replace("_", "-"), one_of(kind, "graded", "review"), REPORTER)
        for kind in QUESTION_TYPES
    ),
    Screen("quiz-not-complete", one_of("ordering", "open", "finish"), REPORTER),
)
