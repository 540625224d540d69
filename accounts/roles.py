"""The five roles: their names, and the permissions each brings. `sync_roles` writes them to the groups."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONTENT_EDITOR = "content_editor"
INSTRUCTOR = "instructor"
REPORT_ADMINISTRATOR = "report_administrator"
MANAGER = "manager"
ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Role:
    """A group by its fixed name, and ``app_label.codename`` permissions; ``app_label.*`` means all of an app."""

    name: str
    label: str | Promise
    permissions: tuple[str, ...] = field(default=())
    # Page permissions are granted on the whole tree; collections on the root collection.
    pages: tuple[str, ...] = field(default=())
    collections: tuple[str, ...] = field(default=())


QUESTION_BANK = tuple(f"questions.{action}_question" for action in ("view", "add", "change", "publish", "delete"))

ROLES: tuple[Role, ...] = (
    Role(
        CONTENT_EDITOR,
        _("Content editors"),
        permissions=(
            "wagtailadmin.access_admin",
            "assessment.view_itemstatistic",
            "assessment.view_pagestatistic",
            "library.add_topic",
            "library.change_topic",
            "library.view_topic",
            "library.add_skill",
            "library.change_skill",
            "library.view_skill",
            "gamification.view_badge",
            "gamification.add_badge",
            "gamification.change_badge",
            "gamification.publish_badge",
        ),
        pages=("add_page", "change_page", "publish_page", "lock_page"),
        collections=(
            "library.add_image",
            "library.change_image",
            "library.choose_image",
            "library.add_document",
            "library.change_document",
            "library.choose_document",
            "library.add_media",
            "library.change_media",
            *QUESTION_BANK,
        ),
    ),
    Role(
        INSTRUCTOR,
        _("Instructors"),
        # The rows are those of the courses they teach.
        permissions=(
            "wagtailadmin.access_admin",
            "learning.view_enrollment",
            "learning.change_enrollment",
            "learning.view_lessonprogress",
            "learning.view_learningevent",
            "learning.view_cohort",
            "learning.add_cohort",
            "learning.change_cohort",
            "learning.delete_cohort",
            "learning.view_invitelink",
            "learning.add_invitelink",
            "learning.change_invitelink",
            "assessment.view_response",
            "assessment.view_attempt",
            "assessment.regrade_attempt",
            "assessment.view_extension",
            "assessment.add_extension",
            "assessment.view_gradeoverride",
            "assessment.add_gradeoverride",
            "assessment.view_itemstatistic",
            "assessment.view_pagestatistic",
            "gamification.view_pointentry",
            "reports.view_dashboard",
            "reports.view_report",
            "workbench.export_records",
            # Files about the courses they teach: grades and cohorts.
            "workbench.add_importbatch",
        ),
    ),
    Role(
        REPORT_ADMINISTRATOR,
        _("Report administrators"),
        permissions=(
            "wagtailadmin.access_admin",
            "learning.view_enrollment",
            "learning.view_all_enrollments",
            "learning.view_lessonprogress",
            "learning.view_learningevent",
            "learning.view_cohort",
            "gamification.view_pointentry",
            "gamification.view_badgeaward",
            "reports.view_dashboard",
            "reports.view_report",
            "reports.add_report",
            "reports.change_report",
            "reports.delete_report",
            "reports.add_schedule",
            "reports.change_schedule",
            "reports.delete_schedule",
            "reports.view_schedule",
            "reports.view_run",
            "reports.view_delivery",
            "notifications.view_report_mail",
            "notifications.resend_outboxmail",
            "workbench.export_records",
        ),
    ),
    Role(
        MANAGER,
        _("Managers"),
        # The rows are those of their teams.
        permissions=(
            "wagtailadmin.access_admin",
            "learning.view_enrollment",
            "learning.change_enrollment",
            "learning.view_lessonprogress",
            "learning.view_cohort",
            "gamification.view_pointentry",
            "gamification.view_badgeaward",
            "reports.view_dashboard",
            "reports.view_report",
            "workbench.export_records",
        ),
    ),
    Role(
        ADMINISTRATOR,
        _("Administrators"),
        permissions=(
            "wagtailadmin.access_admin",
            "accounts.*",
            "library.*",
            "lms_pages.*",
            "learning.*",
            "assessment.*",
            "gamification.*",
            "notifications.*",
            "reports.*",
            "home.*",
            "tracking.*",
            "operations.*",
            "workbench.*",
            "django_celery_beat.*",
            "django_celery_results.view_taskresult",
            "operations.view_upkeep",
            "auth.view_group",
            "wagtailcore.add_site",
            "wagtailcore.change_site",
            "wagtailcore.add_collection",
            "wagtailcore.change_collection",
            "wagtailredirects.*",
        ),
        pages=("add_page", "change_page", "publish_page", "bulk_delete_page", "lock_page", "unlock_page"),
        collections=(
            "library.add_image",
            "library.change_image",
            "library.choose_image",
            "library.delete_image",
            "library.add_document",
            "library.change_document",
            "library.choose_document",
            "library.delete_document",
            "library.add_media",
            "library.change_media",
            "library.delete_media",
            *QUESTION_BANK,
        ),
    ),
)
