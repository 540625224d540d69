"""The screens of schedules: who may open them, what they say, and that only a POST changes anything."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lms_pages.models import CourseStaff
from notifications.models import MailAttempt, MailState, OutboxMail
from notifications.services import hand_over_mail, resend_mail
from reports.models import Artifact, Delivery, Report, Run, RunKind, Schedule, Subscription
from reports.selectors.schedules import run_history
from reports.services import (
    deliver_run,
    finish_runs,
    opt_out,
    remove_old_files,
    render_run,
    request_run,
    sweep_schedules,
)
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.reports import make_schedule
from tests.factories.saved_reports import make_report
from tests.notifications.smtp_server import ScriptedServer

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
FORM = {
    "title": "Progress on Mondays",
    "report": "course-progress",
    "days": "weekly",
    "weekdays": ["0", "3"],
    "month_day": "1",
    "time": "08:30",
    "zone": "Europe/Berlin",
    "formats": ["pdf", "csv"],
    "run_as": "recipient",
    "delivery": "auto",
    "is_enabled": "on",
    "recipients": "Ada@example.com\n\nboard@example.com\nada@example.com",
}


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch):
    """Drawing a page takes seconds; what stands in it is tested elsewhere."""
    monkeypatch.setattr("reports.services.files.export_pdf", lambda result, path, *, cover: path.write_text("%PDF"))


@pytest.fixture
def reporter(client):
    person = make_person("Rita Report", email="rita@example.com", roles=("report_administrator",))
    client.force_login(person)
    return person


@pytest.fixture
def run(reporter):
    """A delivered run of a schedule with one person and one address."""
    schedule = make_schedule(people=[reporter], addresses=["board@example.com"])
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    render_run(run_id=run_id, now=MONDAY)
    for mail in deliver_run(run_id=run_id):
        hand_over_mail(mail_id=mail.pk)
    return schedule.runs.get()


def page(name: str, schedule) -> str:
    return reverse(f"reports_schedule_modeladmin_{name}", args=[schedule.pk])


def messages_of(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def test_making_a_schedule(client, reporter):
    ada = make_person("Ada Able", email="ada@example.com")
    response = client.post(reverse("reports_schedule_modeladmin_create"), FORM)
    assert response.status_code == 302, response.context["form"].errors
    schedule = Schedule.objects.get()
    assert (schedule.owner, schedule.weekdays, schedule.time) == (reporter, [0, 3], dt.time(8, 30))
    assert (schedule.formats, schedule.zone, schedule.is_enabled) == (["pdf", "csv"], "Europe/Berlin", True)
    assert {(entry.person, entry.address) for entry in schedule.recipients.all()} == {
        (ada, ""),
        (None, "board@example.com"),
    }


def test_a_report_that_somebody_made_is_scheduled_from_its_page(client, reporter):
    mine, other = make_report(owner=reporter, title="Late by team"), make_report(title="Somebody's own")
    address = reverse("reports_schedule_modeladmin_create")
    form = client.get(address, {"report": mine.slug}).context["form"]
    assert (form["report"].value(), form["title"].value()) == (mine.slug, "Late by team")
    assert client.get(address, {"report": "nonsense"}).context["form"]["report"].value() == "course-progress"
    assert client.post(address, {**FORM, "report": mine.slug}).status_code == 302
    schedule = Schedule.objects.get()
    assert (schedule.report, schedule.report_title) == (mine.slug, "Late by team")
    assert "Late by team" in client.get(page("inspect", schedule)).content.decode()
    # Report administrators read everybody's reports.
    assert other.slug in client.get(address).content.decode()


def test_a_made_report_is_sent_and_one_that_cannot_run_any_more_is_not(reporter):
    report = make_report(owner=reporter, title="Late by team")
    schedule = make_schedule(people=[reporter], report=report.slug, formats=["csv"])
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    assert render_run(run_id=run_id, now=MONDAY)
    # Another set of columns changes nothing about whose rows were made.
    saved = {**report.spec, "columns": report.spec["columns"][:1], "sort": [], "chart": None, "summary": None}
    Report.objects.filter(pk=report.pk).update(spec=saved)
    (mail,) = deliver_run(run_id=run_id)
    hand_over_mail(mail_id=mail.pk)
    assert OutboxMail.objects.get(pk=mail.pk).state == MailState.KEPT
    Report.objects.filter(pk=report.pk).update(spec={"source": "enrollments"})
    run = request_run(schedule=schedule, person=reporter, now=MONDAY)
    assert not render_run(run_id=run.pk, now=MONDAY)
    run.refresh_from_db()
    assert "columns is missing." in run.error


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("weekdays", [], "Choose at least one day of the week."),
        ("formats", [], "This field is required."),
        ("recipients", " \n", "Name at least one recipient"),
        ("recipients", ",", "Name at least one recipient"),
        ("recipients", "ada@example.com\nnot an address", "This is not an e-mail address: not an address"),
        ("recipients", "gone@example.com", "These people have no access any more"),
        ("recipients", "\n".join(f"a{n}@example.com" for n in range(501)), "501 addresses are too many"),
        ("time", "25:00", "Enter a valid time."),
        ("ends_on", "2020-01-01", "The last day lies before the first one."),
        ("month_day", "32", "Ensure this value is less than or equal to 31."),
        ("zone", "Mars/Olympus", "Mars/Olympus is not one of the available choices."),
        ("report", "nonsense", "nonsense is not one of the available choices."),
    ],
)
def test_what_a_schedule_may_not_be(client, reporter, field, value, sentence):
    gone = make_person(email="gone@example.com")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    more = {"days": "monthly"} if field == "month_day" else {"starts_on": "2020-01-02"} if field == "ends_on" else {}
    response = client.post(reverse("reports_schedule_modeladmin_create"), {**FORM, **more, field: value})
    assert response.status_code == 200
    assert sentence in " ".join(response.context["form"].errors[field])
    assert Schedule.objects.count() == 0


def test_a_link_is_only_for_those_who_can_sign_in(client, reporter):
    make_person(email="ada@example.com")
    address = reverse("reports_schedule_modeladmin_create")
    answer = client.post(address, {**FORM, "delivery": "link"})
    assert not Schedule.objects.exists()
    assert "These addresses have no account, so nobody there could open a link: board@example.com." in (
        answer.content.decode()
    )
    client.post(address, {**FORM, "delivery": "link", "recipients": "ada@example.com"})
    assert Schedule.objects.get().delivery == "link"
    # A form from before it was asked.
    client.post(address, {name: value for name, value in FORM.items() if name != "delivery"})
    assert Schedule.objects.latest("pk").delivery == "auto"


def test_editing_keeps_recipients_and_counts_other_times_from_now_on(client, reporter):
    ada = make_person("Ada Able", email="ada@example.com")
    schedule = make_schedule(owner=make_person(), people=[ada])
    kept = schedule.recipients.get().pk
    before = timezone.now()
    assert "ada@example.com" in client.get(page("edit", schedule)).content.decode()
    assert client.post(page("edit", schedule), FORM).status_code == 302
    schedule.refresh_from_db()
    assert schedule.active_since >= before
    assert schedule.recipients.get(person=ada).pk == kept
    assert schedule.owner != reporter
    since = schedule.active_since
    client.post(page("edit", schedule), {**FORM, "title": "Another title"})
    schedule.refresh_from_db()
    assert (schedule.title, schedule.active_since) == ("Another title", since)


def test_a_schedule_says_when_it_sends_and_what_it_sent(client, run):
    response = client.get(page("inspect", run.schedule))
    text = response.content.decode()
    assert "Every day at 08:00 (Europe/Berlin)" in text
    assert len(response.context["coming"]) == 5
    assert "Mon 23 Nov 2026, 08:00" in text
    assert "board@example.com" in text
    assert "Kept here" in text
    assert text.count(">Send again<") == 2
    listing = client.get(reverse("reports_schedule_modeladmin_index")).content.decode()
    assert "Progress of the week" in listing
    assert "Being sent" in listing


def test_a_run_with_many_recipients_is_cut_on_the_schedules_page_and_whole_on_its_own(client, reporter):
    addresses = [f"a{number:02}@example.com" for number in range(12)]
    schedule = make_schedule(owner=reporter, addresses=addresses)
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    render_run(run_id=run_id, now=MONDAY)
    for mail in deliver_run(run_id=run_id):
        hand_over_mail(mail_id=mail.pk)
    OutboxMail.objects.filter(to_address="a11@example.com").update(state=MailState.FAILED)
    text = client.get(page("inspect", schedule)).content.decode()
    history = text[text.index("report-recipients") :]
    assert "Showing 10 of 12 recipients, those without the mail first." in " ".join(history.split())
    # Whoever needs a look is among those shown.
    assert history.index("a11@example.com") < history.index("a00@example.com")
    assert "a09@example.com" not in history
    whole = client.get(reverse("reports_run_modeladmin_inspect", args=[run_id])).content.decode()
    assert [address for address in addresses if address not in whole] == []
    assert "Showing" not in whole[whole.index("report-recipients") :]


def test_runs_and_deliveries_are_listed(client, run):
    runs = client.get(reverse("reports_run_modeladmin_index")).content.decode()
    assert "2026-W48-1" in runs
    one = client.get(reverse("reports_run_modeladmin_inspect", args=[run.pk])).content.decode()
    assert "Rita Report" in one
    listing = reverse("reports_delivery_modeladmin_index")
    assert "board@example.com" in client.get(listing).content.decode()
    assert "board@example.com" in client.get(listing, {"result": "kept"}).content.decode()
    assert "board@example.com" not in client.get(listing, {"result": "unknown"}).content.decode()
    filtered = client.get(reverse("reports_run_modeladmin_index"), {"schedule": str(run.schedule.uuid)})
    assert filtered.context["result_count"] == 1


def test_send_me_one_now(client, run, reporter):
    response = client.post(reverse("reports_send_now", args=[run.schedule.uuid]), follow=True)
    assert messages_of(response) == [
        "A report with the rows you may open is on its way to rita@example.com, and to nobody else."
    ]
    manual = Run.objects.get(kind=RunKind.MANUAL)
    assert manual.requested_by == reporter


def test_pause_and_resume(client, run):
    schedule = run.schedule
    response = client.post(reverse("reports_pause", args=[schedule.uuid]), follow=True)
    assert "is paused: it sends nothing until you resume it, but for mails" in messages_of(response)[0]
    schedule.refresh_from_db()
    assert not schedule.is_enabled
    assert "It is paused, so nothing is sent." in client.get(page("inspect", schedule)).content.decode()
    response = client.post(reverse("reports_resume", args=[schedule.uuid]), follow=True)
    assert "sends again, next on" in messages_of(response)[0]
    schedule.refresh_from_db()
    assert schedule.is_enabled


@pytest.mark.parametrize("how", ["button", "form"])
def test_pausing_cancels_what_is_due(client, reporter, how):
    schedule = make_schedule(owner=reporter, people=[reporter])
    sweep_schedules(now=MONDAY)
    if how == "button":
        client.post(reverse("reports_pause", args=[schedule.uuid]))
    else:
        answer = client.post(page("edit", schedule), {key: FORM[key] for key in FORM if key != "is_enabled"})
        assert answer.status_code == 302
    run = schedule.runs.get()
    assert (run.state, run.error) == ("cancelled", "The schedule was paused before this report was sent.")
    assert run.finished_at
    assert "Canceled" in client.get(page("inspect", schedule)).content.decode()


def test_a_form_that_fails_at_its_recipients_saves_nothing(client, reporter, monkeypatch):
    schedule = make_schedule(owner=reporter, people=[reporter])

    def broken(**options):
        raise RuntimeError("the database went away")

    monkeypatch.setattr("reports.forms.schedule.set_recipients", broken)
    with pytest.raises(RuntimeError):
        client.post(page("edit", schedule), FORM)
    schedule.refresh_from_db()
    assert (schedule.title, schedule.time) == ("Progress of the week", dt.time(8))


def test_sending_again_what_is_settled(client, run, monkeypatch):
    sent = []
    monkeypatch.setattr("workbench.queue.enqueue", lambda task, *ids: sent.append(ids))
    delivery = run.deliveries.get(address="board@example.com")
    OutboxMail.objects.filter(pk=delivery.mail_id).update(state=MailState.UNKNOWN)
    response = client.post(reverse("reports_resend", args=[delivery.uuid]), follow=True)
    assert messages_of(response) == ["The report is on its way to board@example.com once more."]
    delivery.mail.refresh_from_db()
    assert delivery.mail.state == MailState.PENDING
    response = client.post(reverse("reports_resend", args=[delivery.uuid]), follow=True)
    assert messages_of(response) == ["This mail is already on its way."]


def test_only_a_post_changes_anything(client, run):
    delivery = run.deliveries.first()
    addresses = [
        reverse("reports_send_now", args=[run.schedule.uuid]),
        reverse("reports_pause", args=[run.schedule.uuid]),
        reverse("reports_resume", args=[run.schedule.uuid]),
        reverse("reports_resend", args=[delivery.uuid]),
    ]
    assert [client.get(address).status_code for address in addresses] == [405] * 4
    assert Run.objects.count() == 1
    assert Schedule.objects.get().is_enabled


ADDRESSES = ["reports_schedule_modeladmin_index", "reports_run_modeladmin_index", "reports_delivery_modeladmin_index"]


@pytest.mark.parametrize("role", ["manager", "instructor", "content_editor"])
def test_other_roles_see_none_of_it(client, run, role):
    client.force_login(make_person(roles=(role,)))
    for name in ADDRESSES:
        assert client.get(reverse(name)).status_code == 302
    assert client.get(page("inspect", run.schedule)).status_code == 302
    delivery = run.deliveries.first()
    for address in (
        reverse("reports_send_now", args=[run.schedule.uuid]),
        reverse("reports_pause", args=[run.schedule.uuid]),
        reverse("reports_resend", args=[delivery.uuid]),
        reverse("reports_file", args=[run.artifacts.first().uuid]),
    ):
        assert client.post(address).status_code == 404
    assert Run.objects.count() == 1
    assert Schedule.objects.get().is_enabled


@pytest.fixture
def rivals():
    """Two people who may schedule, but see only their own people's rows."""
    from django.contrib.auth.models import Permission

    people = [make_person(roles=("instructor",)), make_person(roles=("instructor",))]
    codenames = ["view_schedule", "change_schedule", "add_schedule", "view_run", "view_delivery"]
    for person in people:
        person.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        course = make_course()
        CourseStaff.objects.create(course=course, user=person)
        make_enrollment(course=course)
    return people


