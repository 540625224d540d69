"""The one page type of the floor."""

from wagtail.fields import RichTextField
from wagtail.models import Page


class FloorPage(Page):
    """A title and rich text."""

    body = RichTextField()
