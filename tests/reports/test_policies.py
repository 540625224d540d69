"""Schedules and everything that hangs on them: the owner's, or all for those who see everybody's rows."""

import datetime as dt

import pytest
from django.contrib.auth.models import AnonymousUser, Permission

from reports.models import Artifact, Delivery, Run, Schedule, ScheduleRecipient
from reports.policies import viewer_of, visible_to
from reports.services import render_run, request_run, sweep_schedules
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule

pytestmark = pytest.mark.django_db

MODELS = (Schedule, ScheduleRecipient, Run, Delivery, Artifact)
MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)


@pytest.fixture
def owners(monkeypatch):
    monkeypatch.setattr("reports.services.files.export_pdf", lambda result, path, *, cover: path.write_text("%PDF"))
    people = [make_person(), make_person()]
    codenames = ["view_schedule", "view_run", "view_delivery"]
    for person in people:
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        make_schedule(owner=person, people=[person])
    for run_id in sweep_schedules(now=MONDAY).to_render:
        assert render_run(run_id=run_id, now=MONDAY)
    return people


def counts(viewer) -> list[int]:
    return [visible_to(viewer, model.objects.all()).count() for model in MODELS]


def test_who_sees_what(owners):
    assert counts(owners[0]) == counts(owners[1]) == [1, 1, 1, 1, 1]
    assert visible_to(owners[0], Schedule.objects.all()).get().owner == owners[0]
    assert counts(make_person(roles=("report_administrator",))) == [2, 2, 2, 2, 2]
    assert counts(make_person(roles=("administrator",))) == [2, 2, 2, 2, 2]
    for role in ("manager", "instructor", "content_editor"):
        assert counts(make_person(roles=(role,))) == [0, 0, 0, 0, 0]
    assert counts(AnonymousUser()) == [0, 0, 0, 0, 0]


def test_whoever_may_not_sign_in_sees_nothing(owners):
    owners[0].is_active = False
    assert counts(owners[0]) == [0, 0, 0, 0, 0]


def test_whose_rows_somebody_gets():
    person = make_person()
    own, as_owner = make_schedule(people=[person]), make_schedule(people=[person], run_as="owner")
    sweep_schedules(now=MONDAY)
    assert viewer_of(own.runs.get(), person) == person
    assert viewer_of(own.runs.get(), None) == own.owner
    assert viewer_of(as_owner.runs.get(), person) == as_owner.owner
    # By hand it is for one person, whoever's rows the schedule sends.
    assert viewer_of(request_run(schedule=as_owner, person=person), person) == person
