"""Who teaches a course."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lms_pages.models.pages import CoursePage


class CourseStaff(models.Model):
    """Who teaches a course. A plain table: restoring an old revision of the page must not restore access."""

    course = models.ForeignKey(CoursePage, models.CASCADE, related_name="staff", verbose_name=_("course"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="taught_courses", verbose_name=_("person")
    )
    title = models.CharField(_("shown as"), max_length=80, blank=True, help_text=_("Empty: Instructor."))

    class Meta:
        verbose_name = _("course staff")
        verbose_name_plural = _("course staff")
        constraints = [models.UniqueConstraint(fields=["course", "user"], name="lms_pages_staff_once_per_course")]

    def __str__(self):
        return f"{self.user} · {self.course}"
