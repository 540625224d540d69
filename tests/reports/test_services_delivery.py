"""From a due run to mails: claims, fences, frozen recipients, and who gets whose rows."""

import datetime as dt
import errno
import io
import json

import pypdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from lms_pages.models import CourseStaff
from notifications.models import MailState, OutboxMail
from notifications.registries import mail_checks
from notifications.services import hand_over_mail, resend_mail
from reports import tasks
from reports.models import Artifact, Delivery, Run, RunAs, RunState, Schedule, ScheduleRecipient
from reports.selectors.reports import report_for
from reports.services import (
    deliver_run,
    finish_runs,
    reason_not_to_send,
    render_run,
    rendering,
    request_run,
    sweep_schedules,
)
from reports.services.rendering import BACKOFF, MOST_ATTEMPTS, claim_run
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.reports import make_schedule

pytestmark = pytest.mark.django_db

MONDAY = dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
LATER = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch, request):
    """Drawing a page takes seconds; what stands in it is tested elsewhere."""
    if "real_pdf" not in request.keywords:
        monkeypatch.setattr("reports.services.files.export_pdf", lambda result, path, *, cover: path.write_text("%PDF"))


def due_run(**fields) -> Run:
    make_schedule(**fields)
    (run_id,) = sweep_schedules(now=MONDAY).to_render
    return Run.objects.get(pk=run_id)


def ready_run(**fields) -> Run:
    run = due_run(**fields)
    assert render_run(run_id=run.pk, now=MONDAY) is True
    run.refresh_from_db()
    return run


def settle(state: MailState, **fields) -> None:
    OutboxMail.objects.update(state=state, next_attempt_at=None, sent_at=MONDAY, **fields)


def test_one_mail_per_recipient_and_the_run_is_done():
    ada = make_person("Ada Able")
    run = ready_run(people=[ada], addresses=["board@example.com"], formats=["pdf", "csv"], delivery="attach")
    assert run.state == RunState.READY
    assert {delivery.address for delivery in run.deliveries.all()} == {ada.email, "board@example.com"}
    mails = deliver_run(run_id=run.pk)
    assert {mail.to_address for mail in mails} == {ada.email, "board@example.com"}
    assert {mail.dedupe_key for mail in mails} == {
        f"report:{run.schedule.uuid}:2026-W48-1:{address}" for address in (ada.email, "board@example.com")
    }
    for mail in mails:
        assert [item.name for item in mail.attachments.all()] == [
            "course-progress-2026-W48-1.pdf",
            "course-progress-2026-W48-1.csv",
        ]
        assert [item.content_type for item in mail.attachments.all()] == ["application/pdf", "text/csv"]
        assert "Nobody is enrolled" in mail.text
        assert "Nobody is enrolled" in mail.html
    assert finish_runs() == 0
    settle(MailState.SENT)
    assert finish_runs() == 1
    run.refresh_from_db()
    assert (run.state, bool(run.finished_at)) == (RunState.DONE, True)


def test_a_second_message_does_nothing():
    run = ready_run(people=[make_person()])
    assert render_run(run_id=run.pk, now=MONDAY) is False
    assert len(deliver_run(run_id=run.pk)) == 1
    assert deliver_run(run_id=run.pk) == []
    assert (OutboxMail.objects.count(), Delivery.objects.count(), Artifact.objects.count()) == (1, 1, 1)
    assert render_run(run_id=0, now=MONDAY) is False


@pytest.mark.parametrize("state", [MailState.UNKNOWN, MailState.FAILED, MailState.SUPPRESSED])
def test_somebody_without_the_mail_makes_the_run_partial(state):
    run = ready_run(people=[make_person(), make_person()])
    deliver_run(run_id=run.pk)
    settle(MailState.SENT)
    OutboxMail.objects.filter(pk=OutboxMail.objects.first().pk).update(state=state)
    finish_runs()
    run.refresh_from_db()
    assert run.state == RunState.PARTIAL


