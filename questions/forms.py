"""The form a question is written in."""

from django.core.exceptions import ValidationError
from django.forms.utils import ErrorList
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks import StreamBlockValidationError


class QuestionForm(WagtailAdminModelForm):
    """Says what is missing at the answers themselves. A draft may be unfinished; a published question may not."""

    def clean(self):
        data = super().clean()
        definition = data.get("definition")
        if definition and not self.is_deferred_validation:
            self.instance.definition = definition
            if problems := self.instance.problems:
                errors = ErrorList([ValidationError(problem) for problem in problems])
                self.add_error("definition", StreamBlockValidationError(non_block_errors=errors))
        return data
