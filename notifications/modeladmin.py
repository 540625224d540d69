"""The mail outbox in the admin: what was sent, when, to whom, and why not."""

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.widgets.button import HeaderButton

from notifications.exceptions import ResendRefused
from notifications.forms import TestMailForm
from notifications.models import MailState, OutboxAttachment, OutboxMail
from notifications.policies import may_resend, sees_outbox, visible_to
from notifications.selectors import kinds_in, state_sentence, story_of
from notifications.services import resend_mail, send_test_mail
from notifications.tasks import send_mail
from operations.selectors.site import mail_sender
from workbench.furniture import status_tag
from workbench.modeladmin import (
    RowButtonHelper,
    ScopedIndexView,
    ScopedInspectView,
    ScopedModelAdmin,
    ScopedPermissionHelper,
)
from workbench.queue import enqueue
from workbench.times import moment_words

# How a state looks: an ordinary tag, or one that asks for attention.
TAGS = {
    MailState.SENT: "w-status--primary",
    MailState.FAILED: "mail-trouble",
    MailState.UNKNOWN: "mail-trouble",
}
OFFERED_AGAIN = {MailState.FAILED, MailState.UNKNOWN}
HELP = {MailState.SENT: "info", MailState.PENDING: "info", MailState.SENDING: "info", MailState.KEPT: "info"}
# Nothing in a shown mail may load from anywhere, and no link in it leads away.
PREVIEW_HEAD = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">"
    '<meta name="color-scheme" content="light"><base target="_blank">'
)


class StateFilter(SimpleListFilter):
    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return MailState.choices

    def queryset(self, request, queryset):
        return queryset.filter(state=self.value()) if self.value() in MailState.values else queryset


