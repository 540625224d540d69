"""A history for analytics, and what its rollups must be, added up in Python from the site's own rows."""

import datetime as dt
import random
import uuid
from collections import defaultdict
from decimal import Decimal
from zoneinfo import ZoneInfo

from accounts.models import TeamMembership
from analytics import services
from analytics.models import NONE, Rollup
from analytics.rollups import Feed
from learning.models import ActivityDay, Cohort, CohortMembership, Enrollment, LearningEvent
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course

FIRST = dt.datetime(2026, 9, 14, 7, tzinfo=dt.UTC)
DAYS = 60


def take_in(**options) -> None:
    """What the worker does every minute and every hour."""
    for feed in Feed:
        services.fold(feed, **options)
    services.add_up()


def make_runs(people: int = 6, courses: int = 2) -> list[Enrollment]:
    """Enrollments of people of two teams, and of one person without a team; the first changed teams on 1 October."""
    teams = [make_team("Analytics North"), make_team("Analytics South")]
    everybody = [make_person() for _number in range(people)]
    for number, person in enumerate(everybody[:-1]):
        TeamMembership.objects.create(
            team=teams[number % 2], user=person, since=FIRST.date(), until=dt.date(2026, 10, 1) if not number else None
        )
    TeamMembership.objects.create(team=teams[1], user=everybody[0], since=dt.date(2026, 10, 1))
    taught = [make_course() for _number in range(courses)]
    runs = [make_enrollment(person, course) for course in taught for person in everybody]
    LearningEvent.objects.all().delete()
    # Every second run is in a cohort, the first one in two.
    for number, run in enumerate(runs[::2]):
        spring = Cohort.objects.create(name=f"Spring {number}", course=run.course, course_key=run.course_key)
        until = None if number else dt.date(2026, 10, 10)
        CohortMembership.objects.create(cohort=spring, enrollment=run, since=dt.date(2026, 9, 20), until=until)
        if not number:
            autumn = Cohort.objects.create(name="Autumn", course=run.course, course_key=run.course_key)
            CohortMembership.objects.create(cohort=autumn, enrollment=run, since=dt.date(2026, 10, 11))
    return runs


