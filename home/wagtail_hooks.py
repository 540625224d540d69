"""The front door of the admin: its menu, its home, and the one way in."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.auth import user_has_any_page_permission
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.documents.wagtail_hooks import DocumentsMenuItem
from wagtail.images.wagtail_hooks import ImagesMenuItem
from wagtailmedia.wagtail_hooks import MediaMenuItem

from home.forms import NewCourseForm
from home.panels import CoursesPanel, MattersPanel, NewCoursePanel, RequestsPanel, RunsPanel
from home.selectors import catalogs_to_add_to
from lms_pages.models import CatalogPage
from lms_pages.services import create_course

# The menu: Courses, Questions, People, Reports, Settings --------------------------

courses_menu = Menu(register_hook_name="register_courses_menu_item")
people_menu = Menu(register_hook_name="register_people_menu_item")

# Wagtail's own entries that stand inside ours instead, or nowhere.
REGROUPED = {"explorer", "images", "documents", "media", "snippets", "help"}


class CoursesMenuItem(MenuItem):
    def is_shown(self, request):
        return user_has_any_page_permission(request.user)


@hooks.register("register_admin_menu_item")
def register_courses_menu():
    return SubmenuMenuItem(gettext_lazy("Courses"), courses_menu, name="courses", icon_name="course", order=100)


@hooks.register("register_admin_menu_item")
def register_people_menu():
    return SubmenuMenuItem(gettext_lazy("People"), people_menu, name="people", icon_name="group", order=300)


@hooks.register("register_courses_menu_item")
def register_all_courses():
    return CoursesMenuItem(
        gettext_lazy("All courses"), reverse("home_courses"), name="all-courses", icon_name="catalog", order=100
    )


@hooks.register("register_courses_menu_item")
def register_images():
    return ImagesMenuItem(
        gettext_lazy("Images"), reverse("wagtailimages:index"), name="course-images", icon_name="image", order=300
    )


@hooks.register("register_courses_menu_item")
def register_documents():
    return DocumentsMenuItem(
        gettext_lazy("Documents"),
        reverse("wagtaildocs:index"),
        name="course-documents",
        icon_name="doc-full",
        order=310,
    )


@hooks.register("register_courses_menu_item")
def register_media():
    return MediaMenuItem(
        gettext_lazy("Media"), reverse("wagtailmedia:index"), name="course-media", icon_name="media", order=320
    )


@hooks.register("construct_main_menu")
def regroup_menu(request, items):
    items[:] = [item for item in items if item.name not in REGROUPED]


@hooks.register("construct_settings_menu")
def leave_out_users(request, items):
    """People stand under People; a second list of the same persons would only confuse."""
    items[:] = [item for item in items if item.name != "users"]


# The admin's home ------------------------------------------------------------------


@hooks.register("construct_homepage_panels", order=-10)
def build_home(request, panels):
    """Ours in place of Wagtail's list of recent edits, which the list of courses contains."""
    panels[:] = [panel for panel in panels if getattr(panel, "name", "") != "recent_edits"]
    panels += [panel(request) for panel in (RequestsPanel, MattersPanel, NewCoursePanel, CoursesPanel, RunsPanel)]


def courses_view(request):
    """The list of courses: the first catalog in the page explorer."""
    catalog = CatalogPage.objects.order_by("path").first()
    return redirect("wagtailadmin_explore", catalog.pk) if catalog else redirect("wagtailadmin_explore_root")


def create_course_view(request):
    """Make a course with one module and one lesson as drafts, and open it in the editor."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    catalogs = {str(catalog.pk): catalog for catalog in catalogs_to_add_to(request.user)}
    if not catalogs:
        raise PermissionDenied
    catalog = catalogs.get(request.POST.get("catalog", ""), next(iter(catalogs.values())))
    form = NewCourseForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("No course was made: it needs a title of at most 255 characters."))
        return redirect("wagtailadmin_home")
    try:
        course = create_course(title=form.cleaned_data["title"], parent=catalog, owner=request.user)
    except ValidationError as error:
        messages.error(request, _("No course was made: %s") % " ".join(error.messages))
        return redirect("wagtailadmin_home")
    messages.success(
        request,
        _(
            "“%(title)s” is a draft with one module and one lesson. Nobody sees it before you publish it: "
            "“Publish with everything in it…” takes all three at once."
        )
        % {"title": course.title},
    )
    return redirect("wagtailadmin_pages:edit", course.pk)


@hooks.register("register_admin_urls")
def register_home_urls():
    return [
        path("courses/", courses_view, name="home_courses"),
        path("courses/create/", create_course_view, name="home_create_course"),
    ]


@hooks.register("insert_global_admin_css")
def add_admin_css():
    return format_html('<link rel="stylesheet" href="{}">', static("css/admin.css"))


@hooks.register("insert_global_admin_js")
def name_the_home_link():
    return format_html('<script type="module" src="{}"></script>', static("js/admin/home_link.js"))