class KindFilter(SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return kinds_in(visible_to(request.user, OutboxMail.objects.all()))

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in dict(self.lookup_choices) else queryset


class WrittenFilter(SimpleListFilter):
    title = gettext_lazy("written")
    parameter_name = "written"
    days = {"today": 1, "week": 7, "month": 30}

    def lookups(self, request, model_admin):
        return [("today", _("Today")), ("week", _("Last 7 days")), ("month", _("Last 30 days"))]

    def queryset(self, request, queryset):
        if self.value() not in self.days:
            return queryset
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        return queryset.filter(created_at__gte=midnight - timedelta(days=self.days[self.value()] - 1))


class OutboxPermissionHelper(ScopedPermissionHelper):
    """Mail is read here and sent again; nobody writes, changes or deletes it."""

    never = frozenset({"add", "change", "delete"})

    def user_can_list(self, user):
        return sees_outbox(user)


class OutboxButtonHelper(RowButtonHelper):
    def get_buttons_for_obj(self, obj, **kwargs):
        """The subject leads to the mail; only what went wrong offers more in the listing."""
        if obj.state in OFFERED_AGAIN and obj.may_be_resent and may_resend(self.request.user):
            return [self.link(_("Send again"), reverse("notifications_resend", args=[obj.pk]))]
        return []


class OutboxIndexView(ScopedIndexView):
    def header_buttons(self):
        if not may_resend(self.request.user):
            return []
        return [HeaderButton(_("Send a test mail"), url=reverse("notifications_test_mail"), icon_name="mail")]


class OutboxInspectView(ScopedInspectView):
    def header_buttons(self):
        if not (may_resend(self.request.user) and self.instance.may_be_resent):
            return []
        url = reverse("notifications_resend", args=[self.instance.pk])
        return [HeaderButton(_("Send again"), url=url, icon_name="resubmit")]

    def get_context_data(self, **kwargs):
        mail = self.instance
        rows = [
            (_("State"), state_tag(mail)),
            (_("To"), f"{mail.to_name} <{mail.to_address}>" if mail.to_name else mail.to_address),
            (_("Kind"), mail.kind_label),
            (_("Written"), moment_words(mail.created_at)),
            (_("Sent"), moment_words(mail.sent_at) if mail.sent_at else _("not yet")),
            (_("Attempts"), mail.attempts_made),
            (_("Message-ID"), mail.message_id.strip("<>")),
            *mail.headers.items(),
        ]
        return {
            **super().get_context_data(**kwargs),
            "mail": mail,
            "fields": [{"label": label, "value": value} for label, value in rows],
            "sentence": state_sentence(mail),
            "help_status": HELP.get(mail.state, "warning"),
            "story": story_of(mail),
            "attachments": mail.attachments.all(),
            "preview": PREVIEW_HEAD + mail.html if mail.html and mail.body_is_readable else "",
        }


def state_tag(mail: OutboxMail) -> SafeString:
    return status_tag(mail.get_state_display(), TAGS.get(mail.state, ""))


class OutboxMailAdmin(ScopedModelAdmin):
    model = OutboxMail
    visible_to = visible_to
    menu_hook = "register_reports_menu_item"
    menu_icon = "mail"
    menu_order = 800
    menu_label = gettext_lazy("Mail outbox")
    permission_helper_class = OutboxPermissionHelper
    button_helper_class = OutboxButtonHelper
    inspect_view_enabled = True
    history_view_enabled = False
    index_view_class = OutboxIndexView
    inspect_view_class = OutboxInspectView
    inspect_template_name = "notifications/outbox_mail.html"
    list_display = ("mail", "reader", "kind_column", "state_column", "written")
    list_filter = (StateFilter, KindFilter, WrittenFilter)
    search_fields = ("to_address", "to_name", "subject")
    search_hint = gettext_lazy("Address, name or subject")
    ordering = ("-created_at", "-pk")
    empty_text = gettext_lazy(
        "No mail has been written yet. Every mail of this site will stand here, with what became of it."
    )

    def mail(self, mail):
        url = self.url_helper.get_action_url("inspect", mail.pk)
        why = "" if mail.state == MailState.SENT else mail.last_error
        note = format_html('<p class="record-note">{}</p>', why) if why else ""
        return format_html('<a class="title-wrapper" href="{}">{}</a>{}', url, mail.subject or _("No subject"), note)

    mail.short_description = gettext_lazy("subject")
    mail.admin_order_field = "subject"

    def reader(self, mail):
        if not mail.to_name:
            return mail.to_address
        return format_html('{}<br><span class="record-note">{}</span>', mail.to_name, mail.to_address)

    reader.short_description = gettext_lazy("to")
    reader.admin_order_field = "to_address"

    def kind_column(self, mail):
        return mail.kind_label

    kind_column.short_description = gettext_lazy("kind")

    def state_column(self, mail):
        return state_tag(mail)

    state_column.short_description = gettext_lazy("state")
    state_column.admin_order_field = "state"

    def written(self, mail):
        return moment_words(mail.created_at)

    written.short_description = gettext_lazy("written")
    written.admin_order_field = "created_at"

    def get_extra_class_names_for_field_col(self, obj, field_name):
        return [f"mail-cell mail-cell--{field_name.removesuffix('_column')}"]

    def get_admin_urls_for_registration(self):
        return (
            path("notifications/test-mail/", self.test_mail_view, name="notifications_test_mail"),
            path("notifications/mail/<int:pk>/again/", self.resend_view, name="notifications_resend"),
            path("notifications/attachment/<int:pk>/", self.attachment_view, name="notifications_attachment"),
            *super().get_admin_urls_for_registration(),
        )

    def resend_view(self, request, pk):
        """Ask, then send a settled mail once more."""
        return require_http_methods(["GET", "POST"])(self.resend)(request, pk)

    def resend(self, request, pk):
        mail = self.object_in_scope(request, str(pk))
        if not may_resend(request.user):
            raise PermissionDenied
        url = self.url_helper.get_action_url("inspect", mail.pk)
        if request.method == "POST":
            try:
                resend_mail(mail=mail, actor=request.user)
            except ResendRefused as refused:
                messages.error(request, str(refused))
                return redirect(url)
            tell_queued(request, mail)
            return redirect(url)
        context = self.furniture(_("Send again"), (url, mail.subject))
        context |= {
            "mail": mail,
            "sentence": state_sentence(mail),
            "mail_url": url,
            "has_server": bool(settings.EMAIL_URL),
        }
        return render(request, "notifications/resend.html", context)

    def test_mail_view(self, request):
        """Write a test mail and watch what becomes of it."""
        return require_http_methods(["GET", "POST"])(self.test_mail)(request)

    def test_mail(self, request):
        if not (sees_outbox(request.user) and may_resend(request.user)):
            raise PermissionDenied
        form = TestMailForm(request.POST or None, initial={"to": request.user.email})
        if form.is_valid():
            mail = send_test_mail(to=form.cleaned_data["to"], actor=request.user)
            tell_queued(request, mail)
            return redirect(self.url_helper.get_action_url("inspect", mail.pk))
        server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}" if settings.EMAIL_URL else ""
        context = self.furniture(_("Send a test mail"))
        context |= {"form": form, "server": server, "sender": mail_sender()}
        return render(request, "notifications/test_mail.html", context)

    def attachment_view(self, request, pk):
        """An attached file, for those who may read its mail."""
        return require_safe(self.attachment)(request, pk)

    def attachment(self, request, pk):
        files = visible_to(request.user, OutboxAttachment.objects.select_related("mail"))
        attachment = get_object_or_404(files, pk=pk)
        if not attachment.mail.body_is_readable:
            raise Http404("The mail of this file is private.")
        try:
            stored = attachment.open()
        except OSError:
            messages.error(request, _("The file “%(name)s” is gone.") % {"name": attachment.name})
            return redirect(self.url_helper.get_action_url("inspect", attachment.mail_id))
        return FileResponse(stored, as_attachment=True, filename=attachment.name)


def tell_queued(request, mail: OutboxMail) -> None:
    """Wake a worker for ``mail`` and say whether one was there to be woken."""
    if enqueue(send_mail, mail.pk):
        messages.success(request, _("The mail to %(address)s is on its way.") % {"address": mail.to_address})
    else:
        messages.warning(request, _("No worker can be reached right now. The mail goes as soon as one is back."))
