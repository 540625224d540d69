"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LibraryConfig(AppConfig):
    name = "library"
    verbose_name = _("Library")

    def ready(self):
        from accounts.registries import Move, merges

        merges["library.Image.uploaded_by_user"] = Move(_("Pictures uploaded"))
        merges["library.Document.uploaded_by_user"] = Move(_("Documents uploaded"))
        merges["library.Media.uploaded_by_user"] = Move(_("Media uploaded"))
