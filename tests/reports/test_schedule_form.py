"""The form of a schedule: what it asks, what it refuses, and that its looking buttons save nothing."""

import datetime as dt

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from lms_pages.models import CourseStaff
from reports.models import Audience, RunAs, Schedule
from reports.services import set_audiences, sweep_schedules
from tests.factories.accounts import make_person, make_team
from tests.factories.lms_pages import make_course
from tests.factories.reports import make_schedule

pytestmark = pytest.mark.django_db

CREATE = reverse("reports_schedule_modeladmin_create")
FORM = {
    "title": "Who enrolls",
    "report": "enrollment-funnel",
    "pins_of": "enrollment-funnel",
    "days": "daily",
    "time": "08:30",
    "zone": "Europe/Berlin",
    "formats": ["pdf"],
    "run_as": "recipient",
    "is_enabled": "on",
    "recipients": "ada@example.com",
}


@pytest.fixture
def reporter(client):
    person = make_person("Rita Report", email="rita@example.com", roles=("report_administrator",))
    client.force_login(person)
    return person


@pytest.fixture
def instructor():
    """Somebody who may schedule, but sees only the rows of one course."""
    person = make_person("Ivo Ink", email="ivo@example.com", roles=("instructor",))
    codenames = ["view_schedule", "change_schedule", "add_schedule"]
    person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    CourseStaff.objects.create(course=make_course("SQL for analysts"), user=person)
    return person


def edit(schedule) -> str:
    return reverse("reports_schedule_modeladmin_edit", args=[schedule.pk])


def saved(client, **fields) -> Schedule:
    response = client.post(CREATE, {**FORM, **fields})
    assert response.status_code == 302, response.context["form"].errors
    return Schedule.objects.get()


def errors(client, address=CREATE, **fields) -> dict:
    before = list(Schedule.objects.values())
    response = client.post(address, {**FORM, **fields})
    assert response.status_code == 200
    assert list(Schedule.objects.values()) == before
    return response.context["form"].errors


# When --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"days": "hourly", "time": "00:15"}, "Tue 1 Dec 2026, 00:15"),
        ({"days": "daily"}, "Tue 1 Dec 2026, 08:30"),
        ({"days": "weekdays", "starts_on": "2026-12-05"}, "Mon 7 Dec 2026, 08:30"),
        ({"days": "weekly", "weekdays": ["3"]}, "Thu 3 Dec 2026, 08:30"),
        ({"days": "monthly", "month_day": "31"}, "Thu 31 Dec 2026, 08:30"),
        ({"days": "month_end", "starts_on": "2027-02-01"}, "Sun 28 Feb 2027, 08:30"),
        ({"days": "quarterly", "month_day": "2"}, "Sat 2 Jan 2027, 08:30"),
        ({"days": "quarter_end"}, "Thu 31 Dec 2026, 08:30"),
    ],
)
def test_only_what_belongs_to_the_days_is_needed_and_the_times_are_shown_before_saving(client, reporter, fields, first):
    """As without scripts: the button sends the form, and the form comes back with its times."""
    sent = {"starts_on": "2026-12-01", **{name: FORM[name] for name in ("time", "zone")}, **fields}
    response = client.post(CREATE, {**sent, "do": "times"})
    assert response.status_code == 200
    form = response.context["form"]
    # Nothing is said of a title that is missing: nobody wants to save yet.
    assert (dict(form.errors), form.times[0]) == ({}, first)
    assert len(form.times) == 5
    text = response.content.decode()
    assert first in text and "On the clock of Europe/Berlin." in text
    assert Schedule.objects.count() == 0


def test_times_that_cannot_be_said_are_not_and_the_reason_stands_at_its_field(client, reporter):
    form = client.post(CREATE, {**FORM, "days": "weekly", "do": "times"}).context["form"]
    assert form.times is None
    assert dict(form.errors) == {"weekdays": ["Choose at least one day of the week."]}
    form = client.post(CREATE, {**FORM, "starts_on": "2020-01-01", "ends_on": "2020-01-31", "do": "times"}).context[
        "form"
    ]
    assert form.times == []


