"""The screens that `make pictures` draws and checks. A new screen is one more line in SCREENS."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from deploy.places import (
    ADMINISTRATOR,
    BY_TEAM,
    EDITOR,
    INSTRUCTOR,
    LEARNER,
    MANAGER,
    REPORTER,
    VISITOR,
    admin,
    answer_to_grade,
    attempt,
    broken_report,
    class_of,
    completion,
    course_of,
    dashboard,
    empty_report,
    export,
    grade_anew,
    imported,
    invitation,
    lesson,
    lesson_asking,
    looking_wrong,
    one_of,
    own_grades,
    page_url,
    past,
    question,
    quiz_of,
    records,
    report,
    report_rows,
    site_settings,
    snippets,
    somebody_graded,
    somebody_taught,
    taught_course,
    unsubscribe,
)
from questions.types import QUESTION_TYPES


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


DONE = ".dash:has([data-tiles-done]:not(:empty)) .dash-card"
TILES = ".dash:has([data-tiles-done]:not(:empty)):not(:has([data-chart]:not(.is-drawn))) .chart.is-drawn"
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
