"""The form of the switches and keys. A key that is stored is never shown again."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm

from tracking.models import check_keys
from tracking.selectors.site import FROM_ENVIRONMENT

SECRETS = ("ga4_api_secret", "mixpanel_token")


class TrackingSettingsForm(WagtailAdminModelForm):
    """An empty field of a secret leaves the one that is stored; a switch takes it away."""

    forget_ga4_api_secret = forms.BooleanField(required=False, label=_("Forget the API secret that is stored"))
    forget_mixpanel_token = forms.BooleanField(required=False, label=_("Forget the token that is stored"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = {name: getattr(self.instance, name) for name in SECRETS}
        for name in SECRETS:
            field = self.fields[name]
            field.widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})
            if self.stored[name]:
                field.help_text = _("One is stored. Leave empty to keep it.")
            else:
                del self.fields[f"forget_{name}"]
        for name, variable in FROM_ENVIRONMENT.items():
            if getattr(settings, variable):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Set by the environment, in %s.") % variable

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in SECRETS:
            if cleaned.get(f"forget_{name}"):
                cleaned[name] = ""
            elif not cleaned.get(name):
                cleaned[name] = self.stored[name]
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()
        given = {
            name: getattr(settings, variable) or self.cleaned_data.get(name, "")
            for name, variable in FROM_ENVIRONMENT.items()
        }
        try:
            check_keys(
                self.instance,
                secret=given["ga4_api_secret"],
                token=given["mixpanel_token"],
                measurement_id=given["ga4_measurement_id"],
            )
        except ValidationError as error:
            self.add_error(None, error)
