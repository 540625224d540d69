"""Saving reports: slugs, two editors at once, copies, sharing, and what a refusal leaves as it was."""

import uuid

import pytest
from django.db import IntegrityError
from wagtail.models import ModelLogEntry

from reports.definitions import shipped
from reports.exceptions import CannotShare, InvalidSpec, SavedMeanwhile, StillScheduled
from reports.models import Report, ReportShare
from reports.selectors.reports import opened_report
from reports.services import (
    create_report,
    delete_report,
    duplicate_report,
    duplicate_saved,
    save_report,
    share_report,
)
from reports.services import reports as module
from reports.spec import read_spec
from tests.factories.accounts import make_person
from tests.factories.reports import make_schedule
from tests.factories.saved_reports import BY_TEAM, make_report

pytestmark = pytest.mark.django_db

SPEC = read_spec(BY_TEAM)


@pytest.fixture
def owner():
    return make_person("Rita Report", roles=("report_administrator",))


def actions(report):
    return list(ModelLogEntry.objects.for_instance(report).order_by("pk").values_list("action", "user__email"))


def test_slugs_are_free_and_never_those_of_shipped_reports(owner):
    titles = ["Course progress", "Course progress", "Rate", "Ráte!", "§§§", "x" * 120]
    slugs = [make_report(owner=owner, title=title).slug for title in titles]
    assert slugs == ["course-progress-2", "course-progress-3", "rate", "rate-2", "report", "x" * 55]
    assert not set(slugs) & set(shipped)


def test_a_slug_that_is_taken_in_between_is_not_used(owner, monkeypatch):
    make_report(owner=owner, title="Rate")
    names = iter(["rate", "rate", "rate-2"])
    monkeypatch.setattr(module, "free_slug", lambda title: next(names))
    assert make_report(owner=owner, title="Rate").slug == "rate-2"
    monkeypatch.setattr(module, "free_slug", lambda title: "rate")
    with pytest.raises(InvalidSpec, match="No free short name"):
        make_report(owner=owner, title="Rate")
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"title": "  "}, "Give the report a title"),
        ({"title": "x" * 121}, "this one has 121"),
        ({"title": "T", "description": "x" * 301}, "this one has 301"),
        ({"title": "T\x00"}, "signs that no text has"),
    ],
)
def test_words_that_do_not_fit_save_nothing(owner, words, problem):
    with pytest.raises(InvalidSpec, match=problem):
        create_report(owner=owner, spec=SPEC, **words)
    assert not Report.objects.exists()


def test_a_spec_that_does_not_run_saves_nothing(owner):
    with pytest.raises(InvalidSpec, match="shoe_size"):
        create_report(owner=owner, title="T", spec=read_spec({**BY_TEAM, "columns": [{"column": "shoe_size"}]}))
    with pytest.raises(InvalidSpec, match="may not make reports"):
        create_report(owner=make_person(), title="T", spec=SPEC)
    assert not Report.objects.exists()


def test_the_second_of_two_editors_is_told_and_loses_nothing(owner):
    report, other = make_report(owner=owner), make_person("Otto Other", roles=("administrator",))
    save_report(report=report, saves=1, editor=other, title="Otto's", spec=SPEC)
    stale = Report.objects.get(pk=report.pk)
    with pytest.raises(SavedMeanwhile) as told:
        save_report(report=stale, saves=1, editor=owner, title="Rita's", spec=SPEC)
    assert (told.value.who, told.value.saves) == ("Otto Other", 2)
    stale.refresh_from_db()
    assert (stale.title, stale.saves) == ("Otto's", 2)
    # Knowingly: with the number of saves the error named. What was there stays in the log.
    save_report(report=stale, saves=2, editor=owner, title="Rita's", spec=SPEC)
    assert Report.objects.get().title == "Rita's"
    assert ModelLogEntry.objects.for_instance(report).latest("pk").data["before"]["title"] == "Otto's"
    assert [email for _action, email in actions(report)] == [owner.email, other.email, owner.email]


def test_without_the_guard_the_first_save_would_be_lost(owner, monkeypatch):
    """The twin: whoever names the number of saves that stands wins, whatever they opened."""
    report = make_report(owner=owner)
    save_report(report=report, saves=1, editor=owner, title="First", spec=SPEC)
    save_report(report=report, saves=report.saves, editor=owner, title="Second", spec=SPEC)
    assert Report.objects.get().title == "Second"


def test_copies(owner):
    other = make_person(roles=("administrator",))
    source = shipped["course-progress"]
    custom = duplicate_report(definition=source, owner=owner, based_on=source)
    assert (custom.title, custom.owner, custom.based_on, custom.based_on_version) == (
        "Copy of Course progress",
        owner,
        "course-progress",
        source.version,
    )
    assert custom.description.startswith(str(source.description))
    share_report(report=custom, shares=[("everyone", "")], editor=owner)
    again = duplicate_saved(report=custom, owner=other)
    assert (again.title, again.owner, again.based_on) == ("Copy of Copy of Course progress", other, "course-progress")
    assert again.spec == custom.spec
    assert not again.shares.exists()
    assert not opened_report(slug=custom.slug, viewer=owner).has_newer_base
    Report.objects.update(based_on_version=0)
    assert opened_report(slug=custom.slug, viewer=owner).has_newer_base


def test_sharing_replaces_and_names_each_audience_once(owner):
    report, team = make_report(owner=owner), str(uuid.uuid4())
    share_report(report=report, shares=[("everyone", "x"), ("team", team), ("team", team)], editor=owner)
    assert set(report.shares.values_list("audience", "key")) == {("everyone", ""), ("team", team)}
    kept = report.shares.get(audience="team").pk
    share_report(report=report, shares=[("team", team), ("role", "manager")], editor=owner)
    assert set(report.shares.values_list("audience", "key")) == {("team", team), ("role", "manager")}
    assert report.shares.get(audience="team").pk == kept
    assert [action for action, _email in actions(report)] == ["wagtail.create", "reports.share", "reports.share"]
    share_report(report=report, shares=[("role", "manager"), ("team", team)], editor=owner)
    assert len(actions(report)) == 3


@pytest.mark.parametrize("share", [("team", ""), ("role", "king"), ("person", "x"), ("planet", "x"), ("cohort", "1")])
def test_an_audience_that_is_nobody_changes_nothing(owner, share):
    report = make_report(owner=owner)
    share_report(report=report, shares=[("everyone", "")], editor=owner)
    with pytest.raises(CannotShare):
        share_report(report=report, shares=[("role", "manager"), share], editor=owner)
    with pytest.raises(CannotShare, match="at most 50"):
        share_report(report=report, shares=[("team", str(uuid.uuid4())) for _n in range(51)], editor=owner)
    assert list(report.shares.values_list("audience", flat=True)) == ["everyone"]


def test_the_table_refuses_a_share_twice(owner):
    report = make_report(owner=owner)
    ReportShare.objects.create(report=report, audience="everyone")
    with pytest.raises(IntegrityError):
        ReportShare.objects.create(report=report, audience="everyone")


def test_a_report_that_schedules_send_stays(owner):
    report = make_report(owner=owner)
    share_report(report=report, shares=[("everyone", "")], editor=owner)
    schedule = make_schedule(owner=owner, title="Mondays", report=report.slug)
    with pytest.raises(StillScheduled, match="Mondays"):
        delete_report(report=report, editor=owner)
    assert Report.objects.count() == ReportShare.objects.count() == 1
    schedule.delete()
    delete_report(report=report, editor=owner)
    assert Report.objects.count() == ReportShare.objects.count() == 0
