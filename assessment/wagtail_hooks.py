"""What answers, attempts and grades add to Wagtail."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets.button import Button
from wagtail.snippets.models import register_snippet

from assessment.modeladmin import (
    AttemptAdmin,
    ExtensionAdmin,
    GradeOverrideAdmin,
    ItemStatisticAdmin,
    PageStatisticAdmin,
    ResponseAdmin,
)
from assessment.views.regrading import regrade_page
from assessment.viewsets import UsedQuestionViewSet
from questions.models import Question

for screen in (
    ResponseAdmin,
    AttemptAdmin,
    ExtensionAdmin,
    GradeOverrideAdmin,
    ItemStatisticAdmin,
    PageStatisticAdmin,
):
    screen().register_with_wagtail()
register_snippet(UsedQuestionViewSet)

LOG_ACTIONS = (
    ("extend", _("Extend a quiz"), _("More time or attempts given")),
    ("grade_answer", _("Grade an answer"), _("Answer graded")),
    ("grade", _("Set a grade by hand"), _("Grade set by hand")),
    ("clear_grade", _("Take back a grade set by hand"), _("Grade set by hand taken back")),
    ("regrade", _("Grade a question anew"), _("Question graded anew")),
)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label, message in LOG_ACTIONS:
        actions.register_action(f"assessment.{name}", label, message)


@hooks.register("register_admin_urls")
def register_regrading_urls():
    return [path("questions/<int:pk>/grade-anew/", regrade_page, name="assessment_regrade")]


@hooks.register("register_snippet_listing_buttons")
def offer_regrading(snippet, user, next_url=None):
    if isinstance(snippet, Question) and snippet.live and user.has_perm("assessment.regrade_attempt"):
        url = reverse("assessment_regrade", args=[snippet.pk])
        yield Button(_("Grade answers anew"), url=url, icon_name="rotate", priority=60)
