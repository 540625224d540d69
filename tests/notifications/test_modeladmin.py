"""The outbox in the admin: what each person sees there and may do."""

import pytest
from django.core.files.storage import storages
from django.urls import reverse
from django.utils import timezone

from accounts.roles import ADMINISTRATOR, CONTENT_EDITOR, REPORT_ADMINISTRATOR
from notifications import modeladmin
from notifications.models import MailState, OutboxMail
from notifications.services import Attachment, delivery, hand_over_mail
from notifications.smtp import Outcome, Stage, Verdict
from tests.factories.accounts import make_person
from tests.factories.notifications import make_mail

pytestmark = pytest.mark.django_db
INDEX = reverse("notifications_outboxmail_modeladmin_index")


def inspect(mail):
    return reverse("notifications_outboxmail_modeladmin_inspect", args=[mail.pk])


def again(mail):
    return reverse("notifications_resend", args=[mail.pk])


@pytest.fixture
def administrator():
    return make_person("Ada Admin", roles=(ADMINISTRATOR,))


@pytest.fixture
def admin(client, administrator):
    client.force_login(administrator)
    return client


@pytest.fixture
def reporter(client):
    client.force_login(make_person("Rea Reporter", roles=(REPORT_ADMINISTRATOR,)))
    return client


@pytest.fixture
def queued(monkeypatch):
    ids = []
    monkeypatch.setattr(modeladmin, "enqueue", lambda task, mail_id: ids.append(mail_id) or True)
    return ids


# The listing -------------------------------------------------------------------


def test_the_listing_says_who_what_and_why_not(admin):
    make_mail(state=MailState.FAILED, subject="Weekly <report>", to="rea@example.com", to_name="Rea Reader")
    page = admin.get(INDEX).content.decode()
    for words in ("Weekly &lt;report&gt;", "Rea Reader", "rea@example.com", "Failed", "is failed."):
        assert words in page
    assert "Weekly <report>" not in page


def test_an_empty_outbox_says_what_will_stand_here(admin):
    assert "No mail has been written yet." in admin.get(INDEX).content.decode()


def subjects(client, **query):
    return {mail.subject for mail in client.get(INDEX, query).context["object_list"]}


def test_filters_and_search(admin):
    make_mail(subject="one", kind="report", state=MailState.SENT, to="rea@example.com")
    make_mail(subject="two", kind="account", state=MailState.FAILED)
    old = make_mail(subject="three", kind="academy", state=MailState.UNKNOWN)
    OutboxMail.objects.filter(pk=old.pk).update(created_at=timezone.now() - timezone.timedelta(days=20))
    assert subjects(admin) == {"one", "two", "three"}
    assert subjects(admin, state="failed") == {"two"}
    assert subjects(admin, kind="academy") == {"three"}
    assert subjects(admin, written="today") == {"one", "two"}
    assert subjects(admin, written="month") == {"one", "two", "three"}
    assert subjects(admin, q="REA@example") == {"one"}
    assert subjects(admin, q="thr", state="unknown") == {"three"}
    assert subjects(admin, state="nonsense", kind="nonsense", written="nonsense") == {"one", "two", "three"}
    assert subjects(admin, text__contains="Text", recipient__email="x") == {"one", "two", "three"}


def test_the_number_of_queries_does_not_grow(admin, django_assert_num_queries, django_assert_max_num_queries):
    for number in range(5):
        make_mail(state=MailState.FAILED, recipient=make_person(), kind=f"kind{number % 2}")
    with django_assert_max_num_queries(20) as few:
        admin.get(INDEX)
    for _number in range(40):
        make_mail(state=MailState.SENT, recipient=make_person())
    with django_assert_num_queries(len(few)):
        assert len(admin.get(INDEX).context["object_list"]) == 45


# Who may see what ----------------------------------------------------------------


def test_report_administrators_see_reports_only_and_send_those_again(reporter, queued):
    report, account = (
        make_mail(kind="report", state=MailState.FAILED),
        make_mail(kind="account", state=MailState.FAILED),
    )
    assert subjects(reporter) == {report.subject}
    assert "?kind=account" not in reporter.get(INDEX).content.decode()
    page = reporter.get(inspect(report))
    assert page.status_code == 200
    assert again(report) in page.content.decode()
    assert reporter.get(inspect(account)).status_code == 404
    assert reporter.post(again(account)).status_code == 404
    assert queued == []
    assert set(OutboxMail.objects.values_list("state", flat=True)) == {MailState.FAILED}
    assert reporter.post(again(report)).status_code == 302
    report.refresh_from_db()
    assert report.state == MailState.PENDING