def test_a_field_of_other_days_is_kept_and_never_in_the_way(client, reporter):
    schedule = make_schedule(owner=reporter, days="monthly", month_day=15, weekdays=[2])
    assert client.post(edit(schedule), {**FORM, "days": "daily", "month_day": "99", "weekdays": ""}).status_code == 302
    schedule.refresh_from_db()
    assert (schedule.days, schedule.month_day, schedule.weekdays) == ("daily", 15, [2])


def test_another_hour_in_a_period_that_was_sent_is_shown_as_the_next_period(client, reporter):
    now = timezone.now()
    schedule = make_schedule(
        owner=reporter, people=[reporter], days="daily", zone="UTC", at=dt.time(0), since=now - dt.timedelta(days=1)
    )
    sweep_schedules(now=now)
    today = now.date().isoformat()
    assert schedule.runs.filter(period=today).exists()
    sent = {**FORM, "zone": "UTC", "time": "23:59"}
    times = client.post(edit(schedule), {**sent, "do": "times"}).context["form"].times
    tomorrow = now.date() + dt.timedelta(days=1)
    assert times[0].split()[1] == str(tomorrow.day)
    client.post(edit(schedule), sent)
    sweep_schedules(now=dt.datetime.combine(now.date(), dt.time(23, 59, 30), dt.UTC))
    assert schedule.runs.filter(scheduled_for__date=now.date()).count() == 1


# The report's own filters --------------------------------------------------------------


def test_the_reports_own_filters_are_asked_and_kept(client, reporter):
    course = make_course("Fire safety")
    key = str(course.translation_key)
    text = client.get(CREATE, {"report": "enrollment-funnel"}).content.decode()
    assert 'name="pin-enrolled_between-value"' in text and 'name="pin-course_any_of-values"' in text
    schedule = saved(
        client,
        **{
            "pin-course_any_of-values": [key],
            "pin-enrolled_between-relative": "last",
            "pin-enrolled_between-count": "1",
            "pin-enrolled_between-unit": "month",
        },
    )
    assert schedule.params == {
        "course_any_of": [key],
        "enrolled_between": {"relative": "last", "unit": "month", "count": 1},
    }
    page = client.get(edit(schedule)).content.decode()
    assert f'value="{key}" checked' in page
    assert '<option value="last" selected>' in page
    inspected = client.get(reverse("reports_schedule_modeladmin_inspect", args=[schedule.pk])).content.decode()
    assert "is between: the last full month (" in inspected
    # Saved again as it is, it stays.
    kept = {**FORM, "title": "Another title"}
    del kept["pins_of"]
    client.post(edit(schedule), kept)
    schedule.refresh_from_db()
    assert (schedule.title, len(schedule.params)) == ("Another title", 2)


def test_another_report_asks_again_before_it_is_saved(client, reporter):
    """Without scripts the form still holds the filters of the report that was chosen first."""
    found = errors(client, report="weekly-activity", **{"pin-enrolled_between-value": "2026-01-01"})
    assert found["report"] == ["This report has filters of its own. They stand below now; look, and save."]
    response = client.post(CREATE, {**FORM, "report": "weekly-activity", "do": "filters"})
    text = response.content.decode()
    assert (dict(response.context["form"].errors), Schedule.objects.count()) == ({}, 0)
    assert 'name="pins_of" value="weekly-activity"' in text
    assert 'name="pin-day_within-relative"' in text and "pin-enrolled_between" not in text
    schedule = saved(
        client,
        report="weekly-activity",
        pins_of="weekly-activity",
        **{"pin-day_within-relative": "last", "pin-day_within-count": "4", "pin-day_within-unit": "week"},
    )
    assert schedule.params == {"day_within": {"relative": "last", "unit": "week", "count": 4}}


def pin_fields(client, name: str, address=CREATE, **query) -> dict[str, str]:
    """The fields of a filter with their hints, as the form is drawn."""
    (question,) = [pin for pin in client.get(address, query).context["form"].pins if pin.name == name]
    return {field.name.removeprefix(f"pin-{name}-"): field.hint for field in question.fields}