def test_a_run_becomes_complete_when_the_missing_mails_arrive_after_all():
    run = ready_run(people=[make_person(), make_person(), make_person()])
    first, second, _third = deliver_run(run_id=run.pk)
    settle(MailState.SENT)
    OutboxMail.objects.filter(pk__in=[first.pk, second.pk]).update(state=MailState.FAILED, sent_at=None)

    def state() -> tuple[int, str]:
        return finish_runs(), Run.objects.get().state

    assert state() == (1, RunState.PARTIAL)
    assert state() == (0, RunState.PARTIAL)
    for mail in (first, second):
        mail.refresh_from_db()
        resend_mail(mail=mail, actor=run.schedule.owner)
    # While they are on their way, and as long as one is missing, nothing is claimed.
    assert state() == (0, RunState.PARTIAL)
    assert hand_over_mail(mail_id=first.pk) == MailState.KEPT
    assert state() == (0, RunState.PARTIAL)
    assert hand_over_mail(mail_id=second.pk) == MailState.KEPT
    assert state() == (1, RunState.DONE)
    assert state() == (0, RunState.DONE)


def test_a_complete_run_stays_complete():
    """Whoever had the mail and asked for it again has had it, whatever becomes of the second one."""
    run = ready_run(people=[make_person()])
    deliver_run(run_id=run.pk)
    settle(MailState.SENT)
    assert finish_runs() == 1
    OutboxMail.objects.update(state=MailState.FAILED)
    assert (finish_runs(), Run.objects.get().state) == (0, RunState.DONE)


def test_somebody_who_was_never_sent_anything_keeps_the_run_partial():
    gone = make_person()
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    run = ready_run(people=[gone, make_person()])
    deliver_run(run_id=run.pk)
    settle(MailState.SENT)
    assert [finish_runs(), finish_runs()] == [1, 0]
    assert Run.objects.get().state == RunState.PARTIAL


def test_closing_runs_costs_the_same_for_many(django_assert_num_queries):
    for _ in range(3):
        run = ready_run(people=[make_person() for _ in range(4)])
        deliver_run(run_id=run.pk)
        Schedule.objects.update(is_enabled=False)
    settle(MailState.SENT)
    with django_assert_num_queries(2):
        assert finish_runs() == 3


def test_one_mail_that_cannot_be_written_holds_up_nobody_else():
    odd, good = make_person("Ada Able", email="ada@example.com"), make_person(email="ben@example.com")
    type(odd).objects.filter(pk=odd.pk).update(first_name="Ada\nBcc: eve@example.com")
    run = ready_run(people=[odd, good])
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.to_address == good.email
    refused = run.deliveries.get(address=odd.email)
    assert (refused.state, refused.reason) == ("failed", "The name of a mail must be one line.")
    settle(MailState.SENT)
    assert (finish_runs(), Run.objects.get().state) == (1, RunState.PARTIAL)


def test_only_one_worker_claims_and_a_dead_one_loses_its_place(settings):
    run = due_run(people=[make_person()])
    first = claim_run(run_id=run.pk, now=MONDAY)
    assert (first.fence, first.attempts) == (1, 1)
    assert claim_run(run_id=run.pk, now=MONDAY) is None
    assert sweep_schedules(now=MONDAY + MINUTE).to_render == ()
    later = MONDAY + dt.timedelta(seconds=settings.REPORTS_RENDER_LEASE + 1)
    assert sweep_schedules(now=later).to_render == (run.pk,)
    assert claim_run(run_id=run.pk, now=later).fence == 2
    # The first one is not dead after all, and finishes: what it made is thrown away.
    with pytest.raises(rendering.LostClaim):
        rendering._keep(first, [])
    assert (Run.objects.get().state, Delivery.objects.count()) == (RunState.RENDERING, 0)


def test_a_slow_worker_leaves_no_file_and_no_row(monkeypatch):
    run = due_run(people=[make_person()])
    original = rendering._make_files

    def overtaken(run, group, definition):
        made = list(original(run, group, definition))
        Run.objects.update(fence=99)
        return made

    monkeypatch.setattr(rendering, "_make_files", overtaken)
    assert render_run(run_id=run.pk, now=MONDAY) is False
    assert (Artifact.objects.count(), Delivery.objects.count()) == (0, 0)
    assert storages["private"].listdir(f"reports/{run.uuid}")[1] == []


