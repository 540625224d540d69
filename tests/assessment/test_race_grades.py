"""One grade set by several people at the same moment, on a database that runs them at the same time."""

from decimal import Decimal
from functools import partial

import pytest

from assessment.models import GradeOverride
from assessment.services import override_grade
from learning.models import LearningEvent
from tests.factories.accounts import make_person
from tests.factories.grades import make_graded_course, with_scores
from tests.factories.lms_pages import lessons_of
from tests.races import need_postgresql, none_fails

PEOPLE = 6
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture(autouse=True)
def postgresql(db):
    need_postgresql()


def test_several_words_on_one_grade_come_one_after_the_other():
    run = with_scores(make_graded_course())
    key = lessons_of(run.course)[3].translation_key
    actors = [make_person() for _number in range(PEOPLE)]
    calls = [
        partial(
            override_grade,
            enrollment=run,
            page_key=key,
            score=Decimal(number) / 2,
            reason=f"Word {number}",
            actor=actor,
        )
        for number, actor in enumerate(actors)
    ]
    none_fails(*calls)
    assert GradeOverride.objects.count() == PEOPLE
    assert GradeOverride.objects.filter(is_latest=True).count() == 1
    told = LearningEvent.objects.filter(verb="grade:overridden").order_by("pk").values_list("data", flat=True)
    # Each knows the one before it.
    assert [entry["was_score"] for entry in told][1:] == [entry["score"] for entry in told][:-1]
