"""The root of the site."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class HomePage(Page):
    """What visitors who are not signed in see first; learners go to "My learning"."""

    heading = models.CharField(_("heading"), max_length=120, blank=True)
    introduction = RichTextField(_("introduction"), blank=True, features=["bold", "italic", "link"])

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["lms_pages.CatalogPage"]
    max_count_per_parent = 1
    page_description = _("The front page of the academy.")
    template = "home/home_page.html"
    content_panels = [*Page.content_panels, FieldPanel("heading"), FieldPanel("introduction")]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")
