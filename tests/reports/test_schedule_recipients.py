"""Whom a schedule sends to and whose rows they get: audiences, run as, only with rows, pinned filters."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission

from learning.models import CohortMembership
from learning.services import enroll, place_in_cohort
from lms_pages.models import CourseStaff
from notifications.models import MailState, OutboxMail
from reports.exceptions import BeyondReach
from reports.models import Audience, Delivery, Run, RunAs, RunState, ScheduleAudience
from reports.policies import may_run_as, shared_with
from reports.selectors.audiences import people_of
from reports.selectors.schedules import pins_in_words, problems_of
from reports.services import (
    deliver_run,
    finish_runs,
    reason_not_to_send,
    render_run,
    rendering,
    request_run,
    set_audiences,
    sweep_schedules,
)
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_cohort, make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.reports import make_schedule
from tests.factories.saved_reports import make_report

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def render(schedule, now=MONDAY) -> Run:
    """The run of ``schedule`` that is due, made."""
    sweep_schedules(now=now)
    run = schedule.runs.order_by("-scheduled_for")[0]
    render_run(run_id=run.pk, now=now)
    run.refresh_from_db()
    return run


def send_to(schedule, *audiences) -> None:
    set_audiences(schedule=schedule, audiences=audiences)


def leave_cohort(enrollment) -> None:
    CohortMembership.objects.filter(enrollment=enrollment).delete()


def addresses(run) -> set[str]:
    return set(run.deliveries.values_list("address", flat=True))


def content_of(delivery: Delivery) -> str:
    return delivery.run.artifacts.get(scope_hash=delivery.scope_hash, format="csv").open().read().decode()


# Audiences ------------------------------------------------------------------------


@pytest.fixture
def company():
    """One person for each kind of audience, by its kind, and the key that names it."""
    course = make_course("Fire safety")
    people = {name: make_person(f"{name.title()} Able") for name in ("member", "boss", "learner", "teacher", "nobody")}
    people["reader"] = make_person("Rea Reader", roles=("manager",))
    team = make_team(managers=[people["boss"]], members=[people["member"]])
    cohort = make_cohort(course)
    run = enroll(learner=people["learner"], course=course, source="staff")
    place_in_cohort(enrollment=run, cohort=cohort)
    CourseStaff.objects.create(course=course, user=people["teacher"])
    keys = {
        Audience.EVERYONE: "",
        Audience.ROLE: "manager",
        Audience.TEAM: str(team.uuid),
        Audience.COHORT: str(cohort.uuid),
        Audience.COURSE_STAFF: str(course.translation_key),
    }
    return people, keys, run


EXPECTED = {
    Audience.EVERYONE: {"reader"},
    Audience.ROLE: {"reader"},
    Audience.TEAM: {"member", "boss"},
    Audience.COHORT: {"learner"},
    Audience.COURSE_STAFF: {"teacher"},
}


@pytest.mark.parametrize("audience", list(EXPECTED))
def test_who_is_in_an_audience_is_who_a_share_with_it_reaches(company, audience):
    people, keys, _run = company
    entry = ScheduleAudience(schedule=make_schedule(), audience=audience, key=keys[audience])
    entry.save()
    found = set(people_of([entry]))
    assert {name for name, person in people.items() if person in found} == EXPECTED[audience]
    for person in people.values():
        reached = ScheduleAudience.objects.filter(shared_with(person)).exists()
        assert audience == Audience.EVERYONE or reached == (person in found)


def test_nobody_gets_two_and_only_who_has_access_gets_one(company, django_assert_num_queries):
    people, keys, _run = company
    type(people["boss"]).objects.filter(pk=people["boss"].pk).update(is_active=False)
    schedule = make_schedule(
        people=[people["member"]], addresses=["board@example.com", people["teacher"].email.upper()]
    )
    send_to(schedule, *keys.items())
    entries = list(schedule.audiences.all())
    with django_assert_num_queries(1):
        list(people_of(entries))
    run = render(schedule)
    expected = {people[name].email for name in ("member", "learner", "teacher", "reader")} | {
        "board@example.com",
        schedule.owner.email,
    }
    assert addresses(run) == expected
    # Whoever has an account gets their own rows, however they came onto the list.
    assert run.deliveries.get(address=people["teacher"].email).recipient == people["teacher"]


def test_an_audience_is_who_is_in_it_when_the_report_is_made(company):
    people, keys, run = company
    schedule = make_schedule()
    send_to(schedule, (Audience.COHORT, keys[Audience.COHORT]))
    assert addresses(render(schedule)) == {people["learner"].email}
    leave_cohort(run)
    second = render(schedule, now=MONDAY + DAY)
    assert (second.state, second.error) == (RunState.SKIPPED, "Nobody is in the audiences of the schedule now.")


def test_who_leaves_an_audience_between_making_and_sending_gets_nothing(company):
    people, keys, enrollment = company
    schedule = make_schedule()
    send_to(schedule, (Audience.COHORT, keys[Audience.COHORT]), (Audience.ROLE, "manager"))
    mails = {mail.to_address: mail for mail in deliver_run(run_id=render(schedule).pk)}
    assert {reason_not_to_send(mail) for mail in mails.values()} == {""}
    leave_cohort(enrollment)
    assert reason_not_to_send(mails[people["learner"].email]) == "This recipient was taken off the schedule."
    assert reason_not_to_send(mails[people["reader"].email]) == ""
    people["reader"].groups.clear()
    assert reason_not_to_send(mails[people["reader"].email]) == "This recipient was taken off the schedule."


def test_too_many_are_refused_as_a_whole(company, monkeypatch):
    _people, keys, _run = company
    monkeypatch.setattr(rendering, "MOST_RECIPIENTS", 2)
    schedule = make_schedule(addresses=["board@example.com"])
    send_to(schedule, (Audience.TEAM, keys[Audience.TEAM]))
    run = render(schedule)
    assert "More than 2 people would get this report" in run.error
    assert (run.state, run.deliveries.count(), OutboxMail.objects.count()) == (RunState.DUE, 0, 0)


@pytest.fixture
def instructor():
    """Somebody who may schedule, but sees only the rows of one course."""
    person = make_person("Ivo Ink", roles=("instructor",))
    codenames = ["view_schedule", "change_schedule", "add_schedule", "view_run"]
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    course = make_course("SQL for analysts")
    CourseStaff.objects.create(course=course, user=person)
    make_enrollment(make_person("Ada Able"), course)
    person.course_key = str(course.translation_key)
    return person


@pytest.mark.parametrize("audience", [Audience.EVERYONE, Audience.ROLE, Audience.TEAM, Audience.COHORT])
def test_owners_name_only_audiences_they_know(company, instructor, audience):
    _people, keys, _run = company
    schedule = make_schedule(owner=instructor)
    with pytest.raises(BeyondReach):
        send_to(schedule, (Audience.COURSE_STAFF, instructor.course_key), (audience, keys[audience]))
    assert schedule.audiences.count() == 0
    send_to(schedule, (Audience.COURSE_STAFF, instructor.course_key))
    assert addresses(render(schedule)) == {instructor.email}


def test_an_owner_whose_reach_shrinks_sends_to_nobody_beyond_it(company):
    owner = make_person(roles=("report_administrator",))
    schedule = make_schedule(owner=owner)
    send_to(schedule, (Audience.ROLE, "manager"))
    assert problems_of(schedule) == ()
    owner.groups.clear()
    schedule.refresh_from_db()
    run = render(schedule)
    assert "may not send to this audience (any more): A role" in run.error
    assert (run.state, run.deliveries.count()) == (RunState.DUE, 0)


# Whose rows ------------------------------------------------------------------------


def run_as(schedule, person):
    schedule.run_as, schedule.run_as_person = RunAs.PERSON, person
    schedule.save()


def test_as_one_person_everybody_gets_the_rows_that_person_may_open(instructor):
    make_enrollment(make_person("Ben Brook"), make_course("Fire safety"))
    schedule = make_schedule(people=[make_person()], addresses=["board@example.com"], formats=["csv"])
    run_as(schedule, instructor)
    run = render(schedule)
    contents = {content_of(delivery) for delivery in run.deliveries.all()}
    assert len(contents) == 1
    assert "Ada Able" in (text := contents.pop()) and "Ben Brook" not in text
    # What somebody asks for by hand are their own rows all the same.
    by_hand = request_run(schedule=schedule, person=schedule.owner, now=MONDAY)
    assert render_run(run_id=by_hand.pk, now=MONDAY)
    assert "Ben Brook" in content_of(by_hand.deliveries.get())


def test_nobody_sends_more_than_they_see(instructor):
    administrator = make_person(roles=("administrator",))
    assert may_run_as(instructor, instructor)
    assert may_run_as(administrator, instructor)
    assert not may_run_as(instructor, administrator)
    make_enrollment(make_person("Ben Brook"), make_course("Fire safety"))
    schedule = make_schedule(owner=instructor, people=[instructor], addresses=["board@example.com"], formats=["csv"])
    # However it came into the row.
    run_as(schedule, administrator)
    run = render(schedule)
    assert {(delivery.state, delivery.reason) for delivery in run.deliveries.all()} == {
        ("suppressed", f"The schedule's owner may not send the rows of {administrator.name}.")
    }
    assert run.artifacts.count() == 0
    assert problems_of(schedule) == (f"The schedule's owner may not send the rows of {administrator.name}.",)


def test_who_sees_all_learners_does_not_send_mails_they_may_not_see():
    """Report administrators see every learner's rows, but of the outbox only what carries reports."""
    administrator = make_person(roles=("administrator",))
    OutboxMail.objects.create(kind="account", to_address="new@example.com", subject="Your account", dedupe_key="a")
    schedule = make_schedule(report="mails", formats=["csv"], addresses=["board@example.com"])
    run_as(schedule, administrator)
    run = render(schedule)
    delivery = run.deliveries.get()
    assert (delivery.state, delivery.reason) == (
        "suppressed",
        f"The schedule's owner may not send the rows of {administrator.name}.",
    )
    assert run.artifacts.count() == 0
    assert problems_of(schedule) == (delivery.reason,)
    # Whoever may read them all may send them.
    schedule.owner = make_person(roles=("administrator",))
    schedule.save()
    assert "new@example.com" in content_of(render(schedule, now=MONDAY + DAY).deliveries.get())


