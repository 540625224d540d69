"""The root of the site."""

from django.db import models
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from lms_pages.models import CatalogPage, CoursePage, LessonPage, ModulePage, OpenPage

# The page types allow one type at each level below the home page; a quiz is a lesson.
TYPE_AT_DEPTH = (CatalogPage, CoursePage, ModulePage, LessonPage)


class HomePage(OpenPage, Page):
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

    def route(self, request, path_components):
        """Find the page in one query, where Wagtail's own walk costs two for each level of the tree."""
        if not path_components:
            return super().route(request, path_components)
        if len(path_components) > len(TYPE_AT_DEPTH):
            raise Http404
        model = TYPE_AT_DEPTH[len(path_components) - 1]
        # The slug is indexed, the path is not.
        pages = model.objects.live().filter(
            slug=path_components[-1], url_path=f"{self.url_path}{'/'.join(path_components)}/"
        )
        if model is LessonPage:
            pages = pages.select_related("quizpage")
        page = pages.select_related("locale").first()
        if page is None:
            raise Http404
        return RouteResult(getattr(page, "quizpage", page))