def test_rivals_see_their_own_schedules_only(client, rivals):
    one, two = rivals
    mine, theirs = (make_schedule(owner=person, people=[person], title=f"Of {person.pk}") for person in (one, two))
    for run_id in sweep_schedules(now=MONDAY).to_render:
        render_run(run_id=run_id, now=MONDAY)
        deliver_run(run_id=run_id)
    client.force_login(one)
    for name in ADDRESSES:
        listing = client.get(reverse(name))
        assert listing.context["all_count"] == 1
        assert f"Of {one.pk}" in listing.content.decode()
        assert f"Of {two.pk}" not in listing.content.decode()
    assert client.get(page("inspect", mine)).status_code == 200
    assert client.get(page("inspect", theirs)).status_code == 404
    assert client.get(page("edit", theirs)).status_code == 404
    assert client.post(reverse("reports_pause", args=[theirs.uuid])).status_code == 404
    assert Schedule.objects.get(pk=theirs.pk).is_enabled
    files = {artifact.run.schedule_id: artifact for artifact in Artifact.objects.select_related("run")}
    assert client.get(reverse("reports_file", args=[files[mine.pk].uuid])).status_code == 200
    assert client.get(reverse("reports_file", args=[files[theirs.pk].uuid])).status_code == 404


def test_a_file_with_other_peoples_rows_stays_closed_to_the_owner(client, rivals):
    """The owner of a schedule whose recipients get their own rows may not open those."""
    one, two = rivals
    make_schedule(owner=one, people=[one, two])
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    render_run(run_id=run_id, now=MONDAY)
    by_address = {
        delivery.address: delivery.run.artifacts.get(scope_hash=delivery.scope_hash)
        for delivery in Delivery.objects.all()
    }
    client.force_login(one)
    assert client.get(reverse("reports_file", args=[by_address[one.email].uuid])).status_code == 200
    assert client.get(reverse("reports_file", args=[by_address[two.email].uuid])).status_code == 404


