"""Where the screens of `make pictures` are: addresses of rows that the demo has, or of what is made for a picture."""

from collections.abc import Callable

from django.apps import apps
from django.db.models import Model, QuerySet
from django.urls import reverse
from wagtail_modeladmin.helpers import AdminURLHelper

from deploy.export_states import exports_of
from deploy.one_of_each import attempts_of
from deploy.past_runs import schedule_with_a_past
from deploy.rewards_asked import rewards_of
from reports.selectors.subscriptions import signed

LEARNER = "learner@example.com"
EDITOR = "editor@example.com"
INSTRUCTOR = "instructor@example.com"
MANAGER = "manager@example.com"
REPORTER = "reporter@example.com"
ADMINISTRATOR = "administrator@example.com"
VISITOR = ""

# The slug of the report that the demo's reporter made.
BY_TEAM = "completion-rate-by-team-last-quarter"


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


def shop(query: str = "") -> Callable[[], str]:
    """All rewards, with what the familiar learner asked for."""

    def find() -> str:
        rewards_of(LEARNER, ADMINISTRATOR)
        return reverse("gamification:rewards") + query

    return find


def reward(which: str) -> Callable[[], str]:
    """The confirmation page of one of them."""
    return lambda: reverse("gamification:reward", args=[rewards_of(LEARNER, ADMINISTRATOR)[which].uuid])


def reward_cancel() -> str:
    """The question before the familiar learner cancels what they asked for."""
    rewards_of(LEARNER, ADMINISTRATOR)
    rows = model("gamification.Redemption").objects.filter(state="approved", learner__email=LEARNER)
    return reverse("gamification:cancel_redemption", args=[first(rows, f"reward promised to {LEARNER}").uuid])


def reward_form() -> str:
    row = rewards_of(LEARNER, ADMINISTRATOR)["limited"]
    return AdminURLHelper(type(row)).get_action_url("edit", row.pk)


def redemption(step: str = "") -> Callable[[], str]:
    """What somebody asked for and nobody has decided, or the question of one step with it."""

    def find() -> str:
        rewards_of(LEARNER, ADMINISTRATOR)
        rows = model("gamification.Redemption").objects.filter(state="requested").order_by("pk")
        row = first(rows, "reward asked for")
        if step:
            return reverse("gamification_settle", args=[row.uuid, step])
        return AdminURLHelper(type(row)).get_action_url("inspect", row.pk)

    return find


def queue() -> str:
    rewards_of(LEARNER, ADMINISTRATOR)
    return records("gamification.Redemption")() + "?state=waiting"


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
