"""Page trees, published the way editors publish them."""

import uuid
from itertools import count

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
