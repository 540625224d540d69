"""What pages are called, for records that outlive them."""

from collections.abc import Iterable
from uuid import UUID

from wagtail.models import Page


def titles_of(keys: Iterable[UUID | None]) -> dict[UUID, str]:
    """Titles by translation key; of several languages, the one that was there first. One query."""
    pages = Page.objects.filter(translation_key__in={key for key in keys if key}).order_by("-pk")
    return dict(pages.values_list("translation_key", "title"))
