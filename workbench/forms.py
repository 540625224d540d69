"""Forms of an import: the file, and which of its columns is which."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workbench.imports.resource import RecordResource
from workbench.sheets import Limits
from workbench.sheets.limits import MEGABYTE

LEFT_OUT = ""


class UploadForm(forms.Form):
    """One CSV or Excel file within the limits of size."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={"required": gettext_lazy("Choose a file first.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        limits = Limits()
        self.fields["file"].help_text = _("CSV or Excel (.xlsx), at most %(size)d MB and %(rows)s rows.") % {
            "size": limits.size // MEGABYTE,
            "rows": f"{limits.rows:,}",
        }


class ColumnsForm(forms.Form):
    """For each column of the resource, the column of the file it comes from."""

    def __init__(self, *args, resource: type[RecordResource], header: list[str], mapping: dict[str, int], **kwargs):
        super().__init__(*args, **kwargs)
        self.resource = resource
        choices = [(LEFT_OUT, _("Not in the file"))]
        choices += [(str(place), name or _("Column %d") % (place + 1)) for place, name in enumerate(header)]
        for key, column in resource.writable().items():
            self.fields[key] = forms.ChoiceField(
                choices=choices,
                label=column.label,
                help_text=column.help,
                required=column.required,
                initial=str(mapping.get(key, LEFT_OUT)),
                error_messages={"required": _("Every import needs this column. Choose where it stands in your file.")},
            )
            # Which ones a person must choose is said beside them, not left to the browser.
            self.fields[key].widget.use_required_attribute = lambda initial: False

    def clean(self):
        data = super().clean()
        taken: dict[str, str] = {}
        for key, place in list(data.items()):
            if place == LEFT_OUT:
                continue
            if place in taken:
                other = self.fields[taken[place]].label
                self.add_error(key, _("“%(other)s” comes from the same column. Choose another.") % {"other": other})
            taken.setdefault(place, key)
        if not self.errors and not taken:
            raise ValidationError(_("Choose at least one column."))
        return data

    def mapping(self) -> dict[str, int]:
        return {key: int(place) for key, place in self.cleaned_data.items() if place != LEFT_OUT}
