"""Files, topics and skills that courses are made of."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager
from wagtail.admin.panels import FieldPanel
from wagtail.documents.models import AbstractDocument
from wagtail.documents.models import Document as WagtailDocument
from wagtail.images.models import AbstractImage, AbstractRendition
from wagtail.images.models import Image as WagtailImage
from wagtail.search import index
from wagtailmedia.models import AbstractMedia


def tag_field(related_name: str) -> TaggableManager:
    return TaggableManager(blank=True, help_text=None, verbose_name=_("tags"), related_name=related_name)


class Origin(models.Model):
    """Where an imported row comes from: the format, and its key there. Unique together, so an update finds its twin."""

    origin = models.CharField(_("origin"), max_length=32, blank=True, editable=False)
    origin_key = models.CharField(_("origin key"), max_length=255, blank=True, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["origin", "origin_key"],
                condition=~models.Q(origin=""),
                name="%(app_label)s_%(class)s_origin_unique",
            ),
        ]


class File(Origin):
    """What our image, document and media share. Wagtail's own models of the same names stay installed beside
    ours, so the two fields both would name alike on the other side get names of their own."""

    uploaded_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="uploaded_%(class)s_set",
        verbose_name=_("uploaded by"),
    )

    class Meta(Origin.Meta):
        abstract = True


class Image(File, AbstractImage):
    tags = tag_field("library_images")
    admin_form_fields = WagtailImage.admin_form_fields

    class Meta(Origin.Meta, AbstractImage.Meta):
        verbose_name = _("image")
        verbose_name_plural = _("images")
        permissions = [("choose_image", "Can choose image")]

    def create_rendition(self, filter):
        return in_whole_pixels(super().create_rendition(filter))

    def create_renditions(self, *filters):
        return {made: in_whole_pixels(rendition) for made, rendition in super().create_renditions(*filters).items()}


def in_whole_pixels(rendition):
    """A drawing's size is measured in fractions until it is read back from the database; HTML takes whole numbers."""
    rendition.width, rendition.height = round(rendition.width), round(rendition.height)
    return rendition


class Rendition(AbstractRendition):
    image = models.ForeignKey(Image, models.CASCADE, related_name="renditions")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["image", "filter_spec", "focal_point_key"], name="library_rendition_unique"
            ),
        ]


class Document(File, AbstractDocument):
    tags = tag_field("library_documents")
    admin_form_fields = WagtailDocument.admin_form_fields

    class Meta(Origin.Meta, AbstractDocument.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        permissions = [("choose_document", "Can choose document")]


class Media(File, AbstractMedia):
    """A video or an audio file with what makes it usable by everyone: captions and a transcript."""

    tags = tag_field("library_media")
    captions = models.FileField(
        _("captions"),
        upload_to="captions",
        blank=True,
        help_text=_("A WebVTT file (.vtt) in the language of the recording. Learners can switch it on and off."),
    )
    transcript = models.TextField(
        _("transcript"),
        blank=True,
        help_text=_("What is said, as plain text. Shown below the player and found by search."),
    )

    admin_form_fields = (*AbstractMedia.admin_form_fields, "captions", "transcript")
    search_fields = [*AbstractMedia.search_fields, index.SearchField("transcript")]

    class Meta(Origin.Meta):
        verbose_name = _("media file")
        verbose_name_plural = _("media files")


class Topic(index.Indexed, models.Model):
    """What a course is about; colors its drawn cover."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True, allow_unicode=True)

    panels = [FieldPanel("name"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("topic")
        verbose_name_plural = _("topics")
        ordering = ["name"]

    def __str__(self):
        return self.name


class Skill(index.Indexed, models.Model):
    """What a person can do afterwards; questions test it, courses teach it."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("slug"), max_length=80, unique=True, allow_unicode=True)

    panels = [FieldPanel("name"), FieldPanel("slug")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")
        ordering = ["name"]

    def __str__(self):
        return self.name
