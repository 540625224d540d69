"""The form of the site's settings: colors that can be read, a logo that is one, a sender that can send."""

from pathlib import PurePath

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError
from wagtail.admin.forms import WagtailAdminModelForm

from operations.colors import HEX, judge
from operations.models import SiteSettings
from workbench.svg import SvgRefused, clean_svg
from workbench.times import zone_choices

MOST_BYTES = 500 * 1024
MOST_PIXELS = 4_000 * 4_000
FORMATS = {".png": "PNG", ".webp": "WEBP"}
# No line breaks, and nothing that mail programs read as an address.
NOT_IN_NAMES = set('\r\n<>"@')


class ColorInput(forms.TextInput):
    input_type = "color"


class SiteSettingsForm(WagtailAdminModelForm):
    timezone = forms.ChoiceField(
        required=False, label=_("Time zone"), help_text=SiteSettings._meta.get_field("timezone").help_text
    )

    class Meta:
        model = SiteSettings
        fields = [
            "name",
            "logo",
            "accent",
            "accent_dark",
            "sign_up",
            "sign_up_domains",
            "sender_name",
            "sender_address",
            "timezone",
        ]
        widgets = {"accent": ColorInput, "accent_dark": ColorInput, "sign_up": forms.RadioSelect}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = [("", _("As TIME_ZONE names it")), *zone_choices()]

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if NOT_IN_NAMES & set(name):
            raise ValidationError(_("The name stands in mails too, so it cannot hold quotes, brackets or @."))
        return name

    def clean_sender_name(self):
        name = " ".join(self.cleaned_data["sender_name"].split())
        if NOT_IN_NAMES & set(name):
            raise ValidationError(_("A sender's name cannot hold quotes, brackets or @."))
        return name

    def clean_sign_up_domains(self):
        wanted = SiteSettings(sign_up_domains=self.cleaned_data["sign_up_domains"]).domains
        wrong = [name for name in wanted if "." not in name or not name.replace(".", "").replace("-", "").isalnum()]
        if wrong:
            raise ValidationError(_("This is not a domain: %s") % ", ".join(wrong))
        return ", ".join(wanted)

    def clean_logo(self):
        logo = self.cleaned_data["logo"]
        return clean_logo(logo) if isinstance(logo, UploadedFile) else logo

    def clean(self):
        data = super().clean()
        for field, is_dark in (("accent", False), ("accent_dark", True)):
            if not HEX.match(data.get(field) or ""):
                continue
            for judgment in judge(data[field], is_dark=is_dark):
                if not judgment.is_enough:
                    self.add_error(field, judgment.sentence)
        return data


def clean_logo(upload: UploadedFile) -> ContentFile:
    """The upload as it may be shown: an SVG without scripts, or a picture that opens. ValidationError otherwise."""
    if upload.size > MOST_BYTES:
        raise ValidationError(_("The file is too large: at most 500 KB. Save the logo smaller, or as SVG."))
    data, suffix = upload.read(), PurePath(upload.name).suffix.lower()
    if suffix == ".svg":
        try:
            return ContentFile(clean_svg(data), name="logo.svg")
        except SvgRefused:
            raise ValidationError(_("The file is not an SVG drawing. Export it again, as plain SVG.")) from None
    if suffix not in FORMATS:
        raise ValidationError(_("Choose an SVG, PNG or WebP file."))
    try:
        upload.seek(0)
        with Image.open(upload, formats=[FORMATS[suffix]]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise ValidationError(_("The picture is too large: at most 4,000 by 4,000 pixels."))
            picture.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise ValidationError(_("The file is damaged, or not the kind of picture its name says.")) from None
    return ContentFile(data, name=f"logo{suffix}")
