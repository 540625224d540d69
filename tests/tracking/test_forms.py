"""The settings of usage tracking in the admin: keys that are never shown, and switches that need them."""

import pytest
from django.urls import reverse

from tests.factories.accounts import make_person
from tests.factories.tracking import KEYS, switch_on, use_stand_in
from tracking.models import TrackingSettings
from tracking.selectors.site import accounts, tracking_settings
from tracking.standin import StandIn
from workbench.kept import forget_all

pytestmark = pytest.mark.django_db
PLAIN = {"one_in": "1", "ga4_region": "world", "mixpanel_region": "world"}


@pytest.fixture
def admin(client):
    client.force_login(make_person("Ada", roles=("administrator",)))
    return client


@pytest.fixture
def page():
    TrackingSettings.objects.get_or_create()
    return reverse("wagtailsettings:edit", args=["tracking", "trackingsettings", TrackingSettings.objects.get().pk])


def test_a_secret_is_kept_and_never_shown(admin, page):
    given = {**PLAIN, "ga4": "on", "ga4_measurement_id": "G-AB12", "ga4_api_secret": "very-secret-indeed"}
    assert admin.post(page, given).status_code == 302
    assert TrackingSettings.objects.get().ga4_api_secret == "very-secret-indeed"
    shown = admin.get(page).content.decode()
    assert "very-secret-indeed" not in shown
    assert "One is stored. Leave empty to keep it." in shown
    admin.post(page, {**given, "ga4_api_secret": "", "page_views": "on"})
    row = TrackingSettings.objects.get()
    assert (row.ga4_api_secret, row.page_views) == ("very-secret-indeed", True)
    admin.post(page, {**PLAIN, "forget_ga4_api_secret": "on"})
    assert TrackingSettings.objects.get().ga4_api_secret == ""


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"ga4": "on"}, "Google Analytics needs a measurement ID."),
        ({"ga4": "on", "ga4_measurement_id": "G-AB12"}, "Google Analytics needs an API secret."),
        ({"ga4_measurement_id": "UA-1234-1"}, "It looks like G-AB12CD34EF."),
        ({"mixpanel": "on"}, "Mixpanel needs a project token."),
        ({"mixpanel_token": "two words"}, "Only letters, digits and signs, without spaces."),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_saved(admin, page, given, sentence):
    before = TrackingSettings.objects.values().get()
    answer = admin.post(page, {**PLAIN, **given})
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert TrackingSettings.objects.values().get() == before


def test_what_the_environment_says_goes_first_and_is_not_shown(admin, page, settings, committed):
    settings.GA4_API_SECRET, settings.GA4_MEASUREMENT_ID = "of-the-environment", "G-ENV1"
    shown = admin.get(page).content.decode()
    assert "Set by the environment, in GA4_API_SECRET." in shown
    assert "of-the-environment" not in shown
    assert admin.post(page, {**PLAIN, "ga4": "on", "ga4_api_secret": "typed"}).status_code == 302
    row = TrackingSettings.objects.get()
    assert (row.ga4, row.ga4_api_secret, row.ga4_measurement_id) == (True, "", "")
    committed()
    account = accounts()["ga4"]
    assert (account.api_secret, account.measurement_id) == ("of-the-environment", "G-ENV1")
    assert "of-the-environment" not in repr(account)


@pytest.mark.parametrize("role", ["content_editor", "instructor", "manager", "report_administrator"])
def test_other_roles_reach_none_of_it(client, page, role):
    client.force_login(make_person(roles=(role,)))
    for address in (page, reverse("tracking_test_event"), reverse("tracking_dispatch_modeladmin_index")):
        assert client.get(address).status_code in (302, 403), address
    before = TrackingSettings.objects.values().get()
    client.post(page, {**PLAIN, "mixpanel": "on", "mixpanel_token": "x"})
    assert TrackingSettings.objects.values().get() == before


def test_a_test_event_says_what_the_service_answered(admin, settings, committed):
    address = reverse("tracking_test_event")
    assert "No analytics service is switched on." in admin.get(address).content.decode()
    with StandIn() as running:
        use_stand_in(settings, running)
        switch_on("mixpanel")
        committed()
        page = admin.get(address).content.decode()
        assert ("Send to Mixpanel" in page, "Send to Google Analytics" in page) == (True, False)
        said = admin.post(address, {"service": "mixpanel"}, follow=True).content.decode()
        assert "Mixpanel accepted the test event" in said
        assert [arrival.name for arrival in running.received] == ["lectern_test"]
        said = admin.post(address, {"service": "ga4"}, follow=True).content.decode()
        assert "Nothing was sent: this service is not switched on." in said
        running.fail_with(503)
        said = admin.post(address, {"service": "mixpanel"}, follow=True).content.decode()
        assert "Mixpanel did not take it: Mixpanel is out of order for now (status 503)." in said
        assert len(running.received) == 1


def test_a_service_without_its_keys_is_off(committed):
    switch_on("ga4", "mixpanel", ga4_api_secret="", mixpanel_token="")
    committed()
    assert accounts() == {}
    switch_on("ga4", "mixpanel")
    committed()
    assert list(accounts()) == ["ga4", "mixpanel"]
    assert accounts()["ga4"].address == "https://www.google-analytics.com"
    switch_on("ga4", "mixpanel", ga4_region="eu", mixpanel_region="eu")
    committed()
    assert [account.address for account in accounts().values()] == [
        "https://region1.google-analytics.com",
        "https://api-eu.mixpanel.com",
    ]


def test_a_new_site_counts_pages_and_time_and_tells_nobody(monkeypatch):
    from tracking.selectors import site

    monkeypatch.setattr(site, "stored_settings", dict)
    forget_all()
    row = tracking_settings()
    assert (row.page_views, row.one_in, row.reading_time, row.ga4, row.mixpanel) == (True, 1, True, False, False)
    assert accounts() == {}
    assert set(KEYS) == {"ga4_measurement_id", "ga4_api_secret", "mixpanel_token"}
