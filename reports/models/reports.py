"""Reports that people made, and who may read them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """A report by somebody. Its spec is checked before it runs, not here: a column it names may be gone by now."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What commands and schedules call it by; shipped reports have slugs of the same kind, which stay theirs.
    slug = models.SlugField(_("short name"), max_length=60, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    spec = models.JSONField(default=dict, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reports", verbose_name=_("owner"), editable=False
    )
    # The shipped report this was made from, and its version then.
    based_on = models.CharField(max_length=60, blank=True, editable=False)
    based_on_version = models.PositiveSmallIntegerField(null=True, editable=False)
    # Counts the saves: who saves over a newer one than they opened is told.
    saves = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["title", "pk"]

    def __str__(self):
        return self.title


class Audience(models.TextChoices):
    EVERYONE = "everyone", _("Everyone who may open reports")
    ROLE = "role", _("A role")
    TEAM = "team", _("A team and its managers")
    COHORT = "cohort", _("A cohort")
    COURSE_STAFF = "course_staff", _("Those who teach a course")
    PERSON = "person", _("A person")


class AudienceEntry(models.Model):
    """Some people, named together. ``key`` names whom: a role by its name; a team, cohort, course or person by uuid;
    nobody in particular for everyone."""

    audience = models.CharField(_("for"), max_length=16, choices=Audience)
    key = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True


def names_somebody(name: str) -> models.CheckConstraint:
    condition = models.Q(audience="everyone", key="") | (~models.Q(audience="everyone") & ~models.Q(key=""))
    return models.CheckConstraint(condition=condition, name=name)


class ReportShare(AudienceEntry):
    """Somebody besides its owner who may read a report, always with their own rows."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="shares", verbose_name=_("report"))

    class Meta:
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["report", "audience", "key"], name="reports_share_once"),
            names_somebody("reports_share_names_somebody"),
        ]

    def __str__(self):
        return f"{self.report} · {self.get_audience_display()}"
