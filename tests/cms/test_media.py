"""Uploads as the embedded site serves them: in parts where a player asks, never as a page that runs."""

from pathlib import Path

import pytest

from cms import media
from cms.media import byte_range


@pytest.fixture
def film(settings):
    path = Path(settings.MEDIA_ROOT) / "media" / "film.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(bytes(range(100)))
    return "/media/media/film.mp4"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("bytes=0-9", (0, 9)),
        ("bytes=90-", (90, 99)),
        ("bytes=-10", (90, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=95-200", (95, 99)),
        ("bytes=0-1,5-6", None),
        ("bytes=-", None),
        ("lines=0-9", None),
    ],
)
def test_a_range_is_read_as_the_standard_says(header, expected):
    assert byte_range(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=200-300", "bytes=9-5", "bytes=-0"])
def test_bytes_that_are_not_there_cannot_be_had(header):
    with pytest.raises(ValueError, match="bytes="):
        byte_range(header, 100)


def test_one_answer_is_never_larger_than_a_part(monkeypatch):
    monkeypatch.setattr(media, "LARGEST_PART", 10)
    assert byte_range("bytes=5-", 100) == (5, 14)


def test_a_whole_file(client, film):
    response = client.get(film)
    assert response.status_code == 200
    assert response.getvalue() == bytes(range(100))
    assert response["Accept-Ranges"] == "bytes"


def test_a_part_of_a_file(client, film):
    response = client.get(film, headers={"Range": "bytes=10-19"})
    assert (response.status_code, response.content) == (206, bytes(range(10, 20)))
    assert (response["Content-Range"], response["Content-Length"]) == ("bytes 10-19/100", "10")
    assert response["Content-Type"] == "video/mp4"


def test_a_part_that_is_not_there(client, film):
    response = client.get(film, headers={"Range": "bytes=100-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */100")


def test_an_upload_never_runs_as_a_page_of_the_site(client, film, settings):
    drawing = Path(settings.MEDIA_ROOT) / "drawing.svg"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    response = client.get("/media/drawing.svg")
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/media/none.png", "/media/../secret", "/media/%2e%2e/secret", "/media/media/"])
@pytest.mark.django_db
def test_nothing_outside_the_uploads(client, film, settings, path):
    (Path(settings.MEDIA_ROOT).parent / "secret").write_text("secret")
    assert client.get(path).status_code in (400, 404)