def test_each_field_of_a_stretch_of_time_is_there_and_says_when_it_counts(client, reporter):
    """Nothing draws them anew when another is chosen; a stylesheet hides those that do not count."""
    expected = {
        "value": "",
        "until": "",
        "relative": "",
        "count": "Counts for “the last full” and “the next”.",
        "unit": "Counts for everything but “those days”.",
    }
    assert pin_fields(client, "enrolled_between", report="enrollment-funnel") == expected
    schedule = saved(
        client,
        **{
            "pin-enrolled_between-relative": "this",
            "pin-enrolled_between-count": "nine",
            "pin-enrolled_between-unit": "week",
        },
    )
    # What is hidden is in nobody's way.
    assert schedule.params == {"enrolled_between": {"relative": "this", "unit": "week", "count": 1}}
    assert pin_fields(client, "enrolled_between", edit(schedule)) == expected
    found = pin_fields(client, "day_within", report="weekly-activity")
    assert list(found) == ["relative", "count", "unit"]
    assert found["unit"] == "Counts for everything but “at any time”."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"pin-enrolled_between-value": "2026-02-01", "pin-enrolled_between-until": "2026-01-01"}, "is larger than the second"),
        ({"pin-enrolled_between-value": "soon", "pin-enrolled_between-until": "2026-01-01"}, "“soon” is no day"),
        ({"pin-enrolled_between-value": "2026-01-01", "pin-enrolled_between-relative": "last", "pin-enrolled_between-unit": "week"}, "say either days or a stretch of time, not both"),
        ({"pin-course_any_of-values": ["no key"]}, "is no key that “Course” could have"),
    ],
)  # fmt: skip
def test_a_filter_that_does_not_fit_is_refused(client, reporter, fields, sentence):
    assert sentence in errors(client, **fields)["__all__"][0]


# To whom and whose rows -------------------------------------------------------------------


def test_audiences_are_chosen_and_kept(client, reporter):
    team = make_team("Sales")
    schedule = saved(client, recipients="", roles=["instructor"], teams=[str(team.uuid)], everyone="on")
    assert set(schedule.audiences.values_list("audience", "key")) == {
        ("everyone", ""),
        ("role", "instructor"),
        ("team", str(team.uuid)),
    }
    form = client.get(edit(schedule)).context["form"]
    assert (form["roles"].value(), form["everyone"].value()) == (["instructor"], True)
    page = client.get(reverse("reports_schedule_modeladmin_inspect", args=[schedule.pk])).content.decode()
    assert "Everyone who may open reports, Instructors, Sales (1 person now)" in page
    listing = client.get(reverse("reports_schedule_modeladmin_index")).content.decode()
    assert "Everyone who may open reports, Instructors and 1 more" in listing
    assert client.post(edit(schedule), {**FORM, "roles": ["manager"]}).status_code == 302
    assert list(schedule.audiences.values_list("audience", "key")) == [("role", "manager")]


def test_audiences_with_too_many_people_are_refused(client, reporter, monkeypatch):
    monkeypatch.setattr("reports.forms.recipients.MOST_RECIPIENTS", 1)
    make_person(roles=("instructor",))
    sentence = errors(client, roles=["instructor"])["recipients"][0]
    assert (
        sentence.startswith("1 people are in these audiences now, and one schedule sends to 1 at most.")
        or "are in these audiences now" in sentence
    )


def test_owners_who_see_some_rows_are_offered_what_they_know(client, instructor):
    client.force_login(instructor)
    make_team("Sales")
    form = client.get(CREATE).context["form"]
    assert "everyone" not in form.fields
    assert (form.fields["roles"].choices, form.fields["teams"].choices) == ([], [])
    assert [label for _key, label in form.fields["staff"].choices] == ["SQL for analysts"]
    assert [key for key, _label in form.fields["run_as"].choices] == ["recipient", "owner"]


