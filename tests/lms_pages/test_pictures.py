"""The pictures of a lesson: found together, however many there are and whatever the cache holds."""

import uuid

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from library.models import Image, Rendition
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import lessons_of, make_course, make_lesson, text_block
from tests.factories.olx import png

pytestmark = pytest.mark.django_db
SIZES = 3


def make_picture(number: int) -> Image:
    return Image.objects.create(
        title=f"Picture {number}", file=ContentFile(png(size=(1300, 10)), f"{number}.png"), width=1300, height=10
    )


def picture_block(number: int) -> dict:
    value = {
        "image": make_picture(number).pk,
        "alt": f"What picture {number} shows",
        "caption": "",
        "decorative": False,
    }
    return {"type": "image", "id": str(uuid.uuid4()), "value": value}


def queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_the_pictures_of_a_lesson_cost_the_same_at_one_and_at_twelve(signed_in, learner):
    course = make_course(modules=1, lessons=1)
    module = lessons_of(course)[0].get_parent().specific
    few = make_lesson(module, "Few", body=[picture_block(0)])
    many = make_lesson(
        module, "Many", body=[block for n in range(12) for block in (picture_block(n), text_block("<p>x</p>"))]
    )
    make_enrollment(learner, course)
    for page in (few, many):
        signed_in.get(page.url)
        signed_in.get(page.url)
    assert Rendition.objects.count() == SIZES * 13

    counts = {}
    for page in (few, many):
        cache.clear()
        # The course's page fills what every page keeps there; no picture of a lesson is on it.
        signed_in.get(course.url)
        counts[page.title] = {"cold": queries(signed_in, page.url), "warm": queries(signed_in, page.url)}
    assert counts["Many"] == counts["Few"]


def test_a_picture_that_stands_twice_and_one_that_is_gone(signed_in, learner):
    course = make_course(modules=1, lessons=1)
    module = lessons_of(course)[0].get_parent().specific
    twice, gone = picture_block(1), picture_block(2)
    again = {**twice, "id": str(uuid.uuid4())}
    page = make_lesson(module, body=[twice, gone, again])
    Image.objects.filter(pk=gone["value"]["image"]).delete()
    make_enrollment(learner, course)
    html = signed_in.get(page.url).content.decode()
    assert html.count('alt="What picture 1 shows"') == 2
    assert "What picture 2 shows" not in html
    assert Rendition.objects.count() == SIZES
