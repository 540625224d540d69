"""The form a question is written in, and those of files of questions."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks import StreamBlockValidationError
from wagtail.models import Collection
from wagtail.permission_policies.collections import CollectionPermissionPolicy
from wagtail.permissions import policy_registry

from library.models import Topic
from questions.formats import FORMATS
from questions.models import Question
from questions.policies import question_policy


class QuestionForm(WagtailAdminModelForm):
    """Offers the collections the author may add to, and says what is missing at the answers themselves.

    A draft may be unfinished; a published question may not.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.for_user is None or "collection" not in self.fields:
            return
        allowed = question_policy.collections_user_has_permission_for(self.for_user, "add")
        if self.instance.pk:
            allowed = allowed | Collection.objects.filter(pk=self.instance.collection_id)
        elif not allowed.filter(pk=self.instance.collection_id).exists() and (first := allowed.first()):
            self.instance.collection = first
            self.initial["collection"] = first.pk
        self.fields["collection"].queryset = allowed
        if allowed.count() < 2:
            del self.fields["collection"]

    def clean(self):
        data = super().clean()
        if self.is_deferred_validation:
            return data
        if self.for_user is not None:
            self.instance.collection = data.get("collection") or self.instance.collection
            if not question_policy.user_has_permission_for_instance(self.for_user, "publish", self.instance):
                self.add_error(None, _("You may not publish in this collection. Save the question as a draft."))
        definition = data.get("definition")
        if definition:
            self.instance.definition = definition
            if problems := self.instance.problems:
                errors = ErrorList([ValidationError(problem) for problem in problems])
                self.add_error("definition", StreamBlockValidationError(non_block_errors=errors))
        return data


def addable_collections(user: Any) -> QuerySet[Collection]:
    """Where the user may add questions; none where questions do not lie in collections."""
    policy = policy_registry.get_by_type(Question)
    if isinstance(policy, CollectionPermissionPolicy):
        return policy.collections_user_has_permission_for(user, "add")
    return Collection.objects.none()


class FileForm(forms.Form):
    """What is said about a file of questions: its format, and where new questions go."""

    format = forms.ChoiceField(label=gettext_lazy("Format"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = [("", gettext_lazy("Find out by itself")), *labels()]
        if collections := addable_collections(user):
            first = collections.first()
            self.fields["collection"] = forms.ModelChoiceField(
                collections, label=gettext_lazy("Collection of new questions"), initial=first, empty_label=None
            )


class QuestionFileForm(FileForm):
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        help_text=gettext_lazy("GIFT, Moodle XML, Aiken, CSV or Excel (.xlsx), at most 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".gift,.txt,.xml,.csv,.tsv,.xlsx"}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )
    field_order = ["file", "format", "collection"]


class SeenFileForm(FileForm):
    """Names the file that was looked at, by what it holds."""

    digest = forms.CharField(max_length=64)


class ExportForm(forms.Form):
    format = forms.ChoiceField(label=gettext_lazy("Format"))
    topic = forms.ModelChoiceField(
        None, label=gettext_lazy("Topic"), required=False, empty_label=gettext_lazy("All topics")
    )

    def __init__(self, *args: Any, topics: QuerySet[Topic], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["format"].choices = labels()
        self.fields["topic"].queryset = topics


def labels() -> list[tuple[str, Any]]:
    return [(one.name, one.label) for one in FORMATS.values()]
