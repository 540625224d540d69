"""With 100,000 rows in each table that grows, nothing that is asked often reads one of them from end to end."""

import json
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from analytics.selectors.feeds import read_views
from assessment.models import Attempt, AttemptQuestion, Response
from assessment.services import start_attempt
from assessment.tasks import submit_overdue_attempts
from gamification.models import LearnerProfile, PointEntry
from gamification.services.settling import settle_learner
from gamification.tasks import catch_up, expire_old_points
from learning.models import ActivityDay, Enrollment, LearningEvent, LessonProgress
from notifications.models import OutboxMail
from notifications.tasks import sweep_mail
from reports.tasks import sweep_schedules
from tests.factories.accounts import make_person
from tests.factories.copies import copies
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course
from tests.factories.notifications import make_mail
from tests.factories.quizzes import make_attempt, make_quiz
from tests.factories.tracking import make_dispatch, switch_on
from tracking.models import Dispatch, PageView
from tracking.services import collect
from tracking.tasks import send_events

pytestmark = [pytest.mark.services, pytest.mark.django_db]

MANY = 100_000
BIG = {
    model._meta.db_table
    for model in (
        User, Enrollment, LessonProgress, LearningEvent, ActivityDay, Attempt, AttemptQuestion, Response, PointEntry,
        LearnerProfile, OutboxMail, PageView, Dispatch,
    )
}  # fmt: skip


COUNTS = ("SELECT COUNT(*) AS", 'SELECT COUNT("learning_enrollment"."id") FILTER')


def scans(plan: dict[str, Any]) -> list[str]:
    """The big tables that a plan reads from end to end."""
    own = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] in BIG else []
    return own + [name for part in plan.get("Plans", ()) for name in scans(part)]