@pytest.mark.parametrize("roles", [(), (CONTENT_EDITOR,)])
def test_others_are_refused(client, roles, queued):
    client.force_login(make_person(roles=roles))
    mail = make_mail(state=MailState.FAILED, attachments=[Attachment("a.csv", content=b"x")])
    file = reverse("notifications_attachment", args=[mail.attachments.get().pk])
    for url in (INDEX, inspect(mail), again(mail), reverse("notifications_test_mail"), file):
        assert client.get(url).status_code in (302, 404)
    assert client.post(again(mail)).status_code in (302, 404)
    assert queued == []
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED


@pytest.mark.parametrize("action", ["edit", "delete"])
def test_nobody_changes_or_deletes(admin, action):
    mail = make_mail()
    response = admin.post(reverse(f"notifications_outboxmail_modeladmin_{action}", args=[mail.pk]), {"subject": "x"})
    assert response.status_code == 302
    assert OutboxMail.objects.get().subject == mail.subject


def test_nobody_adds(admin):
    assert admin.get(reverse("notifications_outboxmail_modeladmin_create")).status_code == 302
    assert "Add mail" not in admin.get(INDEX).content.decode()


# One mail -----------------------------------------------------------------------


def test_the_story_of_a_mail(admin, administrator, queued):
    mail = make_mail(state=MailState.FAILED)
    admin.post(again(mail))
    claimed = delivery.claim_mail(OutboxMail.objects.get())
    delivery.record_outcome(mail=claimed, outcome=Outcome(Stage.RCPT, Verdict.RETRY, "Asked to wait.", 450))
    OutboxMail.objects.update(next_attempt_at=timezone.now())
    claimed = delivery.claim_mail(OutboxMail.objects.get())
    delivery.record_outcome(mail=claimed, outcome=Outcome(Stage.FINAL, Verdict.SENT, "Taken over.", 250))
    context = admin.get(inspect(mail)).context
    assert [(moment.title, moment.detail, moment.tone) for moment in context["story"]] == [
        ("Written to the outbox", "", ""),
        ("Sent again by Ada Admin", "", ""),
        ("Attempt 1 ended while naming the recipient", "Asked to wait.", "open"),
        ("Attempt 2", "Taken over.", "good"),
    ]
    assert context["sentence"].endswith(", the mail server took it over.")


def test_a_crash_is_told(admin):
    mail = make_mail()
    delivery.claim_mail(mail)
    assert "Is under way." in admin.get(inspect(mail)).content.decode()
    OutboxMail.objects.update(lease_until=timezone.now() - timezone.timedelta(seconds=1))
    delivery.expire_leases()
    page = admin.get(inspect(mail)).content.decode()
    assert "Never came back: the worker stopped in the middle of it." in page
    assert "may or may not have arrived" in page


@pytest.mark.parametrize("state", MailState.values)
def test_every_state_has_a_page_and_a_sentence(admin, state):
    response = admin.get(inspect(make_mail(state=state)))
    assert response.status_code == 200
    assert response.context["sentence"]


def test_html_is_shown_in_a_box_without_powers(admin):
    mail = make_mail(html='<p>Hi</p><script>alert(1)</script><img src="https://example.com/x.png">"><b>')
    page = " ".join(admin.get(inspect(mail)).content.decode().split())
    assert (
        '<iframe class="mail-preview" sandbox="" srcdoc="&lt;meta http-equiv=&quot;Content-Security-Policy&quot;'
        in page
    )
    assert "default-src &#x27;none&#x27;" in page
    assert "<script>alert(1)" not in page


def test_private_text_is_not_shown(admin, settings):
    mail = make_mail(
        is_private=True,
        text="secret-link",
        html="<p>secret-link</p>",
        attachments=[Attachment("a.csv", content=b"secret")],
    )
    file = reverse("notifications_attachment", args=[mail.attachments.get().pk])
    page = admin.get(inspect(mail)).content.decode()
    assert "secret-link" not in page
    assert "The text is only for its reader, and is not shown here." in page
    assert admin.get(file).status_code == 404
    settings.OUTBOX_SHOWS_PRIVATE_MAIL = True
    assert "secret-link" in admin.get(inspect(mail)).content.decode()
    assert admin.get(file).status_code == 200


