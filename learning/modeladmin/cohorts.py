"""Cohorts in the admin: their days, places and people."""

from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList

from learning.exceptions import LearningError
from learning.forms import CohortForm
from learning.modeladmin.filters import CourseFilter
from learning.modeladmin.rights import keeps_course
from learning.models import Cohort, CohortMembership, InviteLink
from learning.policies import visible_to
from learning.resources import CohortResource
from workbench.days import site_day
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedCreateView,
    ScopedEditView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.records import Related
from workbench.times import day_words


def is_on_record(cohort: Cohort) -> bool:
    """Whether anybody ever was in it, or a link leads into it; the list brings the answer along."""
    if hasattr(cohort, "has_rows"):
        return cohort.has_rows
    return cohort.memberships.exists() or cohort.invite_links.exists()


class CohortPermissionHelper(ScopedPermissionHelper):
    """Whoever teaches the course changes its cohorts; one that had people, or has a link, stays on record."""

    def user_can_edit_obj(self, user, obj):
        return self.may(user, "change") and keeps_course(user, obj)

    def user_can_delete_obj(self, user, obj):
        return self.may(user, "delete") and not is_on_record(obj) and keeps_course(user, obj)


class CohortButtonHelper(RowButtonHelper):
    def actions(self, obj):
        if not keeps_course(self.request.user, obj):
            return []
        address = reverse("learning:roster", args=[obj.course_key])
        return [
            self.link(_("Roster"), f"{address}?cohort={obj.uuid}"),
            self.link(_("Message to all"), f"{reverse('learning:message', args=[obj.course_key])}?cohort={obj.uuid}"),
        ]


class SaysWhy:
    """What the service refuses stands at the form, and nothing was changed."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except LearningError as error:
            form.add_error(None, error.args[0])
        except IntegrityError:
            form.add_error("name", _("This course already has a cohort of this name."))
        return self.form_invalid(form)


class CohortCreateView(SaysWhy, ScopedCreateView):
    pass


class CohortEditView(SaysWhy, ScopedEditView):
    pass


class CohortInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.name}: {self.instance.course.title}"


class CohortAdmin(ScopedModelAdmin):
    model = Cohort
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "group"
    menu_order = 40
    permission_helper_class = CohortPermissionHelper
    button_helper_class = CohortButtonHelper
    create_view_class = CohortCreateView
    edit_view_class = CohortEditView
    inspect_view_class = CohortInspectView
    inspect_view_enabled = True
    resource_class = CohortResource
    list_display = ("name", "course_title", "days", "places", "due")
    list_filter = (CourseFilter,)
    search_fields = ("name", "course__title")
    search_hint = gettext_lazy("Cohort or course")
    ordering = ("-starts_on", "name", "pk")
    empty_text = gettext_lazy("There are no cohorts yet. A cohort is a group of people who take a course together.")
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("course"),
            FieldRowPanel([FieldPanel("starts_on"), FieldPanel("ends_on")]),
            FieldRowPanel([FieldPanel("due_on"), FieldPanel("capacity")]),
        ],
        base_form_class=CohortForm,
    )

    def get_queryset(self, request):
        members = CohortMembership.objects.filter(cohort=OuterRef("pk"))
        links = InviteLink.objects.filter(cohort=OuterRef("pk"))
        rows = super().get_queryset(request).select_related("course")
        return rows.annotate(has_rows=Exists(members) | Exists(links))

    def facts(self, cohort):
        rows = [
            (_("Course"), cohort.course.title),
            (_("Days"), self.days(cohort)),
            (_("Places"), self.places(cohort)),
            (_("Due"), day_words(cohort.due_on)),
            (_("Made by"), cohort.created_by.name if cohort.created_by else ""),
            (_("Made on"), day_words(cohort.created_at)),
        ]
        return [(label, value) for label, value in rows if value]

    def related(self, viewer, cohort):
        runs = visible_to(viewer, CohortMembership.objects.filter(cohort=cohort, until=None)).count()
        yield Related(
            ngettext("person in it", "people in it", runs),
            f"{reverse('learning_enrollment_modeladmin_index')}?cohort={cohort.uuid}",
            runs,
        )
        if viewer.has_perm("learning.view_invitelink"):
            links = visible_to(viewer, InviteLink.objects.filter(cohort=cohort)).count()
            yield Related(
                ngettext("invitation link", "invitation links", links),
                f"{reverse('learning_invitelink_modeladmin_index')}?cohort={cohort.uuid}",
                links,
            )

    def course_title(self, cohort):
        return cohort.course.title

    course_title.short_description = gettext_lazy("course")
    course_title.admin_order_field = "course__title"

    def days(self, cohort):
        first, last = day_words(cohort.starts_on), day_words(cohort.ends_on)
        if not first and not last:
            return ""
        words = f"{first or '…'} – {last or '…'}"
        today = site_day()
        if cohort.is_over:
            return format_html("{} {}", words, status_tag(_("over")))
        if cohort.starts_on and cohort.starts_on > today:
            return format_html("{} {}", words, status_tag(_("to come")))
        return format_html("{} {}", words, status_tag(_("running"), "w-status--primary"))

    days.short_description = gettext_lazy("days")
    days.admin_order_field = "starts_on"

    def places(self, cohort):
        if cohort.capacity is None:
            return ngettext("%d person, no limit", "%d people, no limit", cohort.taken) % cohort.taken
        words = _("%(taken)d of %(capacity)d taken") % {"taken": cohort.taken, "capacity": cohort.capacity}
        if cohort.places_left:
            return words
        return format_html("{} {}", words, status_tag(_("full"), "record-soon"))

    places.short_description = gettext_lazy("places")
    places.admin_order_field = "taken"

    def due(self, cohort):
        return day_words(cohort.due_on)

    due.short_description = gettext_lazy("due")
    due.admin_order_field = "due_on"

    def get_empty_value_display(self, field_name=None):
        return ""