def test_who_sees_all_learners_does_not_open_files_of_mails_they_may_not_see(client, reporter):
    administrator = make_person(roles=("administrator",))
    make_schedule(owner=administrator, people=[administrator], report="mails", formats=["csv"])
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    render_run(run_id=run_id, now=MONDAY)
    address = reverse("reports_file", args=[Artifact.objects.get().uuid])
    assert client.get(address).status_code == 404
    client.force_login(administrator)
    assert client.get(address).status_code == 200


def test_what_has_a_history_is_not_deleted(client, run):
    client.force_login(make_person(roles=("administrator",)))
    assert client.post(reverse("reports_schedule_modeladmin_delete", args=[run.schedule.pk])).status_code == 302
    assert Schedule.objects.filter(pk=run.schedule.pk).exists()
    fresh = make_schedule(title="Never sent")
    client.post(reverse("reports_schedule_modeladmin_delete", args=[fresh.pk]))
    assert not Schedule.objects.filter(pk=fresh.pk).exists()


def test_queries_do_not_grow(client, reporter, django_assert_max_num_queries):
    def counts(schedule) -> list[int]:
        found = []
        for address in (*map(reverse, ADDRESSES), page("inspect", schedule)):
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            found.append(len(queries))
        # The texts of hundreds of mails stay in the database.
        assert not [query for query in queries if '"notifications_outboxmail"."html"' in query["sql"]]
        return found

    schedule = make_schedule(people=[reporter])

    def runs(number: int) -> None:
        for _ in range(number):
            run = request_run(schedule=schedule, person=reporter)
            render_run(run_id=run.pk)
            deliver_run(run_id=run.pk)

    runs(1)
    counts(schedule)
    few = counts(schedule)
    runs(6)
    for _ in range(8):
        make_schedule(people=[make_person(), make_person()])
    assert counts(schedule) == few