def test_an_owner_who_loses_the_right_before_it_is_sent_sends_nothing(instructor):
    owner = make_person(roles=("report_administrator",))
    schedule = make_schedule(owner=owner, addresses=["board@example.com"])
    run_as(schedule, instructor)
    (mail,) = deliver_run(run_id=render(schedule).pk)
    assert reason_not_to_send(mail) == ""
    type(owner).objects.get(pk=owner.pk).groups.clear()
    assert reason_not_to_send(mail) == "The schedule's owner may not send the rows of Ivo Ink."


def test_rows_of_somebody_without_access_are_not_sent(instructor):
    schedule = make_schedule(people=[make_person()])
    run_as(schedule, instructor)
    type(instructor).objects.filter(pk=instructor.pk).update(is_active=False)
    run = render(schedule)
    delivery = run.deliveries.get()
    assert (delivery.state, delivery.reason) == (
        "suppressed",
        "The account of Ivo Ink, whose rows are sent, is not active any more.",
    )


def test_the_owner_must_be_able_to_open_the_report(instructor):
    owner = make_person(roles=("report_administrator",))
    schedule = make_schedule(owner=owner, addresses=["board@example.com"])
    owner.groups.clear()
    delivery = render(schedule).deliveries.get()
    assert (delivery.state, delivery.reason) == (
        "suppressed",
        "The schedule's owner may not open this report any more.",
    )


