"""A small site with rows inside and outside everybody's scope, and what each role finds there.

A record screen without an entry in ``ROWS`` fails the table: the entry makes rows of which a manager and an
instructor should see some and not others, in the states in which something can be done.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from accounts.models import Invitation, TeamMembership
from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR
from accounts.services import invite_people
from assessment.models import Attempt, Extension, GradeOverride, ItemStatistic, PageStatistic, Response
from assessment.services import give_extension
from gamification.models import BadgeAward, Level, PointEntry, PointRule, Redemption, Reward
from gamification.services.rewards import approve_redemption
from gamification.services.settling import settle_learner
from learning.models import Cohort, Enrollment, InviteLink, LearningEvent, LessonProgress
from learning.services import request_enrollment
from lms_pages.models import CourseStaff
from reports.models import Delivery, Run
from tests.factories.accounts import make_person, make_team
from tests.factories.gamification import make_redemption, make_reward
from tests.factories.imports import make_batch
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import lessons_of, make_course, make_module
from tests.factories.notifications import make_mail
from tests.factories.operations import make_clock_times, make_entry, make_interval, make_result, make_upkeep
from tests.factories.questions import make_question, right_answer
from tests.factories.quizzes import make_attempt, make_quiz
from tests.factories.reports import make_schedule
from tests.factories.tracking import make_dispatch
from workbench.modeladmin import ScopedModelAdmin, registered
from workbench.modeladmin.transfer import kinds_of

ROLES = (ADMINISTRATOR, CONTENT_EDITOR, INSTRUCTOR, MANAGER, REPORT_ADMINISTRATOR)
ALL, OWN, NONE, NO_SUCH, OWN_COURSES = "all", "own", "–", "no page", "own courses"
# Row buttons that only lead to another record's page say nothing about what may be done.
LEADING = ("_modeladmin_inspect", "_modeladmin_edit", "_modeladmin_delete", "_modeladmin_index")


class World:
    def __init__(self):
        self.people = {role: make_person(f"{role.title()} Person", roles=(role,)) for role in ROLES}
        self.inside, self.outside = make_person("Ida Inside"), make_person("Otto Outside")
        self.taught = make_course("Taught course", modules=1, lessons=1, enrollment_policy="request")
        self.other = make_course("Other course", modules=1, lessons=1)
        self.team = make_team("Inside team", managers=[self.people[MANAGER]], members=[self.inside])
        self.other_team = make_team("Other team", members=[self.outside])
        self.teaching = CourseStaff.objects.create(course=self.taught, user=self.people[INSTRUCTOR])
        self.clients = {}
        for role, person in self.people.items():
            self.clients[role] = Client()
            self.clients[role].force_login(person)


def enrollments(world: World) -> list[Enrollment]:
    asked = make_person("Rita Request")
    make_team("Asking team", managers=[world.people[MANAGER]], members=[asked])
    return [
        make_enrollment(world.inside, world.taught),
        request_enrollment(learner=asked, course=world.taught),
        make_enrollment(world.outside, world.other),
    ]


def invitations(world: World) -> list[Invitation]:
    return invite_people(people=[make_person("Nina New"), make_person("Nick New")], actor=world.people[ADMINISTRATOR])


def cohorts(world: World) -> list[Cohort]:
    return [make_cohort(world.taught), make_cohort(world.other)]


def links(world: World) -> list[InviteLink]:
    day = timezone.localdate() + timedelta(days=9)
    return [
        InviteLink.objects.create(course=page, course_key=page.translation_key, limit=5, expires_on=day)
        for page in (world.taught, world.other)
    ]


def finished(world: World) -> list[Enrollment]:
    """A run inside and one outside, each with a lesson done."""
    learner = make_person()
    make_team(managers=[world.people[MANAGER]], members=[learner])
    return [make_enrollment(learner, world.taught, done=1), make_enrollment(course=world.other, done=1)]


def progress(world: World) -> list[LessonProgress]:
    return [LessonProgress.objects.get(enrollment=run) for run in finished(world)]


def events(world: World) -> list[LearningEvent]:
    return [LearningEvent.objects.filter(enrollment=run).latest("pk") for run in finished(world)]


def responses(world: World) -> list[Response]:
    asked = make_question()
    return [
        Response.objects.create(
            enrollment=run,
            question=asked,
            lesson_key=uuid4(),
            block_id="check",
            answer=right_answer(asked),
            score=1,
            answered_at=timezone.now(),
        )
        for run in finished(world)
    ]


def grades(world: World) -> list[GradeOverride]:
    return [
        GradeOverride.objects.create(
            enrollment=run,
            page=lessons_of(run.course)[0],
            page_key=lessons_of(run.course)[0].translation_key,
            score=1,
            max_score=2,
            reason="Oral exam",
            by=world.outside,
            at=timezone.now(),
        )
        for run in finished(world)
    ]


def items(world: World) -> list[ItemStatistic]:
    return [
        ItemStatistic.objects.create(
            question=make_question(),
            page=lessons_of(course)[0],
            page_key=lessons_of(course)[0].translation_key,
            course_key=course.translation_key,
            n=3,
            computed_at=timezone.now(),
        )
        for course in (world.taught, world.other)
    ]


def lesson_scores(world: World) -> list[PageStatistic]:
    return [
        PageStatistic.objects.create(
            page=lessons_of(course)[0],
            page_key=lessons_of(course)[0].translation_key,
            course_key=course.translation_key,
            n=3,
            questions=2,
            computed_at=timezone.now(),
        )
        for course in (world.taught, world.other)
    ]


def attempts(world: World) -> list[Attempt]:
    """One in the course that is taught, by somebody of the team, and one elsewhere."""
    learner = make_person()
    make_team(managers=[world.people[MANAGER]], members=[learner])
    made = []
    for course, person in ((world.taught, learner), (world.other, make_person())):
        quiz = make_quiz(make_module(course))
        made.append(make_attempt(make_enrollment(person, course), quiz))
    return made


def extensions(world: World) -> list[Extension]:
    return [
        give_extension(
            quiz=attempt.quiz,
            enrollment=attempt.enrollment,
            actor=world.people[ADMINISTRATOR],
            reason="Slow reader.",
            extra_minutes=10,
        )
        for attempt in attempts(world)
    ]


def staff(world: World) -> list[CourseStaff]:
    return [world.teaching, CourseStaff.objects.create(course=world.other, user=world.outside)]


def mails(world: World) -> list:
    return [make_mail(state="failed", kind="report"), make_mail(state="failed", kind="account")]


def runs(world: World) -> list[Run]:
    schedules = [make_schedule(owner=world.people[REPORT_ADMINISTRATOR]), make_schedule(owner=world.outside)]
    return [Run.objects.create(schedule=one, period="2026-W47", scheduled_for=one.active_since) for one in schedules]


def deliveries(world: World) -> list[Delivery]:
    return [
        Delivery.objects.create(
            run=run,
            schedule=run.schedule,
            period=run.period,
            address=world.inside.email,
            mail=make_mail(state="failed", kind="report"),
        )
        for run in runs(world)
    ]


def redemptions(world: World) -> list[Redemption]:
    """What somebody asked for, what is promised to somebody, and what the administrator wants."""
    promised = approve_redemption(redemption=make_redemption(world.outside), actor=world.people[ADMINISTRATOR])
    return [make_redemption(world.inside), promised, make_redemption(world.people[ADMINISTRATOR])]


def rewards(world: World) -> list[Reward]:
    return [make_reward(), make_reward(is_active=False)]


def points(world: World) -> list[PointEntry]:
    """Lines of a lesson inside and one outside."""
    found = []
    for run in finished(world):
        settle_learner(learner_id=run.learner_id)
        found.append(PointEntry.objects.get(learner=run.learner, rule__verb="lesson:completed"))
    return found


def point_rules(world: World) -> list[PointRule]:
    """One that gave points, and one that never did."""
    points(world)
    return [PointRule.objects.get(verb="lesson:completed"), PointRule.objects.get(verb="course:completed")]


def awards(world: World) -> list[BadgeAward]:
    points(world)
    return list(BadgeAward.objects.filter(badge__name="Course completed").order_by("pk"))


ROWS: dict[str, Callable[[World], list]] = {
    "accounts.User": lambda world: [world.inside, world.outside],
    "accounts.Team": lambda world: [world.team, world.other_team],
    "accounts.TeamMembership": lambda world: list(TeamMembership.objects.order_by("pk")[:2]),
    "accounts.Invitation": invitations,
    "learning.Enrollment": enrollments,
    "learning.Cohort": cohorts,
    "learning.InviteLink": links,
    "learning.LessonProgress": progress,
    "learning.LearningEvent": events,
    "assessment.GradeOverride": grades,
    "assessment.ItemStatistic": items,
    "assessment.PageStatistic": lesson_scores,
    "assessment.Response": responses,
    "assessment.Attempt": attempts,
    "assessment.Extension": extensions,
    "gamification.BadgeAward": awards,
    "gamification.PointRule": point_rules,
    "gamification.PointEntry": points,
    "gamification.Level": lambda world: list(Level.objects.order_by("points")[:2]),
    "gamification.Reward": rewards,
    "gamification.Redemption": redemptions,
    "lms_pages.CourseStaff": staff,
    "notifications.OutboxMail": mails,
    "reports.Schedule": lambda world: [run.schedule for run in runs(world)],
    "reports.Run": runs,
    "reports.Delivery": deliveries,
    "tracking.Dispatch": lambda world: [make_dispatch(), make_dispatch(state="unknown", vendor="ga4")],
    "workbench.ImportBatch": lambda world: [
        make_batch([["new@example.com", "Nina", "New"]], actor=world.people[ADMINISTRATOR]),
        make_batch([["none", "Nina", "New"]], actor=world.people[ADMINISTRATOR]),
        make_batch([["mine@example.com", "Ina", "Import"]], actor=world.people[INSTRUCTOR]),
    ],
    "django_celery_beat.PeriodicTask": lambda world: [
        make_entry(),
        PeriodicTask.objects.get(name="Lectern: sweep the mail outbox"),
    ],
    "django_celery_beat.CrontabSchedule": lambda world: [make_clock_times(), make_clock_times(hour="5")],
    "django_celery_beat.IntervalSchedule": lambda world: [make_interval(17), make_interval(18)],
    "operations.Upkeep": lambda world: [make_upkeep(), make_upkeep(error="canceled")],
    "django_celery_results.TaskResult": lambda world: [make_result(status="FAILURE"), make_result()],
}


def label_of(admin: ScopedModelAdmin) -> str:
    return admin.model._meta.label


def extent(found: list[bool]) -> str:
    return ALL if all(found) else OWN if any(found) else NONE


class Act(NamedTuple):
    label: str
    url: str
    is_post: bool


class Request:
    """As much of a request as permission and button helpers look at."""

    def __init__(self, user: Any):
        self.user = user


def buttons(admin: ScopedModelAdmin, user: Any, row: Any) -> set[Act]:
    """What may be done with a row, beyond reading, changing and deleting it."""
    view = admin.index_view_class(model_admin=admin)
    helper = admin.get_button_helper_class()(view, Request(user))
    found = set()
    for button in helper.get_buttons_for_obj(row, exclude=["inspect"]):
        is_post = button.get("method") == "post"
        if is_post or not leads_elsewhere(button["url"]):
            found.add(Act(str(button["label"]), button["url"], is_post))
    return found


def leads_elsewhere(url: str) -> bool:
    try:
        return (resolve(url.partition("?")[0]).url_name or "").endswith(LEADING)
    except Resolver404:
        return False


def observe(world: World, admin: ScopedModelAdmin) -> dict[str, dict[str, str]]:
    """What each role finds at one record, asked over HTTP: role -> action -> all, own, or nothing; what may be done, by its labels."""
    rows = [type(row)._default_manager.get(pk=row.pk) for row in ROWS[label_of(admin)](world)]
    urls = admin.url_helper
    offered: dict[str, set[Act]] = {}
    found: dict[str, dict[str, str]] = {}
    for role, client in world.clients.items():
        person = type(world.people[role]).objects.get(pk=world.people[role].pk)
        opens = client.get(urls.index_url).status_code == 200
        visible = set(admin.get_queryset(Request(person)).filter(pk__in=[row.pk for row in rows]).values_list("pk"))
        seen = [opens and (row.pk,) in visible for row in rows]
        offered[role] = set()
        for row, is_seen in zip(rows, seen, strict=True):
            if is_seen:
                current = admin.get_queryset(Request(person)).get(pk=row.pk)
                offered[role] |= buttons(admin, person, current)
        bulk = [str(action.label) for action in admin.bulk_actions_for(person)] if opens else []
        found[role] = {
            "list": extent(seen) if opens else NONE,
            "view": pages(client, admin, "inspect", rows) if admin.inspect_view_enabled else NO_SUCH,
            "change": pages(client, admin, "edit", rows),
            "export": export(client, admin, extent(seen)),
            "import": imports(client, admin, person),
            "act": ", ".join(sorted({*(act.label for act in offered[role]), *bulk})) or NONE,
        }
    refused_elsewhere(world, offered)
    return found


def pages(client: Client, admin: ScopedModelAdmin, action: str, rows: list) -> str:
    addresses = [admin.url_helper.get_action_url(action, row.pk) for row in rows]
    return extent([client.get(address).status_code == 200 for address in addresses])


def export(client: Client, admin: ScopedModelAdmin, listed: str) -> str:
    """As much as the list shows, and never a row more."""
    if not kinds_of(admin):
        return NO_SUCH
    page = client.get(admin.url_helper.get_action_url("export"))
    if page.status_code != 200:
        return NONE
    assert page.context["count"] <= client.get(admin.url_helper.index_url).context["result_count"]
    return listed


def imports(client: Client, admin: ScopedModelAdmin, person: Any) -> str:
    """Whether files come in here; what they may say is a matter of each kind of file, and tested there."""
    if not kinds_of(admin):
        return NO_SUCH
    if client.get(admin.url_helper.get_action_url("import")).status_code != 200:
        return NONE
    return ALL if person.has_perm("learning.view_all_enrollments") else OWN_COURSES


def refused_elsewhere(world: World, offered: dict[str, set[Act]]) -> None:
    """Whoever is not offered an action is refused it too, at its very address."""
    home = reverse("wagtailadmin_home")
    every = {(act.url, act.is_post) for acts in offered.values() for act in acts}
    for role, client in world.clients.items():
        for url, is_post in sorted(every - {(act.url, act.is_post) for act in offered[role]}):
            with transaction.atomic():
                response = client.post(url) if is_post else client.get(url)
                transaction.set_rollback(True)
            is_refused = response.status_code in (403, 404) or (response.status_code == 302 and response.url == home)
            assert is_refused, f"{role} is not offered {url}, but gets {response.status_code} there"


def observed() -> dict[tuple[str, str], dict[str, str]]:
    """The whole table: (record, role) -> action -> what the role finds."""
    world = World()
    return {(label_of(admin), role): cells for admin in registered for role, cells in observe(world, admin).items()}
