"""500 people on one Monday: a file with three bad rows, the mended one, their invitations, and everything taken back."""

from collections import Counter

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from accounts.models import Invitation
from accounts.roles import ADMINISTRATOR
from accounts.selectors import primary_team
from notifications.models import OutboxMail
from notifications.services import hand_over_mail
from tests.factories.accounts import link_in_text, make_person, make_team
from tests.factories.imports import errors_of, make_batch, outcomes_of, undo_batch, write_batch
from workbench.imports.exceptions import ImportRefused
from workbench.models import BatchState

pytestmark = pytest.mark.django_db

User = get_user_model()
HEADER = ["E-mail address", "First name", "Last name", "Team"]
COUNT = 500


def rows(teams):
    return [
        [f"person{number:03}@example.com", f"Pia{number}", f"Person{number}", teams[number % 8].name]
        for number in range(COUNT)
    ]


@pytest.fixture
def teams():
    return [make_team(f"Team {letter}") for letter in "ABCDEFGH"]


@pytest.fixture
def administrator():
    return make_person("Ada Admin", email="ada@example.com", roles=(ADMINISTRATOR,))


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings):
    settings.EMAIL_BACKEND = "notifications.backends.OutboxBackend"


def everything():
    people = User.objects.order_by("pk").values_list("email", "first_name", "is_active", "teams__name")
    return list(people), Invitation.objects.count()


def test_three_bad_rows_are_numbered_and_nothing_is_written(administrator, teams):
    wrong = rows(teams)
    wrong[16][0] = "person017 at example.com"
    wrong[249][3] = "Team Z"
    wrong[499][0] = wrong[0][0].upper()
    before = everything()
    batch = make_batch(wrong, header=HEADER, actor=administrator)
    assert [number for number, _column, _words in errors_of(batch)] == [18, 251, 501]
    assert [column for _number, column, _words in errors_of(batch)] == ["email", "team", ""]
    with pytest.raises(ImportRefused):
        write_batch(batch)
    assert (everything(), OutboxMail.objects.count()) == (before, 0)


def test_the_mended_file_is_written_invited_exported_and_undone(client, administrator, teams, mail_server):
    before = everything()
    batch = write_batch(make_batch(rows(teams), header=HEADER, actor=administrator), invite=True)
    assert (batch.state, User.objects.count()) == (BatchState.WRITTEN, COUNT + 1)
    assert primary_team(User.objects.get(email="person250@example.com")) == teams[250 % 8]

    mails = list(OutboxMail.objects.values_list("pk", flat=True))
    for pk in mails:
        hand_over_mail(mail_id=pk)
    arrived = Counter(command for command in mail_server.commands if command.startswith("RCPT"))
    assert (len(mails), len(mail_server.accepted), len(arrived), set(arrived.values())) == (COUNT, COUNT, COUNT, {1})

    client.force_login(administrator)
    response = client.get(reverse("accounts_user_modeladmin_export"), {"as": "csv"})
    exported = b"".join(response.streaming_content) if response.streaming else response.content
    again = make_batch(content=exported, actor=administrator)
    assert set(outcomes_of(again).values()) == {"same"}
    assert len(outcomes_of(again)) == COUNT + 1

    undone = undo_batch(batch)
    assert (undone.state, everything()) == (BatchState.UNDONE, before)


def test_an_import_is_not_undone_once_somebody_came(client, administrator, teams):
    batch = write_batch(make_batch(rows(teams)[:3], header=HEADER, actor=administrator), invite=True)
    mail = OutboxMail.objects.get(to_address="person001@example.com")
    assert mail.is_private
    link = link_in_text(mail.text)
    client.post(link, {"password1": "quite-a-long-phrase", "password2": "quite-a-long-phrase"})
    assert User.objects.get(email="person001@example.com").has_usable_password()
    before = everything()
    batch.refresh_from_db()
    undone = undo_batch(batch)
    assert (undone.state, everything()) == (BatchState.WRITTEN, before)
    assert "has set a password or signed in" in undone.sentence


def test_a_file_that_takes_access_away_ends_sessions_at_once(client, administrator):
    leaver = make_person("Lee Leaver", email="lee@example.com", password="quite-a-long-phrase")
    client.force_login(leaver)
    assert client.get(reverse("my_learning")).status_code == 200
    header = ["E-mail address", "First name", "Last name", "May sign in"]
    write_batch(make_batch([["lee@example.com", "Lee", "Leaver", "no"]], header=header, actor=administrator))
    leaver.refresh_from_db()
    assert not leaver.is_active
    assert client.get(reverse("my_learning")).status_code == 302
    write_batch(make_batch([["lee@example.com", "Lee", "Leaver", "yes"]], header=header, actor=administrator))
    leaver.refresh_from_db()
    assert leaver.is_active
    # Coming back is signing in again: what was open stays closed.
    assert client.get(reverse("my_learning")).status_code == 302