def test_who_saves_the_report_meanwhile_changes_it_for_all_recipients_or_none(instructor, monkeypatch):
    other = make_person("Ida Ink", roles=("instructor",))
    report = make_report(owner=make_person(roles=("report_administrator",)))
    schedule = make_schedule(owner=report.owner, report=report.slug, people=[instructor, other], formats=["csv"])
    real = rendering.make_file

    def saved_meanwhile(**options):
        counts = real(**options)
        report.spec = {**report.spec, "columns": report.spec["columns"][:2], "chart": None}
        report.save()
        return counts

    monkeypatch.setattr(rendering, "make_file", saved_meanwhile)
    run = render(schedule)
    heads = {content_of(delivery).splitlines()[0].lstrip("\ufeff") for delivery in run.deliveries.all()}
    assert run.deliveries.count() == 2
    assert heads == {"Team,Enrollments,Completed,Completion rate (%)"}


# Only with rows ----------------------------------------------------------------------


def test_who_has_nothing_to_read_gets_no_mail(instructor):
    idle = make_person("Ira Ice", roles=("instructor",))
    schedule = make_schedule(people=[instructor, idle], formats=["csv"], only_with_rows=True)
    run = render(schedule)
    empty = run.deliveries.get(recipient=idle)
    assert (empty.state, empty.reason) == ("empty", "There was nothing to report.")
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.to_address == instructor.email
    OutboxMail.objects.update(state=MailState.KEPT)
    finish_runs()
    run.refresh_from_db()
    # Nothing is missing: who has nothing to read was not to be sent anything.
    assert run.state == RunState.DONE


