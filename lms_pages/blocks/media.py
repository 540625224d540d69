"""Blocks of files: image, video, audio, download, embed."""

from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtailmedia.blocks import AudioChooserBlock, VideoChooserBlock


class ImageBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.CharBlock(
        label=_("Alternative text"),
        required=False,
        max_length=500,
        help_text=_(
            "What somebody who cannot see the picture needs to know. Required unless the picture is decorative."
        ),
    )
    decorative = blocks.BooleanBlock(label=_("Decorative: it adds no information"), required=False)
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=300)

    class Meta:
        label = _("Image")
        label_format = "{alt}"
        icon = "image"
        template = "blocks/image.html"
        preview_template = "blocks/previews/image.html"
        preview_value = {"alt": _("Two tables meeting row by row"), "caption": _("Every customer beside every order")}
        help_text = _("A picture that explains something. Describe it for those who cannot see it.")
        description = _("A picture with alternative text and an optional caption.")

    def bulk_to_python(self, values):
        """The renditions of all pictures of a text in one query, also where the cache has forgotten them."""
        made = super().bulk_to_python(values)
        prefetch_related_objects([value["image"] for value in made if value["image"]], "renditions")
        return made

    def clean(self, value):
        value = super().clean(value)
        if not value["alt"] and not value["decorative"] and not self.is_deferred_validation:
            raise blocks.StructBlockValidationError(
                {"alt": ValidationError(_("Describe the picture, or mark it as decorative."))}
            )
        return value


class RecordingBlock(blocks.StructBlock):
    """What video and audio share: the words around the player."""

    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=160, help_text=_("Empty: the file's own title.")
    )


class VideoBlock(RecordingBlock):
    media = VideoChooserBlock(label=_("Video"))

    class Meta:
        label = _("Video")
        icon = "media"
        template = "blocks/video.html"
        preview_template = "blocks/previews/recording.html"
        preview_value = {"title": _("A drill in two minutes")}
        help_text = _("Captions and the transcript belong to the file: add them in Media.")
        description = _("A video of your own, with captions and a transcript. Nothing is loaded from elsewhere.")


class AudioBlock(RecordingBlock):
    media = AudioChooserBlock(label=_("Audio"))

    class Meta:
        label = _("Audio")
        icon = "media"
        template = "blocks/audio.html"
        preview_template = "blocks/previews/recording.html"
        preview_value = {"title": _("How the alarm sounds")}
        help_text = _("Add the transcript to the file in Media: it is shown below the player.")
        description = _("A recording of your own, with a transcript.")


class FileBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(
        label=_("Title"), required=False, max_length=160, help_text=_("Empty: the file's own title.")
    )

    class Meta:
        label = _("File")
        icon = "doc-full"
        template = "blocks/file.html"
        preview_template = "blocks/previews/file.html"
        preview_value = {"title": _("Evacuation checklist")}
        help_text = _("Learners see the title, the kind and the size before they download.")
        description = _("Something to download: shown with its kind and size.")


def embed_host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def player_address(url: str) -> str:
    """The address of the player for a video page's address; the address itself where no player is known."""
    parts = urlsplit(url)
    host = embed_host(url)
    last = parts.path.rstrip("/").rsplit("/", 1)[-1]
    if host in ("www.youtube.com", "youtu.be", "www.youtube-nocookie.com"):
        key = parse_qs(parts.query).get("v", [last])[0]
        return f"https://www.youtube-nocookie.com/embed/{key}"
    if host == "vimeo.com":
        return f"https://player.vimeo.com/video/{last}"
    return url


class EmbedValue(blocks.StructValue):
    @property
    def host(self) -> str:
        return embed_host(self["url"] or "")

    @property
    def player(self) -> str:
        return player_address(self["url"] or "")


class EmbedBlock(blocks.StructBlock):
    url = blocks.URLBlock(label=_("Address"), help_text=_("Only hosts on the site's list can be embedded."))
    title = blocks.CharBlock(
        label=_("Title"), max_length=160, help_text=_("What it shows; read aloud in place of the player.")
    )
    transcript = blocks.TextBlock(label=_("Transcript or summary"), required=False, rows=4)

    class Meta:
        label = _("Embed")
        icon = "code"
        template = "blocks/embed.html"
        value_class = EmbedValue
        preview_value = {
            "url": "https://vimeo.com/1",
            "title": _("A fire drill, filmed from the assembly point"),
            "transcript": "",
        }
        help_text = _("Learners choose to load it. Say in the transcript what they would miss otherwise.")
        description = _(
            "A video kept elsewhere. Learners see our poster and the host's name; nothing loads before they press Play."
        )

    def clean(self, value):
        value = super().clean(value)
        if self.is_deferred_validation:
            return value
        parts = urlsplit(value["url"])
        if parts.scheme != "https" or embed_host(value["url"]) not in settings.LECTERN_EMBED_HOSTS:
            raise blocks.StructBlockValidationError(
                {
                    "url": ValidationError(
                        _("%(host)s is not on the list of hosts that may be embedded. Allowed: %(allowed)s.")
                        % {"host": embed_host(value["url"]) or "?", "allowed": ", ".join(settings.LECTERN_EMBED_HOSTS)}
                    )
                }
            )
        return value
