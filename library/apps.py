"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    name = "library"
    verbose_name = _("Library")

    def ready(self):
        from accounts.registries import Move, merges
        from library.models import Document, Image, Media, Rendition, Skill, Topic
        from workbench.kept import watch

        watch("content", Image, Document, Media, Topic, Skill)
        # Whoever sees a picture first has it made.
        watch("content", Rendition, inserts=False)
        merges["library.Image.uploaded_by_user"] = Move(_("Pictures uploaded"))
        merges["library.Document.uploaded_by_user"] = Move(_("Documents uploaded"))
        merges["library.Media.uploaded_by_user"] = Move(_("Media uploaded"))
