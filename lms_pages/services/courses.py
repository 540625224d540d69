"""Making courses."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage


def create_course(*, title: str, parent: CatalogPage, owner: Any) -> CoursePage:
    """A new course with one module and one lesson, all drafts with a revision, for its author to fill in.

    Wagtail's own checks of the title hold: ValidationError where it is empty or too long.
    """
    course = CoursePage(title=title.strip(), live=False, owner=owner, locale=parent.locale)
    module = ModulePage(title=_("Module 1"), live=False, owner=owner, locale=parent.locale)
    lesson = LessonPage(title=_("Lesson 1"), live=False, owner=owner, locale=parent.locale)
    with transaction.atomic():
        for above, page in ((parent, course), (course, module), (module, lesson)):
            above.add_child(instance=page)
            # A draft may lack what publishing asks for, such as the summary.
            page.save_revision(user=owner, clean=False, log_action="wagtail.create")
    return course
