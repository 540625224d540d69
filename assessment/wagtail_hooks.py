"""What answers, attempts and grades add to Wagtail."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from assessment.modeladmin import AttemptAdmin, ExtensionAdmin, ResponseAdmin
from assessment.viewsets import UsedQuestionViewSet

for screen in (ResponseAdmin, AttemptAdmin, ExtensionAdmin):
    screen().register_with_wagtail()
register_snippet(UsedQuestionViewSet)

LOG_ACTIONS = (
    ("extend", _("Extend a quiz"), _("More time or attempts given")),
    ("grade", _("Grade an answer"), _("Answer graded")),
    ("regrade", _("Grade a question anew"), _("Question graded anew")),
)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    for name, label, message in LOG_ACTIONS:
        actions.register_action(f"assessment.{name}", label, message)
