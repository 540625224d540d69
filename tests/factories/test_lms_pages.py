"""The factory's short way to a published page leaves what the long one does."""

import pytest
from wagtail.models import Page

from lms_pages.models import LessonPage, ModulePage
from tests.factories.lms_pages import make_course, publish, text_block

pytestmark = pytest.mark.django_db

OWN = {"id", "path", "page_ptr_id", "url_path", "slug", "translation_key", "live_revision_id", "latest_revision_id"}
MOMENTS = {"first_published_at", "last_published_at", "latest_revision_created_at"}


def new_lesson() -> LessonPage:
    page = LessonPage(title="The same", summary="Twice.")
    page.body = page.body.stream_block.to_python([text_block("<p>Text.</p>")])
    return page


def stored(page: Page) -> dict:
    row = LessonPage.objects.filter(pk=page.pk).values().get()
    return {key: bool(value) if key in MOMENTS else value for key, value in row.items() if key not in OWN}


def without_ids(content: dict) -> dict:
    # A revision is made of the draft; this one is made of the page that is live already.
    left_out = {*OWN, *MOMENTS, "pk", "page_ptr", "live_revision", "latest_revision", "live", "has_unpublished_changes"}
    content = {key: value for key, value in content.items() if key not in left_out}
    return content | {"body": content["body"].count("Text.")}


def test_it_leaves_the_rows_that_publishing_leaves():
    module = ModulePage.objects.child_of(make_course(modules=1, lessons=1)).get()
    short = publish(module, new_lesson())
    long = new_lesson()
    long.live = False
    ModulePage.objects.get(pk=module.pk).add_child(instance=long)
    long.save_revision().publish()
    long.refresh_from_db()

    # The body holds ids of its blocks.
    assert {**stored(short), "body": ""} == {**stored(long), "body": ""}
    assert (short.slug, long.slug) == ("the-same", "the-same-2")
    assert short.path[:-4] == long.path[:-4] and int(long.path[-4:]) == int(short.path[-4:]) + 1
    assert short.url_path == f"{module.url_path}the-same/"
    assert ModulePage.objects.get(pk=module.pk).numchild == 3
    assert not Page.find_problems()[0] and not any(Page.find_problems())
    revisions = [page.live_revision for page in (short, long)]
    assert without_ids(revisions[0].content) == without_ids(revisions[1].content)
    assert revisions[0].as_object().title == "The same" and short.latest_revision == revisions[0]
