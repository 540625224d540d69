"""Invitation links in the admin: make one, pass its address on, see how often it was used, withdraw it."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.log_actions import log

from learning.forms import InviteLinkForm
from learning.modeladmin.filters import CourseFilter, LinkCohortFilter
from learning.modeladmin.rights import keeps_course
from learning.models import InviteLink
from learning.policies import visible_to
from learning.services import revoke_link, why_closed
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedCreateView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.times import day_words, moment_words


def address_of(link: InviteLink) -> str:
    """The whole address, without a language: whoever opens it gets their own."""
    with override(settings.LANGUAGE_CODE):
        return settings.WAGTAILADMIN_BASE_URL.rstrip("/") + reverse("learning:join", args=[link.code])


class InvitePermissionHelper(ScopedPermissionHelper):
    """A link is withdrawn, never edited or deleted: its address may be in many mails, and its uses stay on record."""

    never = frozenset({"delete"})

    def user_can_edit_obj(self, user, obj):
        return False

    def user_can_withdraw(self, user, obj):
        return self.may(user, "change") and keeps_course(user, obj)


class InviteButtonHelper(RowButtonHelper):
    def actions(self, obj):
        if obj.revoked_at or not self.permission_helper.user_can_withdraw(self.request.user, obj):
            return []
        return [self.post(_("Withdraw"), reverse("learning_revoke_link", args=[obj.pk]))]


class InviteCreateView(ScopedCreateView):
    save_label = gettext_lazy("Make a link")

    def get_success_url(self):
        return self.url_helper.get_action_url("inspect", self.instance.pk)

    def get_success_message(self, instance):
        return _("The link is ready. Copy its address and pass it on.")

    def get_success_message_buttons(self, instance):
        return []


class InviteInspectView(ScopedInspectView):
    def name(self):
        return _("Invitation to “%s”") % self.instance


class InviteLinkAdmin(ScopedModelAdmin):
    model = InviteLink
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "link"
    menu_order = 45
    permission_helper_class = InvitePermissionHelper
    button_helper_class = InviteButtonHelper
    create_view_class = InviteCreateView
    inspect_view_class = InviteInspectView
    inspect_view_enabled = True
    list_display = ("leads_to", "state", "uses", "last_day", "made_by")
    list_filter = (CourseFilter, LinkCohortFilter)
    search_fields = ("course__title", "cohort__name")
    search_hint = gettext_lazy("Course or cohort")
    ordering = ("-created_at", "-pk")
    empty_text = gettext_lazy(
        "There are no invitation links yet. Whoever opens one signs in and is on the course, whatever its policy."
    )
    edit_handler = ObjectList(
        [
            FieldPanel("course"),
            FieldPanel("cohort"),
            FieldRowPanel([FieldPanel("limit"), FieldPanel("expires_on")]),
        ],
        base_form_class=InviteLinkForm,
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("course", "cohort", "created_by")

    def get_add_label(self):
        return _("Make an invitation link")

    def facts(self, link):
        rows = [
            (_("Address"), format_html('<code class="record-code">{}</code>', address_of(link))),
            (_("Course"), link.course.title),
            (_("Cohort"), link.cohort.name if link.cohort else ""),
            (_("State"), why_closed(link) or _("Open")),
            (_("Used"), self.uses(link)),
            (_("Last day"), day_words(link.expires_on)),
            (_("Made by"), self.made_by(link)),
            (_("Made"), moment_words(link.created_at)),
            (_("Withdrawn"), moment_words(link.revoked_at)),
        ]
        return [(label, value) for label, value in rows if value]

    def leads_to(self, link):
        return f"{link.course.title} · {link.cohort.name}" if link.cohort else link.course.title

    leads_to.short_description = gettext_lazy("leads to")
    leads_to.admin_order_field = "course__title"

    def state(self, link):
        if link.revoked_at:
            return status_tag(_("withdrawn"))
        if link.has_expired:
            return status_tag(_("expired"))
        if link.is_used_up:
            return status_tag(_("used up"))
        if why_closed(link):
            return status_tag(_("nothing to join"), "record-soon")
        return status_tag(_("open"), "w-status--primary")

    state.short_description = gettext_lazy("state")

    def uses(self, link):
        if link.limit is None:
            return str(link.used)
        return _("%(used)d of %(limit)d") % {"used": link.used, "limit": link.limit}

    uses.short_description = gettext_lazy("used")
    uses.admin_order_field = "used"

    def last_day(self, link):
        return day_words(link.expires_on)

    last_day.short_description = gettext_lazy("last day")
    last_day.admin_order_field = "expires_on"

    def made_by(self, link):
        return link.created_by.name if link.created_by else ""

    made_by.short_description = gettext_lazy("made by")

    def get_empty_value_display(self, field_name=None):
        return ""

    def revoke_view(self, request, key):
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        link = self.object_in_scope(request, str(key))
        if not self.permission_helper.user_can_withdraw(request.user, link):
            raise PermissionDenied
        if revoke_link(link=link):
            log(instance=link, action="learning.revoke_link", user=request.user)
            messages.success(request, _("The link opens no more. Whoever joined by it stays on the course."))
        return redirect(self.url_helper.get_action_url("inspect", link.pk))

    def get_admin_urls_for_registration(self):
        return (
            *super().get_admin_urls_for_registration(),
            path("learning/invitelink/<int:key>/revoke/", self.revoke_view, name="learning_revoke_link"),
        )