def make_history(runs: list[Enrollment], events: int = 300, seed: int = 1) -> None:
    """``events`` events and half as many days of activity, at random within 60 days."""
    chance = random.Random(seed)
    lessons = {run.course_id: lessons_of(run.course) for run in runs}
    LearningEvent.objects.bulk_create(
        (event_at_random(chance, runs, lessons, number) for number in range(events)), batch_size=2_000
    )
    ActivityDay.objects.bulk_create(
        (day_at_random(chance, runs, lessons) for _number in range(events // 2)),
        batch_size=2_000,
        ignore_conflicts=True,
    )


def event_at_random(chance, runs, lessons, number) -> LearningEvent:
    run = chance.choice(runs)
    page = chance.choice(lessons[run.course_id])
    verb = chance.choice(
        ["course:enrolled", "lesson:completed", "lesson:recorded", "course:completed", "quiz:submitted", "quiz:graded",
         "question:answered", "course:left"]
    )  # fmt: skip
    required = chance.randrange(5)
    data = {
        "lesson:completed": {"rule": "button", "completed": chance.randrange(5), "required": required},
        "lesson:recorded": {"reason": "Ann was there", "completed": chance.randrange(5), "required": required},
        "quiz:graded": {
            "attempt": 1,
            "score": str(chance.randrange(8)),
            "max_score": str(chance.choice([0, 7, 8])),
            "passed": None,
            "cause": chance.choice(["submission", "person", "regrade"]),
        },
    }.get(verb, {})
    at = FIRST + dt.timedelta(seconds=chance.randrange(DAYS * 86_400))
    return LearningEvent(
        verb=verb,
        occurred_at=at,
        recorded_at=at,
        learner_id=run.learner_id,
        enrollment=run,
        course_key=run.course_key,
        lesson_key=None if verb.startswith("course:") else page.translation_key,
        page_title=page.title,
        score=Decimal(data["score"]) if verb == "quiz:graded" else None,
        data=data,
        idempotency_key=f"history:{number}:{uuid.uuid4()}",
    )


def day_at_random(chance, runs, lessons) -> ActivityDay:
    run = chance.choice(runs)
    return ActivityDay(
        enrollment=run,
        lesson_key=chance.choice(lessons[run.course_id]).translation_key,
        day=(FIRST + dt.timedelta(days=chance.randrange(DAYS))).date(),
        hits=chance.randrange(4),
        clicks=chance.randrange(9),
        seconds=chance.randrange(900),
    )


# What must come of it -------------------------------------------------------------------


def rollups() -> dict[tuple, int]:
    return {
        (row.measure, row.grain, row.start, row.by, row.course_key, row.team, row.cohort, row.lesson_key): row.value
        for row in Rollup.objects.all()
    }


BY_LESSON = ("visits", "clicks", "seconds", "lessons", "attempts", "grades", "shares")
COUNTED = {
    "course:enrolled": "enrollments",
    "course:completed": "completions",
    "course:left": "left",
    "lesson:completed": "lessons",
    "lesson:recorded": "lessons",
    "quiz:submitted": "attempts",
}


def answer(zone: str = "UTC") -> dict[tuple, int]:
    """The same from the rows of the site, by loops and sets."""
    team_on, cohort_on = team_finder(), cohort_finder()
    sums: dict[tuple, Decimal] = defaultdict(Decimal)
    sets: dict[tuple, set] = defaultdict(set)

    def ways(person, run, course, lesson, day):
        team, cohort = team_on(person, day), cohort_on(run, day)
        return {
            "": (NONE, NONE, NONE, NONE),
            "course": (course, NONE, NONE, NONE),
            "team": (NONE, team, NONE, NONE),
            "course+team": (course, team, NONE, NONE),
            "course+cohort": (course, NONE, cohort, NONE),
            "course+lesson": (course, NONE, NONE, lesson or NONE),
        }

    def add(measure, day, keys, value):
        for by in ("course+team", "course+cohort", "course+lesson"):
            if by != "course+lesson" or measure in BY_LESSON:
                sums[measure, "day", day, by, *keys[by]] += Decimal(value)

    for person, run, course, lesson, day, *counts in ActivityDay.objects.values_list(
        "enrollment__learner", "enrollment", "enrollment__course_key", "lesson_key", "day", "hits", "clicks", "seconds"
    ):
        keys = ways(person, run, course, lesson, day)
        for measure, value in zip(("visits", "clicks", "seconds"), counts, strict=True):
            add(measure, day, keys, value)
        if counts[0]:
            monday, first = day - dt.timedelta(days=day.weekday()), day.replace(day=1)
            for grain, start in (("day", day), ("week", monday), ("month", first)):
                for by in ("", "course", "team", "course+team", "course+cohort"):
                    sets["active_learners", grain, start, by, *keys[by]].add(person)

    for verb, moment, person, run, course, lesson, data in LearningEvent.objects.values_list(
        "verb", "occurred_at", "learner", "enrollment", "course_key", "lesson_key", "data"
    ):
        day = moment.astimezone(ZoneInfo(zone)).date()
        keys = ways(person, run, course, lesson, day)
        if verb in COUNTED:
            add(COUNTED[verb], day, keys, 1)
        if COUNTED.get(verb) == "lessons":
            done, required = data["completed"], data["required"]
            for by in ("course+team", "course+cohort"):
                if done == 1:
                    sets["began", "day", day, by, *keys[by]].add(run)
                if required and done * 2 >= required > (done - 1) * 2:
                    sets["halfway", "day", day, by, *keys[by]].add(run)
        if verb == "quiz:graded" and data["cause"] != "regrade" and Decimal(data["max_score"]):
            add("grades", day, keys, 1)
            add("shares", day, keys, round(Decimal(data["score"]) / Decimal(data["max_score"]), 4) * 10_000)
    return {key: round(value) for key, value in sums.items()} | {key: len(people) for key, people in sets.items()}


def team_finder():
    teams = defaultdict(list)
    rows = TeamMembership.objects.order_by("since").values_list("user", "since", "until", "team__uuid")
    for person, since, until, team in rows:
        teams[person].append((since, until or dt.date.max, team))

    def team_on(person, day):
        found = [team for since, until, team in teams[person] if since <= day <= until]
        return found[-1] if found else NONE

    return team_on


def cohort_finder():
    cohorts = defaultdict(list)
    rows = CohortMembership.objects.order_by("since").values_list("enrollment", "since", "cohort__uuid")
    for run, since, cohort in rows:
        cohorts[run].append((since, cohort))

    def cohort_on(run, day):
        before = [cohort for since, cohort in cohorts[run] if since <= day]
        return before[-1] if before else cohorts[run][0][1] if cohorts[run] else NONE

    return cohort_on
