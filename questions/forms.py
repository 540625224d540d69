"""The form a question is written in."""

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks import StreamBlockValidationError
from wagtail.models import Collection

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