def test_files_of_a_dead_renderer_are_swept_away():
    run = due_run(people=[make_person()])
    claimed = claim_run(run_id=run.pk, now=MONDAY)
    definition = report_for(claimed.schedule.report)
    (group,), _suppressed = rendering._recipients(claimed, definition)
    (left,) = rendering._make_files(claimed, group, definition)
    assert storages["private"].exists(left.path)
    assert render_run(run_id=run.pk, now=MONDAY + dt.timedelta(days=1)) is True
    assert storages["private"].listdir(f"reports/{run.uuid}")[1] == [Artifact.objects.get().path.rpartition("/")[2]]


def test_files_that_cannot_be_swept_away_cost_nobody_a_report(monkeypatch):
    run = due_run(people=[make_person()])

    def broken(self, path):
        raise OSError("the folder cannot be listed")

    monkeypatch.setattr(type(storages["private"]), "listdir", broken)
    assert render_run(run_id=run.pk, now=MONDAY) is True
    assert Run.objects.get().state == RunState.READY
    assert Artifact.objects.get().open().read() == b"%PDF"


def test_errors_lead_to_later_attempts_and_then_to_a_sentence(monkeypatch):
    def broken(**options):
        raise RuntimeError("the disk is full")

    run = due_run(people=[make_person()])
    monkeypatch.setattr("reports.services.rendering.make_file", broken)
    now = MONDAY
    for attempt, minutes in enumerate(BACKOFF, start=1):
        assert render_run(run_id=run.pk, now=now) is False
        run.refresh_from_db()
        assert (run.attempts, run.error) == (attempt, "RuntimeError: the disk is full")
        assert run.state == RunState.DUE
        assert render_run(run_id=run.pk, now=now + MINUTE * minutes - dt.timedelta(seconds=1)) is False
        assert Run.objects.get().attempts == attempt
        now += MINUTE * minutes
    assert render_run(run_id=run.pk, now=now) is False
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.FAILED, MOST_ATTEMPTS)
    assert sweep_schedules(now=now).to_render == ()


def test_a_full_disk_is_said_leaves_nothing_and_is_tried_again(monkeypatch):
    run = due_run(people=[make_person()])
    save = storages["private"].save

    def full(self, name, content, max_length=None):
        save(f"{name}.half", ContentFile(b"%P"))
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(type(storages["private"]), "save", full)
        assert render_run(run_id=run.pk, now=MONDAY) is False
    run.refresh_from_db()
    assert (run.state, run.attempts) == (RunState.DUE, 1)
    assert run.error == "The disk is full, so the files could not be written. Make room; it is tried again by itself."
    assert (Artifact.objects.count(), Delivery.objects.count()) == (0, 0)
    assert render_run(run_id=run.pk, now=MONDAY + MINUTE * BACKOFF[0])
    # What the first try left is swept away with it.
    assert storages["private"].listdir(f"reports/{run.uuid}")[1] == [Artifact.objects.get().path.rpartition("/")[2]]
    assert Run.objects.get().error == ""


# In steps ----------------------------------------------------------------------------


@pytest.fixture
def three_scopes():
    """Three people without the right to see everybody, so each has rows, and files, of their own."""
    return [make_person(roles=("instructor",)) for _number in range(3)]


@pytest.fixture
def drawn(monkeypatch):
    """The files that were made, in order: whose run, and which attempt's fence."""
    calls, make_file = [], rendering.make_file

    def counted(**options):
        calls.append(options["prepared"].viewer.pk)
        return make_file(**options)

    monkeypatch.setattr(rendering, "make_file", counted)
    return calls


def test_many_files_are_made_in_steps_and_no_attempt_is_lost(settings, three_scopes, drawn):
    run = due_run(people=three_scopes, formats=["csv"])
    settings.REPORTS_RENDER_STEP = 0
    steps = 0
    while not render_run(run_id=run.pk, now=MONDAY):
        steps += 1
        run.refresh_from_db()
        assert (run.state, run.attempts, run.lease_until, run.error) == (RunState.DUE, 0, None, "")
        assert (Artifact.objects.count(), Delivery.objects.count()) == (steps, 0)
        assert sweep_schedules(now=MONDAY).to_render == (run.pk,)
    assert steps == 2
    assert drawn == [person.pk for person in three_scopes]
    run.refresh_from_db()
    assert (run.state, run.fence, Delivery.objects.count()) == (RunState.READY, 3, 3)
    assert len(deliver_run(run_id=run.pk)) == 3


