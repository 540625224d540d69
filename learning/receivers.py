"""What learning does when pages change: the counters of its runs follow."""

from wagtail.models import Page
from wagtail.signals import page_published, page_unpublished, post_page_move

from learning.services import recount_course
from lms_pages.models import CoursePage, LessonPage, ModulePage
from workbench.batches import once


def recount_around(page: Page) -> None:
    """Recount the course that a page belongs to, if it belongs to one; once where many pages change together."""
    course = CoursePage.objects.ancestor_of(page, inclusive=True).first()
    if course is not None:
        once(("learning.recount", course.pk), lambda: recount_course(course=course))


def on_page_published(sender, instance, **kwargs):
    if issubclass(sender, ModulePage | LessonPage):
        recount_around(instance)


def on_page_unpublished(sender, instance, **kwargs):
    if issubclass(sender, ModulePage | LessonPage):
        recount_around(instance)


def on_post_page_move(sender, instance, parent_page_before, parent_page_after, **kwargs):
    if isinstance(instance.specific_deferred, ModulePage | LessonPage):
        recount_around(parent_page_before)
        recount_around(instance)


def connect() -> None:
    page_published.connect(on_page_published, dispatch_uid="learning.recount")
    page_unpublished.connect(on_page_unpublished, dispatch_uid="learning.recount")
    post_page_move.connect(on_post_page_move, dispatch_uid="learning.recount")
