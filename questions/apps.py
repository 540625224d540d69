"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QuestionsConfig(AppConfig):
    name = "questions"
    verbose_name = _("Questions")

    def ready(self):
        # Before any hook is looked for: the screens are registered by `assessment`, whose hooks come first.
        from wagtail.permissions import register_permission_policy

        from questions.models import Question
        from questions.policies import question_policy
        from workbench.kept import watch

        watch("content", Question)

        register_permission_policy(Question, question_policy)