def test_recipients_without_rows_hold_up_no_step(settings, three_scopes, drawn):
    last = three_scopes[2]
    make_enrollment(learner=last)
    run = due_run(people=three_scopes, formats=["csv"], only_with_rows=True)
    settings.REPORTS_RENDER_STEP = 0
    # Two have nothing to read; a step that ended after the first of them would end there each time.
    assert render_run(run_id=run.pk, now=MONDAY) is True
    assert drawn == [last.pk]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["empty", "empty", "pending"]


def test_another_attempt_goes_on_where_the_last_one_failed(monkeypatch, three_scopes, drawn):
    run = due_run(people=three_scopes, formats=["csv"])
    with monkeypatch.context() as trouble:
        counted = rendering.make_file

        def second_breaks(**options):
            if drawn:
                raise RuntimeError("the network is gone")
            return counted(**options)

        trouble.setattr(rendering, "make_file", second_breaks)
        assert render_run(run_id=run.pk, now=MONDAY) is False
    assert (Artifact.objects.count(), Delivery.objects.count()) == (1, 0)
    assert render_run(run_id=run.pk, now=MONDAY + LATER) is True
    assert drawn == [person.pk for person in three_scopes]
    names = {path.rpartition("/")[2] for path in Artifact.objects.values_list("path", flat=True)}
    assert set(storages["private"].listdir(f"reports/{run.uuid}")[1]) == names
    assert len(names) == 3


@pytest.mark.parametrize(
    "change",
    [{"title": "Another title"}, {"report": "overdue"}, {"zone": "Asia/Tokyo"}, {"formats": ["csv", "json"]}],
    ids=lambda change: next(iter(change)),
)
def test_files_of_before_a_change_are_made_anew(settings, three_scopes, drawn, change):
    run = due_run(people=three_scopes[:2], formats=["csv"])
    settings.REPORTS_RENDER_STEP = 0
    assert render_run(run_id=run.pk, now=MONDAY) is False
    old = Artifact.objects.get().path
    Schedule.objects.update(**change)
    settings.REPORTS_RENDER_STEP = 60
    assert render_run(run_id=run.pk, now=MONDAY) is True
    each = len(change.get("formats", ["csv"]))
    assert len(drawn) == 1 + 2 * each
    assert Artifact.objects.count() == 2 * each
    assert not storages["private"].exists(old)


def test_files_of_somebody_who_was_taken_off_meanwhile_are_deleted(settings, three_scopes, drawn):
    run = due_run(people=three_scopes, formats=["csv"])
    settings.REPORTS_RENDER_STEP = 0
    assert render_run(run_id=run.pk, now=MONDAY) is False
    ScheduleRecipient.objects.filter(person=three_scopes[0]).delete()
    settings.REPORTS_RENDER_STEP = 60
    assert render_run(run_id=run.pk, now=MONDAY) is True
    assert Artifact.objects.count() == 2
    assert len(storages["private"].listdir(f"reports/{run.uuid}")[1]) == 2
    assert {delivery.recipient for delivery in Delivery.objects.all()} == set(three_scopes[1:])


def test_a_worker_that_always_dies_is_not_started_for_ever(settings):
    run = due_run(people=[make_person()])
    now = MONDAY
    for _ in range(MOST_ATTEMPTS):
        assert claim_run(run_id=run.pk, now=now) is not None
        now += dt.timedelta(seconds=settings.REPORTS_RENDER_LEASE + 1)
    assert claim_run(run_id=run.pk, now=now) is None
    run.refresh_from_db()
    assert (run.state, run.error) == (
        RunState.FAILED,
        "The worker died each time it made this report. Its log says why.",
    )


