"""Videos, pictures and captions in the many ways that exports name them."""

import base64
import json

import pytest
from wagtail.rich_text import expand_db_html

from library.models import Document, Image, Media
from questions.models import Question
from tests.factories.olx import SRT, course_of, mp4, pdf, png, vertical
from tests.lms_pages.importers.conftest import body, kinds

pytestmark = pytest.mark.django_db
SAID = "Stand clear of the doors. Thank you."
SJSON = json.dumps({"start": [1000, 3000], "end": [2500, 4000], "text": ["Stand clear of the doors.", "Thank you."]})
ASSET = "asset-v1:Org+Num+run+type@asset+block@"


@pytest.mark.parametrize(
    ("attributes", "inside", "name", "captions"),
    [
        ('sub="abc"', "", "subs_abc.srt.sjson", SJSON),
        ("", '<transcript language="en" src="said.srt"/>', "said.srt", SRT),
        ("", '<transcript language="en" src="/static/said.srt"/>', "said.srt", SRT),
        ('track="/static/said.vtt"', "", "said.vtt", f"WEBVTT\n\n{SRT.replace(',', '.')}"),
    ],
)
def test_captions_are_found_by_each_name(importing, attributes, inside, name, captions):
    video = f'<video url_name="v" {attributes}><source src="/{ASSET}film.mp4"/>{inside}</video>'
    report = importing(course_of(vertical("One", video)) | {"static/film.mp4": mp4(), f"static/{name}": captions})
    film = Media.objects.get()
    assert film.transcript == SAID
    assert film.captions.open().read().startswith(b"WEBVTT")
    assert report.skipped == []
    assert report.media == 1


def test_captions_in_the_language_of_the_course_win(importing):
    transcripts = '{"de": "de.srt", "en": "en.srt"}'.replace('"', "&quot;")
    tree = course_of(
        vertical("One", f'<video url_name="v" transcripts="{transcripts}"><source src="/static/film.mp4"/></video>')
    )
    tree |= {"static/film.mp4": mp4(), "static/en.srt": SRT, "static/de.srt": SRT.replace("Thank you", "Danke")}
    report = importing(tree)
    assert Media.objects.get().transcript == SAID
    assert [(entry.type, entry.name) for entry in report.skipped] == [("asset", "de.srt")]


def test_a_video_kept_elsewhere_is_a_placeholder_with_a_link_and_its_transcript(importing):
    video = (
        '<video url_name="v" display_name="Doors" transcripts="{&quot;en&quot;: &quot;said.srt&quot;}">'
        '<source src="https://cdn.example.com/doors.m3u8"/><source src="https://cdn.example.com/doors.mp4"/></video>'
    )
    report = importing(course_of(vertical("One", video)) | {"static/said.srt": SRT})
    assert kinds("One") == ["placeholder", "text", "accordion"]
    assert body("One")[1]["value"] == (
        '<p><a href="https://cdn.example.com/doors.mp4">Open “Doors” on cdn.example.com</a></p>'
    )
    assert body("One")[2]["value"]["items"][0]["value"]["text"] == f"<p>{SAID}</p>"
    assert report.as_dict()["blocks"]["video"] == {"found": 1, "imported": 0}
    assert [(entry.type, entry.name) for entry in report.skipped] == [("video", "Doors")]


def test_a_video_known_by_its_list_of_encodings_is_found_on_youtube(importing):
    video = (
        '<video url_name="v" display_name="Doors" edx_video_id="0f"><video_asset duration="60">'
        '<encoded_video profile="youtube" url="abc123"/></video_asset></video>'
    )
    report = importing(course_of(vertical("One", video)))
    assert body("One")[0]["value"]["url"] == "https://www.youtube.com/watch?v=abc123"
    assert report.skipped == []


def test_a_video_whose_file_is_missing_names_file_and_video(importing):
    report = importing(course_of(vertical("One", '<video url_name="v"><source src="/static/gone.mp4"/></video>')))
    assert [(entry.type, entry.name) for entry in report.skipped] == [("asset", "gone.mp4"), ("video", "v")]
    assert kinds("One") == ["placeholder"]


@pytest.mark.parametrize(
    "address",
    [
        "/static/My Door.png",
        "/static/My%20Door.png",
        "/static/My_Door.png",
        "/static/my_door.PNG",
        f"/{ASSET}My_Door.png",
        f"/assets/courseware/v1/0123/{ASSET}My Door.png",
        "/c4x/Org/Num/asset/My_Door.png",
        "https://lms.example.com/" + ASSET + "My_Door.png",
    ],
)
def test_a_picture_is_found_by_each_name(importing, address):
    tree = course_of(vertical("One", f"<html><img src='{address}' alt='x'/></html>"))
    report = importing(tree | {"static/My Door.png": png()})
    assert body("One")[0]["value"]["image"] == Image.objects.get().pk
    assert report.skipped == []


