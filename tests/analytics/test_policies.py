"""Facts and rollups are for report administrators; those who teach see their courses, others nothing."""

import pytest
from django.contrib.auth.models import AnonymousUser

from analytics.models import ActivityFact, EventFact, FoldState, Reconciliation, Rollup, StalePeriod
from analytics.policies import visible_to
from lms_pages.models import CourseStaff
from tests.factories.accounts import make_person
from tests.factories.analytics import make_history, make_runs, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])

ABOUT_COURSES = (EventFact, ActivityFact, Rollup)


def test_who_sees_what():
    runs = make_runs()
    make_history(runs)
    take_in()
    teacher = make_person("Tea Teacher", roles=("instructor",))
    course = runs[0].course
    CourseStaff.objects.create(course=course, user=teacher)
    boss = make_person("Ada Admin", roles=("administrator",))
    gone = make_person("Gus Gone", roles=("administrator",))
    gone.is_active = False
    for model in ABOUT_COURSES:
        rows = model.objects.all()
        assert visible_to(boss, rows).count() == rows.count() > 0
        assert set(visible_to(teacher, rows).values_list("course_key", flat=True)) == {course.translation_key}
        for nobody in (AnonymousUser(), gone, runs[0].learner):
            assert not visible_to(nobody, rows).exists()
    for model in (FoldState, StalePeriod, Reconciliation):
        rows = model.objects.all()
        assert visible_to(boss, rows).count() == rows.count()
        for nobody in (AnonymousUser(), gone, runs[0].learner, teacher):
            assert not visible_to(nobody, rows).exists()
    assert FoldState.objects.count() == 3
