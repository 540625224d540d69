"""What files about courses have in common: which course a cell means."""

import uuid

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lms_pages.models import CoursePage
from workbench.imports.columns import Column, TextWidget
from workbench.imports.resource import RecordResource

# What files ask of a course, of which there may be hundreds.
FIELDS = ("title", "slug", "live", "live_revision", "enrollment_policy", "translation_key", "path", "content_type")


def known_courses() -> tuple[dict[uuid.UUID, CoursePage], dict[str, set[uuid.UUID]]]:
    """Every course by its key (of translations the first), and the keys that a folded title, slug or key may mean."""
    by_key: dict[uuid.UUID, CoursePage] = {}
    meant: dict[str, set[uuid.UUID]] = {}
    for course in CoursePage.objects.only(*FIELDS).order_by("locale", "path"):
        key = course.translation_key
        by_key.setdefault(key, course)
        for word in (course.title, course.slug, str(key)):
            meant.setdefault(word.strip().casefold(), set()).add(key)
    return by_key, meant


class CourseOf(TextWidget):
    """The name of a course as exports write it, from its title, its address or its key."""

    def clean(self, value, row=None, **kwargs):
        return kwargs["resource"].course_name(super().clean(value, row))


def course_column() -> Column:
    return Column(
        gettext_lazy("Course"),
        attribute="import_course",
        widget=CourseOf(300),
        help=gettext_lazy("Its title, or where two have the same title, its key as an export writes it."),
        aliases=("course title", "title", "Kurs", "Kurstitel", "Schulung", "training"),
        example="Fire safety",
        required=True,
    )


class CourseRows(RecordResource):
    """Rows that name a course, in a column ``course`` made by `course_column`."""

    def load_courses(self) -> None:
        if not hasattr(self, "courses"):
            self.courses, self.meant = known_courses()

    def name_of(self, key: uuid.UUID) -> str:
        """The title where it means this course alone, else the key."""
        self.load_courses()
        course = self.courses.get(key)
        if course is None:
            return str(key)
        return course.title if self.meant[course.title.strip().casefold()] == {key} else str(key)

    def course_key(self, text: str) -> uuid.UUID | None:
        self.load_courses()
        keys = self.meant.get(text.strip().casefold(), set())
        return next(iter(keys)) if len(keys) == 1 else None

    def course_name(self, text: str) -> str:
        key = self.course_key(text)
        if key is not None:
            return self.name_of(key)
        keys = sorted(str(one) for one in self.meant.get(text.casefold(), ()))
        if keys:
            raise ValueError(
                _("“%(title)s” is the title of several courses. Write the key of the one you mean: %(keys)s.")
                % {"title": text[:80], "keys": ", ".join(keys[:5])}
            )
        raise ValueError(
            _("There is no course “%(title)s”. Write its title as the list of courses has it.") % {"title": text[:80]}
        )
