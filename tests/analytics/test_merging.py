"""Two accounts that become one are one in the facts and the rollups, from the next hour on."""

import pytest

from accounts.services import merge_people
from analytics import services
from analytics.models import ActivityFact, EventFact
from learning.models import Enrollment, EnrollmentStatus
from tests.factories.accounts import make_person
from tests.factories.analytics import answer, make_history, make_runs, rollups, take_in

pytestmark = pytest.mark.django_db(databases=["default", "analytics"])


def test_facts_follow_a_merge_once():
    runs = make_runs()
    make_history(runs)
    take_in()
    Enrollment.objects.update(status=EnrollmentStatus.WITHDRAWN)
    kept, merged = runs[0].learner, runs[2].learner
    merge_people(kept=kept, merged=merged, actor=make_person(roles=("administrator",)))
    # People are told apart by day, so that the difference is found.
    assert not services.reconcile().is_well
    assert services.follow_merges() == 1
    services.add_up()
    assert services.reconcile().is_well
    for model in (EventFact, ActivityFact):
        assert not model.objects.filter(learner=merged.uuid).exists()
        assert model.objects.filter(learner=kept.uuid).exists()
    # The team of a fact is that of its time, so by team the numbers stay as they were.
    by_people = {key: value for key, value in rollups().items() if "team" not in key[3]}
    assert by_people == {key: value for key, value in answer().items() if "team" not in key[3]}
    assert services.follow_merges() == 0
