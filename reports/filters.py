"""What a dashboard can be asked for."""

import uuid
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reports.periods import SPAN_NAMES, Span


class DashboardForm(forms.Form):
    """Sent by GET: the address of a dashboard says what it shows."""

    range = forms.ChoiceField(label=gettext_lazy("Time"), choices=list(SPAN_NAMES.items()), initial=Span.WEEKS)
    course = forms.ChoiceField(label=gettext_lazy("Course"), required=False)

    def __init__(self, *args, courses: Iterable[tuple[uuid.UUID, str]] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = [("", _("All courses")), *courses]