def test_a_crash_in_the_hand_over_leaves_the_run_ready(monkeypatch):
    run = ready_run(people=[make_person(), make_person()])
    calls = []

    def second_breaks(**options):
        calls.append(options)
        if len(calls) == 2:
            raise RuntimeError("crash")
        return original(**options)

    from reports.services import delivery

    original = delivery.queue_mail
    monkeypatch.setattr(delivery, "queue_mail", second_breaks)
    with pytest.raises(RuntimeError):
        deliver_run(run_id=run.pk)
    assert (OutboxMail.objects.count(), Run.objects.get().state) == (0, RunState.READY)
    monkeypatch.setattr(delivery, "queue_mail", original)
    assert sweep_schedules(now=MONDAY + MINUTE).to_deliver == (run.pk,)
    assert len(deliver_run(run_id=run.pk)) == 2


def test_nobody_on_the_list_is_said():
    run = due_run()
    assert render_run(run_id=run.pk, now=MONDAY) is False
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.SKIPPED, "The schedule has no recipients.")


def test_the_same_address_twice_gets_one_mail():
    ada = make_person("Ada Able", email="ada@example.com")
    run = ready_run(people=[ada], addresses=["ADA@example.com"])
    delivery = run.deliveries.get()
    assert (delivery.address, delivery.recipient) == ("ada@example.com", ada)


@pytest.fixture
def rivals():
    first, second = make_course("SQL for analysts"), make_course("Fire safety")
    make_completed(make_person("Ada Able"), first)
    make_enrollment(make_person("Ben Brook"), second)
    one, two = make_person("Ivo Ink", roles=("instructor",)), make_person("Ira Ice", roles=("instructor",))
    CourseStaff.objects.create(course=first, user=one)
    CourseStaff.objects.create(course=second, user=two)
    return one, two


def content_of(delivery: Delivery) -> str:
    return delivery.run.artifacts.get(scope_hash=delivery.scope_hash, format="csv").open().read().decode()


def test_everybody_gets_the_rows_they_may_open(rivals):
    one, two = rivals
    run = ready_run(people=rivals, addresses=["board@example.com", "audit@example.com"], formats=["csv"])
    by_address = {delivery.address: content_of(delivery) for delivery in run.deliveries.all()}
    assert "Ada Able" in by_address[one.email] and "Ben Brook" not in by_address[one.email]
    assert "Ben Brook" in by_address[two.email] and "Ada Able" not in by_address[two.email]
    assert "Ada Able" in by_address["board@example.com"] and "Ben Brook" in by_address["board@example.com"]
    # Four people, three files: those who may open the same rows share one.
    assert Artifact.objects.count() == 3
    assert by_address["board@example.com"] == by_address["audit@example.com"]
    mails = {mail.to_address: mail for mail in deliver_run(run_id=run.pk)}
    assert "1 of 1 enrollment is completed" in mails[one.email].text
    assert "0 of 1 enrollment is completed" in mails[two.email].text


def test_as_the_owner_all_share_one_file(rivals):
    run = ready_run(people=rivals, formats=["csv"], run_as=RunAs.OWNER)
    assert Artifact.objects.get().rows_total == 2
    assert {content_of(delivery).count("\r\n") for delivery in run.deliveries.all()} == {3}


def test_by_hand_it_goes_to_one_person_with_their_rows(rivals):
    one, _two = rivals
    schedule = make_schedule(people=rivals, formats=["csv"], run_as=RunAs.OWNER)
    run = request_run(schedule=schedule, person=one, now=MONDAY)
    assert render_run(run_id=run.pk, now=MONDAY)
    delivery = run.deliveries.get()
    assert delivery.address == one.email
    assert "Ben Brook" not in content_of(delivery)
    (mail,) = deliver_run(run_id=run.pk)
    assert "You asked for this report" in mail.text


def test_accounts_that_are_not_active_get_nothing():
    gone, here = make_person(), make_person()
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    run = ready_run(people=[gone, here])
    suppressed = run.deliveries.get(address=gone.email)
    assert (suppressed.state, suppressed.reason) == ("suppressed", "The account is not active.")
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.to_address == here.email
    settle(MailState.SENT)
    finish_runs()
    run.refresh_from_db()
    assert run.state == RunState.PARTIAL


def change_nothing(run, person):
    pass


def deactivate(run, person):
    type(person).objects.filter(pk=person.pk).update(is_active=False)