@pytest.mark.parametrize(("name", "data", "kept"), [("a.jpg", png(), ".png"), ("a.png", png(kind="JPEG"), ".jpeg")])
def test_a_picture_under_the_name_of_another_kind_is_kept_as_what_it_is(importing, name, data, kept):
    tree = course_of(vertical("One", f"<html><img src='/static/{name}' alt='x'/></html>")) | {f"static/{name}": data}
    report = importing(tree)
    image = Image.objects.get()
    assert (body("One")[0]["value"]["image"], report.skipped) == (image.pk, [])
    assert image.file.name.endswith(kept)
    assert (image.title, image.width, image.height) == (name, 8, 6)
    stored = image.file.name
    importing(tree, update=True)
    assert Image.objects.get().file.name == stored


def test_names_that_studio_changed_are_found_through_its_list(importing):
    tree = course_of(vertical("One", "<html><a href='/static/Plan (final).pdf'>x</a></html>"))
    listed = {"Plan__final_.pdf": {"displayname": "Plan (final).pdf", "import_path": None}}
    importing(tree | {"static/Plan__final_.pdf": pdf(), "policies/assets.json": json.dumps(listed)})
    assert f'id="{Document.objects.get().pk}"' in body("One")[0]["value"]


def test_two_files_that_a_loose_name_could_mean_are_none(importing):
    tree = course_of(vertical("One", "<html><p><img src='/static/door.png' alt='x'/></p></html>"))
    report = importing(tree | {"static/a/door.png": png("red"), "static/b/door.png": png("blue")})
    assert [(entry.type, entry.name) for entry in report.skipped] == [("asset", "door.png")]
    assert body("One")[0]["value"] == "<p>[x]</p>"


def test_pictures_written_into_the_text_are_kept_and_spacers_are_not(importing):
    noise = png("red", (1, 1))
    real = png("green", (300, 300))
    pictures = [(noise, ""), (real, "x"), (real, "x")]
    images = "".join(
        f"<img src='data:image/png;base64, {base64.b64encode(data).decode()}' alt='{alt}'/>" for data, alt in pictures
    )
    report = importing(course_of(vertical("One", f"<html>{images}</html>")))
    assert kinds("One") == ["image", "image"]
    assert (Image.objects.count(), report.media, report.skipped) == (1, 1, [])


def test_pictures_elsewhere_become_links_and_are_listed(importing):
    report = importing(
        course_of(vertical("One", "<html><p><img src='https://example.com/x.png' alt='Door'/></p></html>"))
    )
    assert body("One")[0]["value"] == '<p><a href="https://example.com/x.png">Door</a></p>'
    assert [(entry.type, entry.name) for entry in report.skipped] == [("asset", "https://example.com/x.png")]


def test_links_to_pictures_and_films_lead_to_the_files(importing):
    tree = course_of(vertical("One", "<html><a href='/static/a.png'>a</a> <a href='/static/b.mp4'>b</a></html>"))
    importing(tree | {"static/a.png": png(), "static/b.mp4": mp4()})
    assert body("One")[0]["value"] == (
        f'<p><a href="{Image.objects.get().file.url}">a</a> <a href="{Media.objects.get().file.url}">b</a></p>'
    )


def test_links_to_what_is_not_there_are_words_and_listed(importing):
    html = "<html><p><a href='/jump_to_id/nowhere'>a</a> <a href='/wiki/x'>b</a> <a href='#c'>c</a></p></html>"
    report = importing(course_of(vertical("One", html)))
    assert body("One")[0]["value"] == "<p>a b c</p>"
    assert [(entry.type, entry.name) for entry in report.skipped] == [
        ("link", "/jump_to_id/nowhere"),
        ("link", "/wiki/x"),
    ]


def test_a_picture_in_a_question_stays_in_its_text(importing):
    problem = (
        "<problem url_name='p'><multiplechoiceresponse><p>See <img src='/static/a.png' alt='A door'/></p><choicegroup>"
        "<choice correct='true'><img src='/static/a.png' alt='This'/></choice><choice correct='false'>No</choice>"
        "</choicegroup></multiplechoiceresponse></problem>"
    )
    importing(course_of(vertical("One", problem)) | {"static/a.png": png()})
    image, question = Image.objects.get(), Question.objects.get()
    picture = f'<embed embedtype="image" id="{image.pk}" alt="%s" format="fullwidth"/>'
    assert question.stem == f"<p>See {picture % 'A door'}</p>"
    assert question.value["options"][0]["text"].source == f"<p>{picture % 'This'}</p>"
    assert question.title == "See"
    assert expand_db_html(question.stem).startswith('<p>See <img alt="A door"')
