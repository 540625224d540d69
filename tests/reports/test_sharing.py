"""Each audience with two people: one it reaches and one it does not. Either gets their own rows."""

import datetime as dt

import pytest
from django.urls import reverse

from learning.models import CohortMembership
from lms_pages.models import CourseStaff
from reports.models import Report
from reports.policies import may_change_report, visible_to
from reports.services import share_report
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.saved_reports import make_report

pytestmark = pytest.mark.django_db
LONG_AGO = dt.date(2020, 1, 1)


@pytest.fixture
def report():
    return make_report()


def reads(person, report):
    return visible_to(person, Report.objects.filter(pk=report.pk)).exists()


def check(report, share, inside, outside):
    for person in (inside, outside):
        assert not reads(person, report)
    share_report(report=report, shares=[share], editor=report.owner)
    assert (reads(inside, report), reads(outside, report)) == (True, False)
    assert not may_change_report(inside, report)
    share_report(report=report, shares=[], editor=report.owner)
    assert not reads(inside, report)


def test_everyone_who_may_open_reports(report):
    check(report, ("everyone", ""), make_person(roles=("manager",)), make_person())


def test_a_role(report):
    check(report, ("role", "manager"), make_person(roles=("manager",)), make_person(roles=("instructor",)))


def test_a_team_and_its_managers(report):
    boss, member, other = (make_person(roles=("manager",)) for _n in range(3))
    team = make_team(managers=[boss], members=[member], since=LONG_AGO)
    make_team(managers=[other])
    check(report, ("team", str(team.uuid)), boss, other)
    check(report, ("team", str(team.uuid)), member, other)


def test_a_cohort(report):
    inside, outside = make_person(roles=("manager",)), make_person(roles=("manager",))
    cohort = make_cohort()
    run = make_enrollment(inside, cohort.course)
    make_enrollment(outside, cohort.course)
    CohortMembership.objects.create(cohort=cohort, enrollment=run)
    check(report, ("cohort", str(cohort.uuid)), inside, outside)


def test_those_who_teach_a_course(report):
    inside, outside = make_person(roles=("instructor",)), make_person(roles=("instructor",))
    taught, other = make_course("SQL"), make_course("Fire")
    CourseStaff.objects.create(course=taught, user=inside)
    CourseStaff.objects.create(course=other, user=outside)
    check(report, ("course_staff", str(taught.translation_key)), inside, outside)


def test_a_person(report):
    inside = make_person(roles=("instructor",))
    check(report, ("person", str(inside.uuid)), inside, make_person(roles=("instructor",)))


def test_keepers_of_all_reports_and_owners_see_them_unshared(report):
    assert reads(report.owner, report)
    assert reads(make_person(roles=("administrator",)), report)
    assert may_change_report(make_person(roles=("administrator",)), report)
    report.owner.is_active = False
    assert not reads(report.owner, report)


def test_each_reader_gets_their_own_rows(report, client):
    inside, rival = make_person(roles=("instructor",)), make_person(roles=("instructor",))
    mine, theirs = make_course("SQL"), make_course("Fire")
    CourseStaff.objects.create(course=mine, user=inside)
    CourseStaff.objects.create(course=theirs, user=rival)
    for count, course in ((1, mine), (3, theirs)):
        for _n in range(count):
            make_enrollment(make_person(), course)
    share_report(report=report, shares=[("role", "instructor")], editor=report.owner)
    for person, rows in ((inside, "1"), (rival, "3"), (report.owner, "4")):
        client.force_login(person)
        page = client.get(reverse("reports_report", args=[report.slug]))
        assert [row[1].text for row in page.context["shown"].table.rows] == [rows]
