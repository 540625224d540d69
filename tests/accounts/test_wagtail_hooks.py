"""Adding and editing people and teams in the admin."""

import datetime

import pytest
from django.contrib.auth import get_user_model
from django.contrib.messages import get_messages
from django.core import mail
from django.urls import reverse

from accounts.models import Team, TeamMembership
from accounts.roles import ADMINISTRATOR, INSTRUCTOR, MANAGER
from accounts.selectors import primary_team
from tests.factories.accounts import make_person, make_team

pytestmark = pytest.mark.django_db

User = get_user_model()
INDEX = "accounts_user_modeladmin_index"
CREATE = "accounts_user_modeladmin_create"
EDIT = "accounts_user_modeladmin_edit"


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=(ADMINISTRATOR,))
    client.force_login(person)
    return person


def group_ids(*names):
    from django.contrib.auth.models import Group

    return list(Group.objects.filter(name__in=names).values_list("pk", flat=True))


def form(**changes):
    return {
        "email": "nora@example.com", "first_name": "Nora", "last_name": "New", "roles": [], "team": "",
        "timezone": "", "language": "", **changes,
    }  # fmt: skip


def test_a_new_person_has_roles_a_team_and_no_password(client, administrator):
    team = make_team("Sales")
    data = form(email="Nora@Example.com", roles=group_ids(INSTRUCTOR), team=team.pk, timezone="Europe/Berlin")
    response = client.post(reverse(CREATE), data)
    assert response.status_code == 302
    person = User.objects.get(email="nora@example.com")
    assert [group.name for group in person.groups.all()] == [INSTRUCTOR]
    assert (person.name, person.timezone, primary_team(person)) == ("Nora New", "Europe/Berlin", team)
    assert not person.has_usable_password()
    assert not person.is_superuser


@pytest.mark.parametrize("membership", [{"until": datetime.date(2099, 12, 31)}, {"is_primary": False}])
def test_saving_a_person_leaves_their_membership_as_it_is(client, administrator, learner, membership):
    team = make_team("Sales")
    row = TeamMembership.objects.create(user=learner, team=team, since=datetime.date(2026, 1, 1), **membership)
    data = form(email=learner.email, last_name="Married", team=team.pk)
    assert client.post(reverse(EDIT, args=[learner.pk]), data).status_code == 302
    learner.refresh_from_db()
    kept = TeamMembership.objects.get()
    assert learner.last_name == "Married"
    assert (kept.pk, kept.since, kept.until, kept.is_primary) == (row.pk, row.since, row.until, row.is_primary)


def test_the_last_sign_in_is_a_day_of_the_readers_calendar(client, administrator, learner):
    User.objects.filter(pk=learner.pk).update(last_login=datetime.datetime(2026, 11, 22, 23, 30, tzinfo=datetime.UTC))
    User.objects.filter(pk=administrator.pk).update(timezone="Europe/Berlin")
    text = client.get(reverse("accounts_user_modeladmin_inspect", args=[learner.pk])).content.decode()
    assert "23 Nov 2026, 00:30" in text


def test_an_address_that_is_taken_is_said_at_the_field(client, administrator, learner):
    response = client.post(reverse(CREATE), form(email=learner.email.upper()))
    assert response.status_code == 200
    assert "Somebody already has this e-mail address." in response.content.decode()
    assert User.objects.count() == 2


def test_moving_to_another_team_keeps_the_earlier_membership(client, administrator, learner):
    first, second = make_team("First", members=[learner]), make_team("Second")
    client.post(reverse(EDIT, args=[learner.pk]), form(email=learner.email, team=second.pk))
    assert primary_team(learner) == second
    assert TeamMembership.objects.filter(user=learner, team=first, until__isnull=False).count() == 1


def test_administrators_keep_their_own_role(client, administrator):
    data = form(email=administrator.email, roles=[])
    text = client.post(reverse(EDIT, args=[administrator.pk]), data).content.decode()
    assert "You cannot take the administrator role from yourself." in text
    assert administrator.groups.filter(name=ADMINISTRATOR).exists()


def test_only_a_superuser_edits_a_superuser(client, administrator):
    root = User.objects.create_superuser("root@example.com", "a long password", first_name="Ro", last_name="Ot")
    client.post(reverse(EDIT, args=[root.pk]), form(email="taken.over@example.com"))
    root.refresh_from_db()
    assert root.email == "root@example.com"
    client.post(reverse("accounts_sign_in_mail", args=[root.pk]))
    assert mail.outbox == []


