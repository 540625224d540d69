"""Page trees, published the way editors publish them."""

import uuid
from itertools import count

from django.contrib.contenttypes.models import ContentType
from wagtail.models import Page

from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage
from tests.factories.questions import make_question

_numbers = count(1)


def publish(parent, page):
    """Add ``page`` below ``parent`` and publish it, so that it has a live revision."""
    page.live = False
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page


def catalog() -> CatalogPage:
    return CatalogPage.objects.get()


def check_block(*questions, block_id: str = "") -> dict:
    return {
        "type": "knowledge_check",
        "id": block_id or str(uuid.uuid4()),
        "value": {
            "title": "",
            "questions": [{"type": "item", "id": str(uuid.uuid4()), "value": entry.pk} for entry in questions],
        },
    }


def text_block(html: str) -> dict:
    return {"type": "text", "id": str(uuid.uuid4()), "value": html}


def make_lesson(module: ModulePage, title: str = "", *, body: list[dict] | None = None, **extra) -> LessonPage:
    title = title or f"Lesson {next(_numbers)}"
    page = LessonPage(title=title, summary=f"What {title} is about.", **extra)
    page.body = page.body.stream_block.to_python(
        body if body is not None else [text_block(f"<p>The text of {title}.</p>")]
    )
    return publish(module, page)


def make_module(course: CoursePage, title: str = "", *, lessons: int = 0) -> ModulePage:
    module = publish(course, ModulePage(title=title or f"Module {next(_numbers)}"))
    for _ in range(lessons):
        make_lesson(module)
    return module


def make_course(
    title: str = "", *, modules: int = 2, lessons: int = 2, with_check: bool = True, parent=None, **extra
) -> CoursePage:
    """A published course; the first lesson asks one single-choice question unless told not to."""
    course = publish(
        parent or catalog(),
        CoursePage(title=title or f"Course {next(_numbers)}", summary="Learn one thing well.", **extra),
    )
    for number in range(modules):
        module = make_module(course)
        for place in range(lessons):
            body = [check_block(make_question())] if with_check and number == place == 0 else None
            make_lesson(module, body=body)
    return course


def lessons_of(course: CoursePage) -> list[LessonPage]:
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def grow(parent, model, count: int, **fields) -> None:
    """Put ``count`` live pages below ``parent`` in bulk: rows as they are stored, without revisions or index entries."""
    parent = Page.objects.get(pk=parent.pk)
    content_type = ContentType.objects.get_for_model(model)
    start = parent.numchild
    rows = Page.objects.bulk_create(
        Page(
            title=f"{model.__name__} {number}",
            draft_title=f"{model.__name__} {number}",
            slug=f"grown-{number}",
            path=parent._get_path(parent.path, parent.depth + 1, number),
            depth=parent.depth + 1,
            url_path=f"{parent.url_path}grown-{number}/",
            content_type=content_type,
            locale_id=parent.locale_id,
            live=True,
        )
        for number in range(start + 1, start + count + 1)
    )
    Page.objects.filter(pk=parent.pk).update(numchild=start + count)
    for row in rows:
        child = model(page_ptr_id=row.pk, **fields)
        child.save_base(raw=True, force_insert=True)