def test_where_nobody_has_rows_the_run_is_skipped_and_says_so():
    idle = make_person("Ira Ice", roles=("instructor",))
    schedule = make_schedule(people=[idle], only_with_rows=True)
    run = render(schedule)
    assert (run.state, run.error) == (RunState.SKIPPED, "There was nothing to report to anybody.")
    assert (run.artifacts.count(), OutboxMail.objects.count(), run.deliveries.get().state) == (0, 0, "empty")
    assert deliver_run(run_id=run.pk) == []
    # Without the rule the same report is sent, and says that there is nothing.
    schedule.only_with_rows = False
    schedule.save()
    assert render(schedule, now=MONDAY + DAY).state == RunState.READY
    # And whoever asks for one by hand gets one.
    schedule.only_with_rows = True
    schedule.save()
    by_hand = request_run(schedule=schedule, person=idle, now=MONDAY)
    assert render_run(run_id=by_hand.pk, now=MONDAY)


# Pinned filters ------------------------------------------------------------------------


@pytest.fixture
def report():
    """Who is enrolled, to be narrowed by when."""
    return make_report(
        title="Who came",
        columns=[{"column": "person"}],
        filters=[{"column": "enrolled", "operator": "between", "label": "Enrolled from – to"}],
        sort=[],
        chart=None,
    ).slug


def test_a_window_counts_back_from_when_the_report_is_due_however_late_it_is_made(report):
    course = make_course("Fire safety")
    names = {"Ada Able": 18, "Ben Brook": 23, "Cid Cole": 9}
    for name, day in names.items():
        enroll(
            learner=make_person(name), course=course, source="staff", at=dt.datetime(2026, 11, day, 12, tzinfo=dt.UTC)
        )
    last_week = {"enrolled_between": {"relative": "last", "unit": "week", "count": 1}}
    schedule = make_schedule(
        report=report, weekdays=[0], addresses=["board@example.com"], formats=["csv"], params=last_week
    )
    sweep_schedules(now=MONDAY)
    run = schedule.runs.get()
    # The worker comes round to it eight days later.
    assert render_run(run_id=run.pk, now=MONDAY + 8 * DAY)
    text = content_of(run.deliveries.get())
    assert [name for name in names if name in text] == ["Ada Able"]
    assert pins_in_words(schedule, at=run.scheduled_for) == [
        "Enrolled from – to is between: the last full week (16 Nov 2026 to 22 Nov 2026)"
    ]


def test_what_is_pinned_is_said_by_name(db):
    course = make_course("Fire safety")
    params = {"course_any_of": [str(course.translation_key)]}
    owner = make_person(roles=("report_administrator",))
    schedule = make_schedule(report="completion-by-course", owner=owner, params=params)
    assert pins_in_words(schedule, at=MONDAY) == ["Course is any of: “Fire safety”"]


def test_the_day_of_a_window_is_that_of_the_schedules_zone(report):
    schedule = make_schedule(
        report=report,
        zone="Pacific/Auckland",
        at=dt.time(0, 30),
        params={"enrolled_between": {"relative": "last", "unit": "day", "count": 1}},
    )
    # Monday in Auckland, Sunday in UTC.
    at = dt.datetime(2026, 11, 22, 11, 30, tzinfo=dt.UTC)
    assert pins_in_words(schedule, at=at) == [
        "Enrolled from – to is between: the last day (22 Nov 2026 to 22 Nov 2026)"
    ]


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"shoe_size_is": "43"}, "The report does not ask for “shoe_size_is”."),
        ({"enrolled_between": "yesterday"}, "“Enrolled” needs two values, from and to."),
        ({"enrolled_between": {"relative": "sometimes", "unit": "week"}}, "“Enrolled” needs two values, from and to."),
    ],
)
def test_what_fits_the_report_no_more_fails_the_run_and_is_said(report, params, sentence):
    schedule = make_schedule(report=report, addresses=["board@example.com"], params=params)
    assert sentence in problems_of(schedule)[0]
    run = render(schedule)
    assert sentence in run.error
    assert (run.state, run.deliveries.count()) == (RunState.DUE, 0)