def test_recipients_and_files_of_a_run_do_not_multiply_each_other(run):
    """Joined, a thousand recipients with two files each took a minute to count."""
    with CaptureQueriesContext(connection) as queries:
        (past,) = run_history(runs=Run.objects.filter(pk=run.pk), limit=1, most=1)
    assert (past.recipients_total, past.artifacts_total) == (run.deliveries.count(), run.artifacts.count())
    assert len(past.recipients) == len(past.artifacts) == 1
    assert not [query["sql"] for query in queries if 'JOIN "reports_artifact"' in query["sql"]]


def test_the_history_names_every_attempt_with_its_stage_code_and_words(client, run, use_server):
    delivery = run.deliveries.get(address="board@example.com")
    resend_mail(mail=delivery.mail, actor=run.schedule.owner)
    with ScriptedServer({"rcpt": "550 5.1.1 no such user"}) as server:
        use_server(server)
        assert hand_over_mail(mail_id=delivery.mail_id) == MailState.FAILED
    for address in (page("inspect", run.schedule), reverse("reports_run_modeladmin_inspect", args=[run.pk])):
        text = " ".join(client.get(address).content.decode().split())
        assert "1 attempt" in text
        assert "Attempt 1 ended while naming the recipient, code 550" in text
        assert "refuses this address: “550 5.1.1 no such user”" in text
        assert "(showing 0 of 0 rows, 4 bytes)" in text


