"""The tree of courses in the admin: icons and lists of our page types, pasting, and who teaches what."""

from django.contrib import messages
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.menus.pages import PageMenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.pages.listing import ExplorableIndexView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.permissions import register_permission_policy

from lms_pages.models import CoursePage, CourseStaff, LessonPage, ModulePage, QuizPage
from lms_pages.policies import visible_to
from lms_pages.selectors.checks import ungraded_questions
from lms_pages.views import (
    WITH_EVERYTHING,
    publish_everything_view,
    publishing_progress,
    publishing_view,
    publishings_view,
)
from workbench.modeladmin import ScopedModelAdmin
from workbench.permissions import ScopedPermissionPolicy

register_permission_policy(CourseStaff, ScopedPermissionPolicy(CourseStaff, visible_to))


@hooks.register("register_icons")
def register_icons(icons):
    names = ["catalog", "course", "module", "lesson", "quiz"]
    return [*icons, *(f"lms_pages/icons/{name}.svg" for name in names)]


@hooks.register("insert_editor_js")
def add_editor_scripts():
    scripts = [(static(f"js/admin/{name}.js"),) for name in ("paste", "enter")]
    return format_html_join("\n", '<script type="module" src="{}"></script>', scripts)


class CourseStaffAdmin(ScopedModelAdmin):
    model = CourseStaff
    visible_to = visible_to
    menu_hook = "register_courses_menu_item"
    menu_icon = "user"
    menu_order = 200
    menu_label = _("Course staff")
    list_display = ("user", "course", "shown_as")
    list_select_related = ("user", "course")
    search_fields = ("user__first_name", "user__last_name", "user__email", "course__title")
    search_hint = _("Person or course")
    ordering = ("course__title", "user__last_name")
    empty_text = _("Nobody teaches a course yet. Course staff see its learners and decide on requests.")
    edit_handler = ObjectList([FieldPanel("course"), FieldPanel("user"), FieldPanel("title")])

    def get_add_label(self):
        return _("Add a person to a course")

    def shown_as(self, row):
        return row.title or _("Instructor")

    shown_as.short_description = _("shown as")


CourseStaffAdmin().register_with_wagtail()


class ModuleViewSet(PageViewSet):
    model = ModulePage
    icon = "module"
    parent_models = [CoursePage]


class LessonIndexView(ExplorableIndexView):
    base_columns = [column for column in ExplorableIndexView.base_columns if column.name not in ("parent", "type")]
    base_columns[2:2] = [
        Column("section", label=_("Section"), accessor="section", width="10%"),
        Column("minutes", label=_("Minutes"), accessor="minutes", width="8%"),
        Column("done_when", label=_("Done when"), accessor=lambda lesson: lesson.done_when, width="12%"),
    ]


class LessonViewSet(PageViewSet):
    model = LessonPage
    icon = "lesson"
    parent_models = [ModulePage]
    index_view_class = LessonIndexView


class QuizViewSet(PageViewSet):
    model = QuizPage
    icon = "quiz"


@hooks.register("register_admin_viewset")
def register_page_listings():
    return [ModuleViewSet(), LessonViewSet(), QuizViewSet()]


@hooks.register("after_publish_page")
def tell_of_essays(request, page):
    """An essay in a lesson is practice: nothing is refused, and its author is told."""
    if not isinstance(page, LessonPage) or not (essays := ungraded_questions(page)):
        return
    titles = ", ".join(question.title for question in essays)
    words = ngettext(
        "“%(titles)s” is asked in a knowledge check, where nobody grades it. Ask it in a quiz if somebody should.",
        "“%(titles)s” are asked in knowledge checks, where nobody grades them. Ask them in a quiz if somebody should.",
        len(essays),
    )
    messages.warning(request, words % {"titles": titles})


# Publishing a course, or a module, with everything in it ---------------------------


@hooks.register("register_admin_urls")
def register_publishing_urls():
    return [
        path("courses/<int:page_id>/publish/", publish_everything_view, name="lms_pages_publish"),
        path("courses/published/", publishings_view, name="lms_pages_publishings"),
        path("courses/published/<uuid:uuid>/", publishing_view, name="lms_pages_publishing"),
        path("courses/published/<uuid:uuid>/progress/", publishing_progress, name="lms_pages_publishing_progress"),
    ]


class PublishEverythingAction(ActionMenuItem):
    """In the footer of the editor, after Wagtail's own Publish."""

    name = "action-publish-everything"
    label = _("Publish with everything in it…")
    icon_name = "upload"

    def is_shown(self, context):
        page = context.get("page")
        if context["view"] != "edit" or not isinstance(page, WITH_EVERYTHING):
            return False
        return self.get_user_page_permissions_tester(context).can_publish()

    def get_url(self, context):
        return reverse("lms_pages_publish", args=[context["page"].pk])


@hooks.register("register_page_action_menu_item")
def register_publish_everything_action():
    return PublishEverythingAction(order=35)


@hooks.register("construct_page_action_menu")
def make_publish_the_button(items, request, context):
    """Drafts save themselves, so what is left to press is Publish, for those who may."""
    items.sort(key=lambda item: item.name != "action-publish")


class PublishEverythingButton(PageMenuItem):
    label = _("Publish with everything in it…")
    icon_name = "upload"
    url_name = "lms_pages_publish"

    def is_shown(self, user):
        return (
            issubclass(self.page.specific_class, WITH_EVERYTHING) and self.page.permissions_for_user(user).can_publish()
        )


@hooks.register("register_page_listing_more_buttons")
def add_publish_everything_to_listing(page, user, next_url=None):
    yield PublishEverythingButton(page=page, next_url=next_url, priority=35)


@hooks.register("register_page_header_buttons")
def add_publish_everything_to_header(page, user, view_name, next_url=None):
    yield PublishEverythingButton(page=page, priority=55)