def test_the_sign_in_mail_leads_to_a_password(client, administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = make_person("Nora New")
    address = reverse("accounts_sign_in_mail", args=[person.pk])
    assert client.get(address).status_code == 405
    response = client.post(address, follow=True)
    assert f"on its way to {person.email}" in response.content.decode()
    (message,) = mail.outbox
    assert message.to == [person.email]
    link = next(word for word in message.body.split() if "/password/reset/key/" in word)
    client.logout()
    page = client.get(link, follow=True)
    done = client.post(
        page.redirect_chain[-1][0],
        {"password1": "quite-a-long-phrase", "password2": "quite-a-long-phrase"},
        follow=True,
    )
    assert done.status_code == 200
    person.refresh_from_db()
    assert person.check_password("quite-a-long-phrase")


def test_no_mail_goes_to_somebody_who_may_not_sign_in(client, administrator, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = make_person("Paul Past")
    User.objects.filter(pk=person.pk).update(is_active=False)
    response = client.post(reverse("accounts_sign_in_mail", args=[person.pk]), follow=True)
    assert "No mail was sent" in response.content.decode()
    assert mail.outbox == []


def test_filters_and_search_find_people(client, administrator, learner):
    manager = make_person("Mia Manager", roles=(MANAGER,))
    team = make_team("Sales", members=[learner])

    def found(query):
        response = client.get(f"{reverse(INDEX)}?{query}")
        return {person.name for person in response.context["object_list"]}

    assert found(f"role={MANAGER}") == {manager.name}
    assert found("role=none") == {"Lea Learner"}
    assert found(f"team={team.uuid}") == {"Lea Learner"}
    assert found("q=lea learn") == {"Lea Learner"}
    assert found("access=no") == set()
    assert found("team=not-a-team") == {"Lea Learner", "Mia Manager", "Ada Admin"}


def test_a_team_counts_todays_people_and_offers_managers_by_role(client, administrator, learner):
    manager = make_person("Mia Manager", roles=(MANAGER,))
    team = make_team("Sales", members=[learner, make_person()])
    assert "2 people" in client.get(reverse("accounts_team_modeladmin_index")).content.decode()
    edit = reverse("accounts_team_modeladmin_edit", args=[team.pk])
    assert set(client.get(edit).context["form"].fields["managers"].queryset) == {manager}
    client.post(edit, {"name": "Sales", "managers": [manager.pk]})
    assert list(Team.objects.get().managers.all()) == [manager]


def test_wagtails_own_user_screens_lead_to_people(client, administrator, learner):
    for name, args in (("index", []), ("add", []), ("edit", [learner.pk]), ("delete", [learner.pk])):
        response = client.post(reverse(f"wagtailusers_users:{name}", args=args))
        assert response.url == reverse(INDEX)
    assert User.objects.filter(pk=learner.pk).exists()


def test_roles_are_shown_in_words_and_not_edited(client, administrator):
    text = client.get(reverse("wagtailusers_groups:index")).content.decode()
    assert "Report administrators" in text
    assert "report_administrator" not in text
    group = group_ids(MANAGER)[0]
    assert client.get(reverse("wagtailusers_groups:inspect", args=[group])).status_code == 200
    response = client.get(reverse("wagtailusers_groups:edit", args=[group]))
    assert response.status_code == 302
    assert [str(message) for message in get_messages(response.wsgi_request)][-1].startswith("Sorry")


def test_choosing_a_person_searches_names_and_addresses(client, administrator, learner):
    results = client.get(reverse("person_chooser:choose_results"), {"q": "lea learn"})
    assert "Lea Learner" in results.content.decode()
    assert "Lea Learner" not in client.get(reverse("person_chooser:choose_results"), {"q": "zzz"}).content.decode()


def test_the_admin_shows_times_in_the_persons_own_zone(client, administrator):
    User.objects.filter(pk=administrator.pk).update(timezone="Pacific/Kiritimati")
    response = client.get(reverse("wagtailadmin_account"))
    assert response.status_code == 200
    posted = {
        "name_email-first_name": "Ada", "name_email-last_name": "Admin", "name_email-email": administrator.email,
        "time-timezone": "Asia/Tokyo", "theme-theme": "system", "theme-contrast": "system", "theme-density": "default",
        "theme-keyboard_shortcuts": "on", "locale-preferred_language": "",
    }  # fmt: skip
    client.post(reverse("wagtailadmin_account"), posted)
    administrator.refresh_from_db()
    assert administrator.timezone == "Asia/Tokyo"