@contextmanager
def explained():
    """The plans of all statements of the block: what each reads from end to end, and the statement."""
    found: list[tuple[list[str], str]] = []

    def explain(execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not many and str(sql).split(" ", 1)[0] in ("SELECT", "UPDATE", "DELETE", "INSERT"):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                (plans,) = cursor.fetchone()
            plans = json.loads(plans) if isinstance(plans, str) else plans
            found.append((scans(plans[0]["Plan"]), str(sql)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield found


class Site:
    """One course that everybody takes, and years of what they did."""

    def __init__(self, client):
        self.client = client
        self.administrator = make_person("Ada Admin", roles=("administrator",))
        self.course = make_course("Fire safety", modules=1, lessons=3)
        self.quiz = make_quiz(self.course.get_first_child().specific)
        self.learner = make_person("Lea Learner")
        self.run = make_enrollment(self.learner, self.course, done=1)
        self.lesson = lessons_of(self.course)[1]
        self.done = make_attempt(self.run, self.quiz)
        settle_learner(learner_id=self.learner.pk)
        self.mail = make_mail(state="sent")
        self.grow()

    def grow(self) -> None:
        day = "CURRENT_TIMESTAMP - n * interval '5 minutes'"
        person = copies(self.learner, MANY, email="n || '@many.example.com'")
        whose = f"{person - 1} + n"
        run = copies(self.run, MANY, learner=whose, enrolled_at=day)
        done = LessonProgress.objects.filter(enrollment=self.run).first()
        copies(done, MANY, enrollment=f"{run - 1} + n", completed_at=day)
        event = LearningEvent.objects.filter(learner=self.learner, verb="lesson:completed").first()
        seen = {"learner": whose, "enrollment": f"{run - 1} + n", "occurred_at": day, "recorded_at": day}
        events = copies(event, MANY, idempotency_key="'copy:' || n", **seen)
        active = ActivityDay.objects.create(
            enrollment=self.run, lesson_key=self.lesson.translation_key, day="2026-01-01"
        )
        copies(active, MANY, enrollment=f"{run - 1} + n")
        profile = LearnerProfile.objects.get(learner=self.learner)
        copies(profile, MANY, learner=whose)
        line = PointEntry.objects.filter(learner=self.learner, event__isnull=False).first()
        copies(line, MANY, learner=whose, event=f"{events - 1} + n", at=day)
        attempt = copies(self.done, MANY, enrollment=f"{run - 1} + n", started_at=day)
        copies(self.done.questions.first(), MANY, attempt=f"{attempt - 1} + n")
        answer = Response.objects.create(
            enrollment=self.run, question=self.done.questions.first().question, lesson_key=self.lesson.translation_key,
            block_id=uuid.uuid4(), answer={}, answered_at=timezone.now(),
        )  # fmt: skip
        copies(answer, MANY, enrollment=f"{run - 1} + n", answered_at=day)
        self.attempt = start_attempt(enrollment=self.run, quiz=self.quiz)
        copies(self.mail, MANY, created_at=day, dedupe_key="'copy:' || n", message_id="'<' || n || '@example.com>'")
        copies(PageView.objects.create(kind="course"), MANY, at=day)
        copies(make_dispatch(state="sent", person=self.learner), MANY, uuid="gen_random_uuid()", at=day, ended_at=day)
        self.waiting = make_dispatch(pseudonym=self.learner.tracking_consent.pseudonym)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def get(self, url: str) -> None:
        self.client.force_login(self.learner)
        assert self.client.get(url).status_code == 200

    def post(self, url: str, data: dict[str, Any]) -> None:
        self.client.force_login(self.learner)
        assert self.client.post(url, data).status_code in (200, 204, 302)

    def listed(self, index: str, **query: Any) -> None:
        self.client.force_login(self.administrator)
        assert self.client.get(reverse(f"{index}_modeladmin_index"), query).status_code == 200


def tell_services(site: Site) -> None:
    """What beat does each minute while one is on; nobody answers there."""
    switch_on("mixpanel")
    with override_settings(MIXPANEL_ADDRESS="http://127.0.0.1:9"):
        collect("mixpanel")
        collect("mixpanel", back=timedelta(days=1))
        send_events()
    site.waiting.refresh_from_db()
    assert site.waiting.tries == 1


# Not the list of enrollments: it is sorted by the last activity, and an index on that would be written anew with every
# lesson that is done, so it sorts (80 ms for 100,000). Nor that of mail, which asks which kinds there are.
WAYS: dict[str, Callable[[Site], Any]] = {
    "catalog": lambda site: site.get(catalog().url),
    "course": lambda site: site.get(site.course.url),
    "lesson": lambda site: site.get(site.lesson.url),
    "mark complete": lambda site: site.post(
        reverse("learning:complete", args=[site.run.uuid, site.lesson.translation_key]), {}
    ),
    "my learning": lambda site: site.get(reverse("my_learning")),
    "points": lambda site: site.get(reverse("gamification:ledger")),
    "own profile": lambda site: site.get(reverse("gamification:person", args=[site.learner.uuid])),
    "quiz": lambda site: site.get(site.quiz.url),
    "attempt": lambda site: site.get(reverse("assessment:attempt", args=[site.attempt.uuid])),
    "mail sweep": lambda site: sweep_mail(),
    "attempt sweep": lambda site: submit_overdue_attempts(),
    "schedule sweep": lambda site: sweep_schedules(),
    "points caught up": lambda site: catch_up(),
    "points expired": lambda site: expire_old_points(),
    "page views taken in": lambda site: read_views(at=timezone.now() - timedelta(minutes=2), limit=2_000),
    "services told": tell_services,
    "list of people": lambda site: site.listed("accounts_user"),
    "list of events": lambda site: site.listed("learning_learningevent"),
}


@pytest.fixture
def site(client):
    return Site(client)


def test_nothing_asked_often_reads_a_table_that_grows_from_end_to_end(site):
    wrong, statements = [], 0
    for name, ask in WAYS.items():
        cache.clear()
        with explained() as found:
            ask(site)
        statements += len(found)
        # How many there are in all, and in each state, is what the foot of a list says: that reads all.
        wrong += [
            f"{name}: {', '.join(tables)}: {sql}" for tables, sql in found if tables and not sql.startswith(COUNTS)
        ]
    assert not wrong, "\n".join(wrong)
    assert statements > 150
    assert "learning_enrollment" in without_indexes(site)


def without_indexes(site) -> list[str]:
    """The twin: the big tables that a page reads from end to end where no index may be used."""
    ways = ("indexscan", "indexonlyscan", "bitmapscan")
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        with explained() as found:
            site.get(reverse("my_learning"))
        # The end of the test checks 100,000 references by them.
        for way in ways:
            cursor.execute(f"SET LOCAL enable_{way} = on")
    return [table for tables, _sql in found for table in tables]