def test_erased_text_says_when(admin):
    mail = make_mail(is_private=True, state=MailState.FAILED)
    OutboxMail.objects.update(text="", body_erased_at=timezone.now())
    page = admin.get(inspect(mail)).content.decode()
    assert "It was erased on" in page
    assert again(mail) not in page


def test_attachments_can_be_downloaded(admin):
    mail = make_mail(attachments=[Attachment("Bericht März.html", "text/html", content=b"<script>")])
    attachment = mail.attachments.get()
    response = admin.get(reverse("notifications_attachment", args=[attachment.pk]))
    assert b"".join(response.streaming_content) == b"<script>"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''Bericht")
    assert response["X-Content-Type-Options"] == "nosniff"
    storages["private"].delete(attachment.path)
    response = admin.get(reverse("notifications_attachment", args=[attachment.pk]), follow=True)
    assert "is gone." in response.content.decode()


# Sending ------------------------------------------------------------------------


def test_sending_again_asks_first(admin, queued):
    mail = make_mail(state=MailState.UNKNOWN)
    page = admin.get(again(mail)).content.decode()
    assert "If it did arrive" in page
    assert OutboxMail.objects.get().state == MailState.UNKNOWN
    response = admin.post(again(mail), follow=True)
    assert "is on its way." in response.content.decode()
    assert queued == [mail.pk]
    assert OutboxMail.objects.get().state == MailState.PENDING


@pytest.mark.parametrize("state", [MailState.PENDING, MailState.SENDING])
def test_sending_again_what_is_on_its_way(admin, queued, state):
    mail = make_mail(state=state)
    assert "This mail is already on its way." in admin.get(again(mail)).content.decode()
    assert "This mail is already on its way." in admin.post(again(mail), follow=True).content.decode()
    assert queued == []
    assert OutboxMail.objects.get().state == state


def test_without_a_broker_it_says_so(admin, monkeypatch):
    monkeypatch.setattr(modeladmin, "enqueue", lambda task, mail_id: False)
    mail = make_mail(state=MailState.FAILED)
    assert "No worker can be reached right now." in admin.post(again(mail), follow=True).content.decode()
    assert OutboxMail.objects.get().state == MailState.PENDING


def test_a_test_mail(admin, administrator, server):
    page = admin.get(reverse("notifications_test_mail")).content.decode()
    assert f'value="{administrator.email}"' in page
    assert f"through the mail server at 127.0.0.1:{server.port}" in page
    admin.post(reverse("notifications_test_mail"), {"to": "someone@example.com"})
    mail = OutboxMail.objects.get()
    assert (mail.kind, mail.state, mail.to_address) == ("test", MailState.SENT, "someone@example.com")
    assert len(server.accepted) == 1


@pytest.mark.parametrize("to", ["", "nobody", "a@example.com,b@example.com", "a@example.com\nBcc: b@example.com"])
def test_a_test_mail_to_nowhere(admin, to):
    response = admin.post(reverse("notifications_test_mail"), {"to": to})
    assert response.status_code == 200
    assert response.context["form"].errors["to"]
    assert not OutboxMail.objects.exists()


def test_without_a_server_the_page_says_so(admin, settings):
    settings.EMAIL_URL = ""
    assert "No mail server is set (EMAIL_URL)" in admin.get(reverse("notifications_test_mail")).content.decode()
    assert "kept here once more" in admin.get(again(make_mail(state=MailState.KEPT))).content.decode()


def test_the_menu_leads_here(admin):
    assert INDEX in admin.get(reverse("wagtailadmin_home")).content.decode()


def test_deliveries_stay_out_of_the_reference_index():
    from wagtail.models import ReferenceIndex

    assert not ReferenceIndex.model_is_indexable(OutboxMail) or OutboxMail not in ReferenceIndex.indexed_models


def test_hand_over_is_what_the_page_shows(admin, settings):
    settings.EMAIL_URL = ""
    mail = make_mail()
    hand_over_mail(mail_id=mail.pk)
    assert "is kept here to read." in admin.get(INDEX).content.decode()
