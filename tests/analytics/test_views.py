"""Page views as facts and rollups: each once, and their sums for longer than themselves."""

import datetime as dt
import uuid
from collections import Counter

import pytest
import time_machine
from django.db import connections
from django.utils import timezone

from analytics import services
from analytics.models import DATABASE, NONE, Rollup, ViewFact
from analytics.rollups import Feed
from analytics.services.forgetting import first_kept
from analytics.tasks import take_in_late
from reports.definitions import Definition
from reports.selectors.results import Prepared, report_result
from reports.spec import read_spec
from reports.viewers import OPERATOR
from tests.factories.analytics import take_in
from tests.factories.lms_pages import lessons_of, make_course
from tests.reports.test_sources_analytics import MOMENT
from tracking.models import PageView
from tracking.services import forget as forget_views

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])
FIRST = dt.datetime(2026, 10, 3, 9, tzinfo=dt.UTC)


@pytest.fixture
def course():
    return make_course("Fire safety", modules=1, lessons=2, with_check=False)


@pytest.fixture
def seen(course):
    """Of forty days: the catalog once, the course twice, its first lesson three times a day, one of them for ten."""
    lesson = lessons_of(course)[0]
    for number in range(40):
        for hour in range(6):
            key = course.translation_key if hour else None
            PageView.objects.create(
                at=FIRST + dt.timedelta(days=number, hours=hour),
                kind="lesson" if hour > 2 else "course" if hour else "catalog",
                title=lesson.title if hour > 2 else "",
                course_key=key,
                lesson_key=lesson.translation_key if hour > 2 else None,
                weight=10 if hour == 5 else 1,
            )


def rolled(by: str) -> dict:
    rows = Rollup.objects.filter(measure="page_views", by=by)
    return {(row.start, row.course_key, row.lesson_key): row.value for row in rows}


def expected(*, by_lesson: bool) -> Counter:
    found: Counter = Counter()
    for view in PageView.objects.all():
        lesson = view.lesson_key or NONE if by_lesson else NONE
        found[view.at.date(), view.course_key or NONE, lesson] += view.weight
    return found


def test_each_view_is_counted_once_and_for_as_many_as_it_stands_for(seen, course):
    take_in()
    assert ViewFact.objects.count() == 240
    assert rolled("course") == expected(by_lesson=False)
    assert rolled("course+lesson") == expected(by_lesson=True)
    assert sum(rolled("course").values()) == 40 * 15
    before = list(Rollup.objects.order_by("pk").values("start", "by", "value"))
    services.fold(Feed.VIEWS, back=dt.timedelta(days=100))
    services.add_up()
    assert ViewFact.objects.count() == 240
    assert sum(rolled("course").values()) == 40 * 15
    assert Counter(map(str, before)) == Counter(map(str, Rollup.objects.values("start", "by", "value")))
    fact = ViewFact.objects.filter(kind="lesson").first()
    assert (fact.course_title, fact.lesson_title) == ("Fire safety", lessons_of(course)[0].title)


def test_one_that_comes_late_is_found_by_the_hourly_look(seen):
    take_in()
    late = PageView.objects.latest("at").at - dt.timedelta(hours=20)
    PageView.objects.create(at=late, kind="catalog")
    with time_machine.travel(late + dt.timedelta(hours=21), tick=False):
        services.fold(Feed.VIEWS)
        assert ViewFact.objects.count() == 240
        take_in_late()
    assert ViewFact.objects.count() == 241
    assert rolled("course") == expected(by_lesson=False)


def test_they_are_compared_with_their_source(seen):
    take_in()
    with time_machine.travel(FIRST + dt.timedelta(days=45), tick=False):
        assert services.reconcile().is_well
        fact = ViewFact.objects.filter(weight=10).order_by("day")[20]
        fact.delete()
        day = fact.day.isoformat()
        assert services.reconcile().drifts == [
            [day, "page views", "rows", 6, 5],
            [day, "page views", "value", 15, 5],
            [day, "rollup page_views", "value", 5, 15],
        ]


def test_what_was_counted_outlives_its_source_and_a_rebuild(seen):
    with time_machine.travel(FIRST + dt.timedelta(days=45), tick=False):
        take_in()
        before = rolled("course"), rolled("course+lesson")
        assert forget_views()["views"] == 90
        assert PageView.objects.count() == 150
        assert services.reconcile().is_well
        services.rebuild()
        assert ViewFact.objects.count() == 240
        assert (rolled("course"), rolled("course+lesson")) == before
        assert services.reconcile().is_well


def test_facts_go_by_whole_months_and_their_sums_stay(seen):
    take_in()
    before = rolled("course")
    with time_machine.travel(FIRST + dt.timedelta(days=430), tick=False):
        # 400 days ago it was 2 November 2026.
        assert first_kept() == dt.date(2026, 11, 1)
        october = ViewFact.objects.filter(day__lt=dt.date(2026, 11, 1)).count()
        gone = services.forget()
        assert gone == (1 if connections[DATABASE].vendor == "postgresql" else october)
        assert ViewFact.objects.count() == 240 - october
        assert services.forget() == 0
        forget_views()
        services.rebuild()
        assert rolled("course") == before
        assert services.reconcile().is_well


def test_a_report_shows_them_by_course(seen):
    take_in()
    spec = {
        "source": "days-in-sum",
        "columns": [{"column": "course"}, {"column": "page_views", "aggregation": "sum"}],
        "sort": [{"column": "page_views_sum", "descending": True}],
    }
    prepared = Prepared(
        definition=Definition(slug="x", title="x", spec=read_spec(spec)), viewer=OPERATOR, moment=MOMENT
    )
    assert report_result(prepared, limit=10).table.rows == (("Fire safety", 14 * 40), (None, 40))


def test_a_view_of_the_site_ends_there(client, committed):
    from tests.factories.tracking import switch_on

    switch_on()
    committed()
    page = make_course("Fire safety", visibility="public")
    client.get(page.url)
    take_in()
    fact = ViewFact.objects.get()
    assert (fact.kind, fact.title, fact.course_key, fact.is_signed_in) == (
        "course", "Fire safety", page.translation_key, False,
    )  # fmt: skip
    assert rolled("course") == {(timezone.localdate(), page.translation_key, NONE): 1}
    assert isinstance(fact.uuid, uuid.UUID)