def test_what_is_not_offered_is_refused(client, instructor):
    client.force_login(instructor)
    administrator = make_person(email="adam@example.com", roles=("administrator",))
    team = make_team("Sales")
    assert "run_as" in errors(client, run_as="person", run_as_email=administrator.email)
    assert "roles" in errors(client, roles=["administrator"])
    assert "teams" in errors(client, teams=[str(team.uuid)])


def test_editing_somebody_elses_schedule_widens_nothing(client, reporter, instructor):
    """Whoever edits it, its owner's reach is what counts."""
    schedule = make_schedule(owner=instructor, people=[instructor], report="enrollment-funnel")
    administrator = make_person(email="adam@example.com", roles=("administrator",))
    assert "run_as" in errors(client, edit(schedule), run_as="person", run_as_email=administrator.email)
    assert "roles" in errors(client, edit(schedule), roles=["manager"])
    schedule.refresh_from_db()
    assert (schedule.run_as, schedule.run_as_person, schedule.audiences.count()) == (RunAs.RECIPIENT, None, 0)


def test_who_may_not_read_a_report_does_not_choose_who_gets_it(client, reporter, monkeypatch):
    owner = make_person(roles=("administrator",))
    schedule = make_schedule(owner=owner, report="report-deliveries", addresses=["board@example.com"])
    permission = Permission.objects.get(codename="view_delivery")
    reporter.groups.get().permissions.remove(permission)
    found = errors(client, edit(schedule), report="report-deliveries", pins_of="report-deliveries")
    assert found["report"] == ["You may not read this report, so you cannot change who gets it."]
    assert [entry.email for entry in schedule.recipients.all()] == ["board@example.com"]


def test_one_persons_rows(client, reporter):
    ivo = make_person("Ivo Ink", email="ivo@example.com")
    schedule = saved(client, run_as="person", run_as_email="IVO@example.com")
    assert (schedule.run_as, schedule.run_as_person) == (RunAs.PERSON, ivo)
    page = client.get(reverse("reports_schedule_modeladmin_inspect", args=[schedule.pk])).content.decode()
    assert "Ivo Ink: everybody gets the rows that person may open" in page
    assert client.get(edit(schedule)).context["form"]["run_as_email"].value() == "ivo@example.com"
    client.post(edit(schedule), {**FORM, "run_as_email": "nonsense"})
    schedule.refresh_from_db()
    assert (schedule.run_as, schedule.run_as_person) == (RunAs.RECIPIENT, None)


@pytest.mark.parametrize(
    ("email", "sentence"),
    [
        ("", "Say whose rows are sent."),
        ("nobody@example.com", "There is nobody with this address"),
        ("x", "Enter a valid"),
    ],
)
def test_one_person_must_be_somebody(client, reporter, email, sentence):
    assert errors(client, run_as="person", run_as_email=email)["run_as_email"][0].startswith(sentence)


# The page -----------------------------------------------------------------------------


def test_a_schedule_that_cannot_run_says_why(client, reporter):
    schedule = make_schedule(owner=reporter, people=[reporter], params={"shoe_size_is": "43"})
    page = client.get(reverse("reports_schedule_modeladmin_inspect", args=[schedule.pk])).content.decode()
    assert "The next report cannot be made" in page
    assert "The report does not ask for “shoe_size_is”." in page


def test_a_schedule_whose_last_day_is_over_says_so(client, reporter):
    schedule = make_schedule(owner=reporter, people=[reporter], ends_on=dt.date(2026, 1, 31))
    page = client.get(reverse("reports_schedule_modeladmin_inspect", args=[schedule.pk])).content.decode()
    assert "Its last day is over, so nothing is sent any more." in page
    assert ", until 31 Jan 2026" in page


def test_audiences_cost_the_list_no_query_a_row(client, reporter):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("reports_schedule_modeladmin_index"))
        return len(queries)

    def make() -> None:
        audiences = [(Audience.ROLE, "instructor"), (Audience.TEAM, str(make_team().uuid))]
        set_audiences(schedule=make_schedule(owner=reporter), audiences=audiences)

    make()
    count()
    few = count()
    for _ in range(4):
        make()
    assert count() == few
