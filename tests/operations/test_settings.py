"""The site's settings: what may be saved, and where it shows."""

import io

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from PIL import Image
from wagtail.models import ModelLogEntry

from notifications.services.delivery import write_envelope
from operations.models import SiteSettings
from operations.selectors.site import mail_sender, site_settings, site_zone
from tests.factories.accounts import make_person
from tests.factories.notifications import make_mail

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Rivet Academy",
    "accent": "#7a1f5c",
    "accent_dark": "#f0a6d8",
    "sign_up": "domains",
    "sign_up_domains": "Example.com, @example.org",
    "sender_name": "Rivet Academy",
    "sender_address": "learning@rivet.example.com",
    "timezone": "Europe/Berlin",
}


@pytest.fixture
def administrator(client):
    person = make_person("Ada Admin", roles=("administrator",))
    client.force_login(person)
    return person


def save(client, **change):
    row = SiteSettings.load()
    return client.post(reverse("wagtailsettings:edit", args=["operations", "sitesettings", row.pk]), {**FORM, **change})


def errors_of(response) -> dict[str, str]:
    return {field: " ".join(found) for field, found in response.context["form"].errors.items()}


def test_what_is_saved_shows_everywhere(client, administrator):
    assert save(client).status_code == 302
    page = client.get(reverse("search")).content.decode()
    assert "Rivet Academy</title>" in page
    assert 'class="brand-word">Rivet Academy' in page
    assert "Lectern" not in page
    assert 'href="/site.css?v=' in page
    css = client.get("/site.css").content.decode()
    assert "--accent: light-dark(#7a1f5c, #f0a6d8);" in css
    assert "Rivet Academy" in client.get(reverse("wagtailadmin_home")).content.decode()
    assert mail_sender() == "Rivet Academy <learning@rivet.example.com>"
    assert site_zone().key == "Europe/Berlin"
    assert site_settings().domains == ("example.com", "example.org")
    letter = render_to_string("emails/base.html", {})
    assert '<p class="name">Rivet Academy</p>' in letter
    assert "#7a1f5c" in render_to_string("emails/button.html", {"url": "https://example.com/", "label": "Go"})
    assert "Rivet Academy" in render_to_string("emails/base.txt", {})
    assert ModelLogEntry.objects.filter(action="wagtail.edit", label="Rivet Academy").count() == 1


def test_mail_goes_out_from_the_sender_of_the_settings(client, administrator):
    save(client)
    envelope = write_envelope(make_mail())
    assert envelope.sender == "learning@rivet.example.com"
    assert b"From: Rivet Academy <learning@rivet.example.com>" in envelope.message


def test_without_settings_all_is_as_the_environment_says(client, settings):
    settings.DEFAULT_FROM_EMAIL, settings.TIME_ZONE = "Site <site@example.com>", "Asia/Tokyo"
    assert (site_settings().name, mail_sender(), site_zone().key) == (
        "Lectern",
        "Site <site@example.com>",
        "Asia/Tokyo",
    )
    assert "site.css" not in client.get(reverse("search")).content.decode()
    SiteSettings.objects.create(sender_name="Rivet")
    assert mail_sender() == "Rivet <site@example.com>"


def test_the_settings_are_read_once_until_they_are_saved(django_assert_num_queries, committed):
    site_settings()
    with django_assert_num_queries(0):
        site_settings()
    row = SiteSettings.load()
    row.name = "Another"
    row.save()
    assert site_settings().name == "Another"
    committed()
    assert site_settings().name == "Another"
    SiteSettings.objects.filter(pk=row.pk).update(name="By itself")
    committed()
    assert site_settings().name == "By itself"