def test_the_history_cuts_attempts_and_says_so(client, run):
    mail = run.deliveries.get(address="board@example.com").mail
    MailAttempt.objects.bulk_create(MailAttempt(mail=mail, number=number, outcome="retry") for number in range(1, 24))
    text = " ".join(client.get(page("inspect", run.schedule)).content.decode().split())
    assert "23 attempts (showing the last 20 of 23)" in text
    assert "Attempt 3 " not in text and "Attempt 4" in text


def test_the_schedule_says_who_opted_out_and_why_it_is_paused(client, run):
    text = client.get(page("inspect", run.schedule)).content.decode()
    assert "Opted out" not in text
    opt_out(subscription=Subscription.objects.get(address="board@example.com"), now=MONDAY)
    Schedule.objects.update(is_enabled=False, pause_reason="The last 5 periods failed.")
    text = client.get(page("inspect", run.schedule)).content.decode()
    assert "board@example.com on 23 Nov 2026" in text
    assert "The last 5 periods failed." in text


def test_a_file_that_was_removed_is_named_without_a_link(client, run):
    finish_runs()
    assert remove_old_files(now=timezone.now() + dt.timedelta(days=31)) == 1
    text = client.get(page("inspect", run.schedule)).content.decode()
    assert "removed on" in text
    assert "/admin/reports/file/" not in text
