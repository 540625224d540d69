"""Enrollments in the admin: the list, one enrollment, assigning, and deciding on requests."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.log_actions import log

from accounts.modeladmin.chooser import person_chooser
from learning.exceptions import AlreadyDecided, LearningError
from learning.forms import AssignForm, DeclineForm, DueDateForm
from learning.modeladmin.bulk import ApproveRequests, MoveToCohort, Remind
from learning.modeladmin.filters import CohortFilter, CourseFilter, LearnerFilter, LearnerTeamFilter, StatusFilter
from learning.models import CohortMembership, Enrollment, EnrollmentStatus
from learning.policies import may_decide, visible_to
from learning.resources import CompletionResource, EnrollmentResource
from learning.services import approve_request, decline_request
from notifications.tasks import sweep_mail
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
from workbench.queue import enqueue_on_commit
from workbench.records import Related
from workbench.times import day_words


class EnrollmentPermissionHelper(ScopedPermissionHelper):
    """A run is never deleted; it is changed by whoever may decide on it."""

    never = frozenset({"delete"})

    def user_can_edit_obj(self, user, obj):
        return obj.status == EnrollmentStatus.ACTIVE and may_decide(user, obj)


class EnrollmentButtonHelper(RowButtonHelper):
    edit_label = gettext_lazy("Set due date")

    def actions(self, obj):
        if obj.status != EnrollmentStatus.REQUESTED or not may_decide(self.request.user, obj):
            return []
        return [
            self.post(_("Approve"), reverse("learning_approve", args=[obj.uuid]), prominent=True),
            self.link(_("Decline…"), reverse("learning_decline", args=[obj.uuid]), prominent=True),
        ]


def due_words(enrollment: Enrollment) -> str:
    """When a run is due, and how far off that is while it is open."""
    if not enrollment.due_on:
        return ""
    written = day_words(enrollment.due_on)
    if enrollment.status != EnrollmentStatus.ACTIVE:
        return written
    days = (enrollment.due_on - site_day()).days
    if days < 0:
        words = ngettext("%d day overdue", "%d days overdue", -days) % -days
        return format_html("{} {}", written, status_tag(words, "record-late"))
    if days == 0:
        return format_html("{} {}", written, status_tag(_("today"), "record-soon"))
    if days <= 14:
        words = ngettext("in %d day", "in %d days", days) % days
        return format_html('{} <span class="record-note">{}</span>', written, words)
    return written


def progress_words(enrollment: Enrollment) -> str:
    if enrollment.status in (EnrollmentStatus.REQUESTED, EnrollmentStatus.DECLINED):
        return ""
    if enrollment.completion_rule.get("rule") == "import":
        return _("recorded by import")
    return _("%(done)d of %(all)d lessons") % {
        "done": enrollment.completed_lessons,
        "all": enrollment.required_lessons,
    }


class EnrollmentInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.learner.name}: {self.instance.course.title}"


class AssignView(ScopedCreateView):
    """Enroll somebody. What the service refuses stands at the form, and nothing was changed."""

    save_label = gettext_lazy("Assign")

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except LearningError as error:
            form.add_error(None, error.args[0])
            return self.form_invalid(form)

    def get_success_message(self, instance):
        return _("%(person)s is enrolled in “%(course)s”.") % {
            "person": instance.learner,
            "course": instance.course.title,
        }

    def get_success_message_buttons(self, instance):
        return []


class DueDateView(ScopedEditView):
    def get_edit_handler(self):
        handler = ObjectList([FieldPanel("due_on")], base_form_class=DueDateForm)
        return handler.bind_to_model(self.model)

    def get_meta_title(self):
        return _("Set due date")

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except LearningError:
            # It was completed or left while the form was open.
            messages.error(self.request, _("Nothing was changed: this is not an active enrollment any more."))
            return redirect(self.index_url)

    def get_success_message(self, instance):
        return _("The due date of %(person)s in “%(course)s” is saved.") % {
            "person": instance.learner,
            "course": instance.course.title,
        }


class EnrollmentAdmin(ScopedModelAdmin):
    model = Enrollment
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "clipboard-list"
    menu_order = 50
    permission_helper_class = EnrollmentPermissionHelper
    button_helper_class = EnrollmentButtonHelper
    inspect_view_enabled = True
    inspect_view_class = EnrollmentInspectView
    create_view_class = AssignView
    edit_view_class = DueDateView
    resource_class = EnrollmentResource
    also_resources = (CompletionResource,)
    list_display = ("learner", "course_title", "state", "progress", "due", "active_on")
    list_filter = (StatusFilter, CourseFilter, CohortFilter, LearnerTeamFilter, LearnerFilter)
    bulk_actions = (ApproveRequests, Remind, MoveToCohort)
    list_select_related = ("learner", "course")
    search_fields = ("learner__first_name", "learner__last_name", "learner__email", "course__title")
    search_hint = gettext_lazy("Person or course")
    ordering = ("-last_activity_at", "-pk")
    empty_text = gettext_lazy(
        "Nobody is enrolled yet. People enroll on a course's page, ask for a place, or are assigned here."
    )
    edit_handler = ObjectList(
        [
            FieldPanel("learner", widget=person_chooser.widget_class),
            FieldPanel("course"),
            FieldPanel("due_on"),
        ],
        base_form_class=AssignForm,
    )

    def get_add_label(self):
        return _("Assign a course")

    def totals(self, queryset):
        late = Q(status=EnrollmentStatus.ACTIVE, due_on__lt=site_day())
        counts = queryset.order_by().aggregate(
            active=Count("pk", filter=Q(status=EnrollmentStatus.ACTIVE)),
            completed=Count("pk", filter=Q(status=EnrollmentStatus.COMPLETED)),
            late=Count("pk", filter=late),
        )
        return [
            (_("Active"), counts["active"]),
            (_("Completed"), counts["completed"]),
            (_("Overdue"), counts["late"]),
        ]

    def facts(self, run):
        cohort = CohortMembership.objects.filter(enrollment=run, until=None).select_related("cohort").first()
        rows = [
            (_("Person"), run.learner.name),
            (_("E-mail address"), run.learner.email),
            (_("Course"), run.course.title),
            (_("Cohort"), cohort.cohort.name if cohort else ""),
            (_("Status"), run.get_status_display()),
            (_("Run"), run.run),
            (_("Reason"), run.reason),
            (_("Lessons done"), progress_words(run)),
            (_("Due"), due_words(run)),
            (_("Requested"), day_words(run.requested_at)),
            (_("Enrolled"), day_words(run.enrolled_at)),
            (_("Last activity"), day_words(run.last_activity_at)),
            (_("Completed"), day_words(run.completed_at)),
            (_("Ended"), day_words(run.ended_at)),
            (_("Outcome"), run.outcome),
        ]
        return [(label, value) for label, value in rows if value]

    def related(self, viewer, run):
        for name, permission, count, label in (
            ("lessonprogress", "learning.view_lessonprogress", run.progress.count(), gettext_lazy("lessons done")),
            ("learningevent", "learning.view_learningevent", run.events.count(), gettext_lazy("events")),
        ):
            if viewer.has_perm(permission):
                yield Related(label, f"{reverse(f'learning_{name}_modeladmin_index')}?run={run.uuid}", count)

    def course_title(self, run):
        return run.course.title

    course_title.short_description = gettext_lazy("course")
    course_title.admin_order_field = "course__title"

    def state(self, run):
        classes = {EnrollmentStatus.REQUESTED: "record-soon", EnrollmentStatus.COMPLETED: "w-status--primary"}
        return status_tag(run.get_status_display(), classes.get(run.status, ""))

    state.short_description = gettext_lazy("status")
    state.admin_order_field = "status"

    def progress(self, run):
        return progress_words(run)

    progress.short_description = gettext_lazy("done")
    progress.admin_order_field = "completed_lessons"

    def due(self, run):
        return due_words(run)

    due.short_description = gettext_lazy("due")
    due.admin_order_field = "due_on"

    def active_on(self, run):
        return day_words(run.last_activity_at or run.requested_at)

    active_on.short_description = gettext_lazy("last activity")
    active_on.admin_order_field = "last_activity_at"

    def get_empty_value_display(self, field_name=None):
        return ""

    # Deciding on a request ----------------------------------------------------

    def request_to_decide(self, request, uuid) -> Enrollment:
        found = self.get_queryset(request).filter(uuid=uuid).values_list("pk", flat=True).first()
        enrollment = self.object_in_scope(request, str(found or 0))
        if not may_decide(request.user, enrollment):
            raise PermissionDenied
        return enrollment

    def approve_view(self, request, uuid):
        """Turn a request into an active run. Only POST changes anything."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        enrollment = self.request_to_decide(request, uuid)
        try:
            enrollment = approve_request(enrollment=enrollment, actor=request.user)
        except AlreadyDecided:
            messages.error(request, self.decided_already(enrollment))
        else:
            enqueue_on_commit(sweep_mail)
            log(instance=enrollment, action="learning.approve", user=request.user)
            messages.success(request, AssignView.get_success_message(self, enrollment))
        return redirect(self.url_helper.index_url)

    def decline_view(self, request, uuid):
        """Ask for the reason the person will read, then refuse."""
        enrollment = self.request_to_decide(request, uuid)
        form = DeclineForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                decline_request(enrollment=enrollment, actor=request.user, reason=form.cleaned_data["reason"])
            except AlreadyDecided:
                messages.error(request, self.decided_already(enrollment))
            else:
                enqueue_on_commit(sweep_mail)
                log(instance=enrollment, action="learning.decline", user=request.user)
                messages.success(request, _("The request of %s was declined.") % enrollment.learner)
            return redirect(self.url_helper.index_url)
        context = {
            "enrollment": enrollment,
            "form": form,
            **self.furniture(_("Decline a request")),
        }
        return render(request, "learning/admin/decline.html", context)

    def decided_already(self, enrollment: Enrollment) -> str:
        return _("Nothing was changed: the request of %s has been decided or withdrawn meanwhile.") % enrollment.learner

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("learning/enrollment/<uuid:uuid>/approve/", self.approve_view, name="learning_approve"),
            path("learning/enrollment/<uuid:uuid>/decline/", self.decline_view, name="learning_decline"),
        )