def test_people_without_a_zone_see_times_in_the_sites(client, administrator):
    save(client)
    assert make_person().zone.key == "Europe/Berlin"
    assert make_person(timezone_name="Asia/Tokyo").zone.key == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"accent": "#ffcc00"}, "accent", "too pale to read: 1.3 to 1"),
        ({"accent_dark": "#101010"}, "accent_dark", "too dark to read"),
        ({"accent": "red"}, "accent", "# and six digits"),
        ({"accent": "#7a1f5c;}body{"}, "accent", "at most 7 characters"),
        ({"name": ""}, "name", "This field is required."),
        ({"name": "Rivet\r\nBcc: x"}, "name", ""),
        ({"name": "A <b@example.com>"}, "name", "cannot hold quotes"),
        ({"sender_name": 'A" <x@example.com>'}, "sender_name", "cannot hold quotes"),
        ({"sender_address": "nobody"}, "sender_address", "valid email"),
        ({"sign_up_domains": ""}, "sign_up_domains", "Name at least one domain"),
        ({"sign_up_domains": "example"}, "sign_up_domains", "This is not a domain: example"),
        ({"sign_up": "everyone"}, "sign_up", "not one of the available choices"),
        ({"timezone": "Mars/Olympus"}, "timezone", "not one of the available choices"),
    ],
)
def test_what_cannot_be_saved(client, administrator, change, field, sentence):
    response = save(client, **change)
    if not sentence:
        # A line break in a name becomes a blank: no header of its own.
        assert response.status_code == 302
        assert SiteSettings.load().name == "Rivet Bcc: x"
        return
    assert sentence in errors_of(response)[field]
    assert SiteSettings.load().name == "Lectern"


def picture(kind: str = "PNG", size: tuple[int, int] = (64, 32)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, "#7a1f5c").save(stream, kind)
    return stream.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script><rect width="9" height="9"/></svg>'


def test_a_logo_is_cleaned_and_shown(client, administrator):
    assert save(client, logo=SimpleUploadedFile("../../Our Logo.SVG", SVG)).status_code == 302
    logo = SiteSettings.load().logo
    assert logo.name.startswith("site/logo-")
    assert logo.name.endswith(".svg")
    stored = logo.read()
    assert b"script" not in stored
    assert b"onload" not in stored
    assert f'<img class="brand-logo" src="{logo.url}"' in client.get(reverse("search")).content.decode()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("logo.svg", b"<html>", "not an SVG drawing"),
        ("logo.gif", b"GIF89a", "Choose an SVG, PNG or WebP file."),
        ("logo.png", b"\x89PNG\r\n\x1a\nbroken", "damaged"),
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "damaged"),
        ("logo.svg", b"x" * 600_000, "too large: at most 500 KB"),
    ],
)
def test_what_is_no_logo(client, administrator, name, content, sentence):
    response = save(client, logo=SimpleUploadedFile(name, content))
    assert sentence in errors_of(response)["logo"]
    assert not SiteSettings.load().logo


def test_a_huge_picture_is_no_logo(client, administrator):
    response = save(client, logo=SimpleUploadedFile("logo.png", picture(size=(4100, 4000))))
    assert "at most 4,000 by 4,000 pixels" in errors_of(response)["logo"]
    assert save(client, logo=SimpleUploadedFile("logo.webp", picture("WEBP"))).status_code == 302


def test_the_form_shows_the_colors_with_their_contrast(client, administrator):
    row = SiteSettings.load()
    text = client.get(reverse("wagtailsettings:edit", args=["operations", "sitesettings", row.pk])).content.decode()
    assert "Links read well: " in text
    assert "Check connections" in text
    answer = client.get(reverse("operations_colors"), {"accent": "#ffcc00", "accent_dark": "#6cc9c0"})
    assert "Links are too pale to read: 1.3 to 1" in answer.content.decode()


@pytest.mark.parametrize("query", [{}, {"accent": "#ffcc00"}, {"accent": "red", "accent_dark": "#6cc9c0"}])
def test_what_are_no_colors_is_not_found(client, administrator, query):
    assert client.get(reverse("operations_colors"), query).status_code == 404


@pytest.mark.parametrize("role", ["report_administrator", "manager", "instructor", "content_editor"])
def test_other_roles_neither_see_nor_change_them(client, role):
    client.force_login(make_person(roles=(role,)))
    assert save(client).status_code in (302, 403)
    assert SiteSettings.load().name == "Lectern"
    assert client.get(reverse("operations_colors"), {"accent": "#ffcc00", "accent_dark": "#6cc9c0"}).status_code in (
        302,
        403,
    )
    assert mail.outbox == []
