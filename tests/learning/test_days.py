"""Days and weeks of learning run on the site's calendar, wherever the reader is."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import TeamMembership
from accounts.roles import ADMINISTRATOR
from learning.models import ActivityDay, Enrollment
from learning.services import complete_lesson, enroll, record_visit
from learning.templatetags.learning_tags import due_words
from reports.definitions import shipped
from reports.moments import Moment
from reports.selectors.results import Prepared, report_result
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of

pytestmark = pytest.mark.django_db


def at_night(day: int, hour: int, minute: int) -> dt.datetime:
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=dt.UTC)


@pytest.mark.parametrize("site", ["UTC", "Europe/Berlin", "America/New_York"])
def test_a_visit_counts_on_the_day_that_the_sites_clock_shows(settings, learner, course, site):
    settings.TIME_ZONE = site
    run, key = enroll(learner=learner, course=course), lessons_of(course)[0].translation_key
    # 23:45 and 00:15 in Berlin.
    for moment in (at_night(22, 22, 45), at_night(22, 23, 15)):
        record_visit(enrollment=run, lesson_key=key, at=moment)
    days = {"UTC": [(22, 2)], "Europe/Berlin": [(22, 1), (23, 1)], "America/New_York": [(22, 2)]}
    assert [(row.day.day, row.hits) for row in ActivityDay.objects.order_by("day")] == days[site]


def test_reading_and_completing_after_midnight_fall_into_one_week(settings, learner, course):
    """Monday 23 November, 00:15 in Berlin: by UTC it is still Sunday of the week before."""
    settings.TIME_ZONE = "Europe/Berlin"
    lesson = lessons_of(course)[0]
    run = enroll(learner=learner, course=course, at=at_night(18, 12, 0))
    record_visit(enrollment=run, lesson_key=lesson.translation_key, at=at_night(22, 23, 15))
    complete_lesson(enrollment=run, lesson=lesson, at=at_night(22, 23, 20))
    moment = Moment(at=at_night(25, 12, 0), zone=timezone.get_default_timezone())
    weeks = {}
    for slug in ("weekly-activity", "lessons-done-by-week"):
        prepared = Prepared(
            definition=shipped[slug],
            viewer=make_person(roles=(ADMINISTRATOR,)),
            moment=moment,
            given={"day_within": None} if slug == "weekly-activity" else {},
        )
        weeks[slug] = [row[:2] for row in report_result(prepared, limit=10).table.rows]
    assert weeks["weekly-activity"] == weeks["lessons-done-by-week"] == [(dt.date(2026, 11, 23), 1)]


@pytest.mark.parametrize("reader", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_due_date_ends_for_everyone_with_the_sites_day(monkeypatch, learner, course, reader):
    run = make_enrollment(learner, course, due_on=dt.date(2026, 11, 22))

    def seen(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        with timezone.override(reader):
            return run.is_overdue, Enrollment.objects.overdue().count(), due_words(run.due_on)

    assert seen(at_night(22, 23, 59)) == (False, 0, "due today")
    assert seen(at_night(23, 0, 1)) == (True, 1, "1 day late")


@pytest.mark.parametrize("reader", ["Pacific/Auckland", "America/Los_Angeles"])
def test_a_membership_holds_from_its_first_to_its_last_day_of_the_site(monkeypatch, learner, reader):
    make_team(members=[learner], since=dt.date(2026, 11, 22))
    TeamMembership.objects.update(until=dt.date(2026, 11, 22))

    def current(moment):
        monkeypatch.setattr(timezone, "now", lambda: moment)
        with timezone.override(reader):
            return TeamMembership.objects.current().count()

    moments = (at_night(21, 23, 59), at_night(22, 0, 0), at_night(22, 23, 59), at_night(23, 0, 0))
    assert [current(moment) for moment in moments] == [0, 1, 1, 0]
