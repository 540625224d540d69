"""What pages of several types share."""

import copy

from django.db import models
from wagtail.models import Page, PageViewRestriction

from library.models import Origin
from workbench.kept import kept


class OpenPage(models.Model):
    """A page of a site on which nobody has restricted any: then it need not ask, at each visit, which of those above are."""

    class Meta:
        abstract = True

    def get_view_restrictions(self):
        if kept("restrictions", None, PageViewRestriction.objects.exists):
            return super().get_view_restrictions()
        return PageViewRestriction.objects.none()


class OriginPage(Origin):
    """A page that an importer may have made. Copies and translations do not keep the origin."""

    exclude_fields_in_copy = ["origin", "origin_key"]

    class Meta(Origin.Meta):
        abstract = True


def copy_of(page: Page) -> Page:
    """``page`` for one reader: what is written on it, and what is loaded with it, is nobody else's."""
    fresh = copy.copy(page)
    fresh._state = copy.copy(page._state)
    fresh._state.fields_cache = dict(page._state.fields_cache)
    return fresh
