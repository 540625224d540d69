"""What the question bank adds to Wagtail beside its screens: rights by collection. `assessment` registers the screens."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.forms.collections import collection_member_permission_formset_factory
from wagtail.snippets.action_menu import PublishMenuItem, UnpublishMenuItem

from questions.models import Question
from questions.policies import question_policy
from questions.urls import file_urls


@hooks.register("register_group_permission_panel")
def register_question_permissions():
    return collection_member_permission_formset_factory(
        Question,
        [
            ("view_question", _("View"), _("View the questions")),
            ("add_question", _("Add"), _("Add questions")),
            ("change_question", _("Edit"), _("Edit questions that are there")),
            ("publish_question", _("Publish"), _("Publish questions and take them back")),
            ("delete_question", _("Delete"), _("Delete questions that nobody has answered")),
        ],
        "questions/admin/collection_permissions.html",
    )


@hooks.register("describe_collection_contents")
def describe_collection_questions(collection):
    count = Question.objects.filter(collection=collection).count()
    if not count:
        return None
    return {
        "count": count,
        "count_text": ngettext("%(count)s question", "%(count)s questions", count) % {"count": count},
        "url": f"{reverse('wagtailsnippets_questions_question:list')}?collection={collection.pk}",
    }


class ByCollection:
    """Wagtail shows these buttons by the right to the model; here the collection decides."""

    def is_shown(self, context):
        if context["model"] is not Question or super().is_shown(context) or context.get("locked_for_user"):
            return False
        user, question = context["request"].user, context.get("instance")
        if question is None or question.pk is None:
            return question_policy.user_has_permission(user, "publish")
        return question_policy.user_has_permission_for_instance(user, "publish", question)


class PublishQuestion(ByCollection, PublishMenuItem):
    pass


class UnpublishQuestion(ByCollection, UnpublishMenuItem):
    def is_shown(self, context):
        question = context.get("instance")
        return context["view"] == "edit" and question.live and super().is_shown(context)


@hooks.register("register_snippet_action_menu_item")
def publish_by_collection(model):
    return PublishQuestion(order=30) if model is Question else None


@hooks.register("register_snippet_action_menu_item")
def unpublish_by_collection(model):
    return UnpublishQuestion(order=20) if model is Question else None


@hooks.register("register_admin_urls")
def register_file_urls():
    return file_urls