def move(run, person):
    type(person).objects.filter(pk=person.pk).update(email="new@example.com")


def take_off_the_list(run, person):
    ScheduleRecipient.objects.filter(person=person).delete()


def take_the_team_away(run, person):
    person.managed_teams.clear()


def retire_the_owner(run, person):
    type(person).objects.filter(pk=run.schedule.owner_id).update(is_active=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (change_nothing, ""),
        (deactivate, "The account is not active any more."),
        (move, "The person has another address now."),
        (take_off_the_list, "This recipient was taken off the schedule."),
        (take_the_team_away, "What may be seen has changed since the report was made."),
        (retire_the_owner, ""),
    ],
)
def test_access_is_checked_once_more_before_sending(change, reason):
    manager = make_person(roles=("manager",))
    make_team(managers=[manager])
    run = ready_run(people=[manager])
    (mail,) = deliver_run(run_id=run.pk)
    change(run, manager)
    assert mail_checks["report"] is reason_not_to_send
    assert reason_not_to_send(OutboxMail.objects.get(pk=mail.pk)) == reason


def test_an_address_without_an_account_depends_on_the_owner():
    run = ready_run(addresses=["board@example.com"])
    (mail,) = deliver_run(run_id=run.pk)
    retire_the_owner(run, run.schedule.owner)
    assert reason_not_to_send(mail) == "The account of the schedule's owner is not active any more."


def test_tasks_hand_on_to_each_other(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "enqueue", lambda task, *ids: sent.append((task.name, *ids)))
    make_schedule(people=[make_person()], since=dt.datetime.now(dt.UTC) - dt.timedelta(days=1))
    tasks.sweep_schedules()
    run = Run.objects.latest("scheduled_for")
    Run.objects.filter(pk=run.pk).update(state=RunState.DUE)
    tasks.render_run(run.pk)
    tasks.deliver_run(run.pk)
    tasks.deliver_run(run.pk)
    mail = OutboxMail.objects.get()
    assert sent[-2:] == [("reports.tasks.deliver_run", run.pk), ("notifications.tasks.send_mail", mail.pk)]


def report(*arguments) -> str:
    output = io.StringIO()
    call_command("delivery_report", *arguments, stdout=output)
    return output.getvalue()


def test_the_delivery_report_names_every_recipient():
    assert report() == "No report has been due yet.\n"
    run = ready_run(people=[make_person(email="ada@example.com")], addresses=["board@example.com"])
    deliver_run(run_id=run.pk)
    settle(MailState.SENT)
    OutboxMail.objects.filter(to_address="board@example.com").update(state=MailState.UNKNOWN, last_error="Ask.")
    sweep_schedules(now=MONDAY + dt.timedelta(days=2))
    lines = json.loads(report("--json", "--schedule", str(run.schedule.uuid)))["deliveries"]
    assert [(line["period"], line["address"], line["result"]) for line in lines] == [
        ("2026-W48-3", "ada@example.com", "pending"),
        ("2026-W48-3", "board@example.com", "pending"),
        ("2026-W48-2", "ada@example.com", "missed"),
        ("2026-W48-2", "board@example.com", "missed"),
        ("2026-W48-1", "ada@example.com", "sent"),
        ("2026-W48-1", "board@example.com", "unknown"),
    ]
    assert "Progress of the week  2026-W48-1  board@example.com  unknown  (Ask.)" in report()
    with pytest.raises(CommandError, match="There is no schedule nonsense"):
        report("--schedule", "nonsense")


@pytest.mark.real_pdf
def test_a_real_pdf_is_attached_and_a_second_rendering_is_the_same(rivals):
    run = ready_run(people=[rivals[0]])
    artifact = run.artifacts.get()
    document = pypdf.PdfReader(artifact.open())
    assert document.metadata.title == "Progress of the week"
    assert "Ada Able" in "".join(page.extract_text() for page in document.pages)
    first = artifact.sha256
    Artifact.objects.all().delete()
    Delivery.objects.all().delete()
    Run.objects.update(state=RunState.DUE)
    assert render_run(run_id=run.pk, now=MONDAY + LATER)
    assert run.artifacts.get().sha256 == first
