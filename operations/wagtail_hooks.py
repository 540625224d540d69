"""The machinery in the admin: what the site is called, what it does in the background, and what was done here."""

from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.contrib.settings.registry import register_setting
from wagtail.log_actions import LogFormatter

from operations import views
from operations.forms.settings import SiteSettingsForm
from operations.modeladmin.regular import ClockTimeAdmin, IntervalAdmin, RegularTaskAdmin
from operations.modeladmin.results import TaskResultAdmin
from operations.modeladmin.upkeep import UpkeepAdmin
from operations.models import SiteSettings
from operations.policies import VIEW_AUDIT, VIEW_BACKGROUND
from operations.services import SIGN_IN_FAILED, UNKNOWN_ADDRESS

for admin in (RegularTaskAdmin(), ClockTimeAdmin(), IntervalAdmin(), TaskResultAdmin(), UpkeepAdmin()):
    admin.register_with_wagtail()

SiteSettings.edit_handler = ObjectList(
    [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("logo")], heading=_("Name and logo")),
        MultiFieldPanel(
            [
                FieldPanel("accent"),
                FieldPanel("accent_dark"),
                HelpPanel(template="operations/settings_colors.html"),
            ],
            heading=_("Colors"),
        ),
        MultiFieldPanel([FieldPanel("sign_up"), FieldPanel("sign_up_domains")], heading=_("Sign-up")),
        MultiFieldPanel(
            [
                FieldPanel("sender_name"),
                FieldPanel("sender_address"),
                HelpPanel(template="operations/settings_mail.html"),
            ],
            heading=_("Mail"),
        ),
        MultiFieldPanel([FieldPanel("timezone")], heading=_("Time")),
    ],
    base_form_class=SiteSettingsForm,
)
register_setting(SiteSettings, icon="cog", order=10)


@hooks.register("register_admin_urls")
def register_urls():
    return [
        path("operations/background/", views.background_view, name="operations_background"),
        path("operations/connections/", views.connections_view, name="operations_connections"),
        path("operations/colors/", views.colors_view, name="operations_colors"),
        path("operations/audit/", views.audit_view, name="operations_audit"),
    ]


class GuardedMenuItem(MenuItem):
    """Shown to those with one permission."""

    def __init__(self, *args, permission: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.permission = permission

    def is_shown(self, request):
        return request.user.has_perm(self.permission)


@hooks.register("register_settings_menu_item")
def register_background():
    url = reverse("operations_background")
    return GuardedMenuItem(
        _("Background work"), url, name="background", icon_name="cogs", order=20, permission=VIEW_BACKGROUND
    )


@hooks.register("register_reports_menu_item")
def register_audit():
    url = reverse("operations_audit")
    return GuardedMenuItem(_("Audit log"), url, name="audit", icon_name="history", order=1000, permission=VIEW_AUDIT)


@hooks.register("construct_reports_menu")
def leave_out_site_history(request, items):
    """The audit log says the same and more; Wagtail's page shows rows about people to whoever lists their kind."""
    items[:] = [item for item in items if item.name != "site-history"]


class SignInFailure(LogFormatter):
    label = _("Sign-in failed")

    def format_message(self, log_entry):
        times = log_entry.data.get("times", 1)
        return ngettext("Sign-in failed", "Sign-in failed %(n)d times", times) % {"n": times}

    def format_comment(self, log_entry):
        return log_entry.data.get("ip", "")


class UnknownAddress(SignInFailure):
    label = _("Sign-in with an unknown address")

    def format_message(self, log_entry):
        times = log_entry.data.get("times", 1)
        return ngettext(
            "Sign-in with an address nobody has", "Sign-in with addresses nobody has, %(n)d times", times
        ) % {"n": times}


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("operations.run_now", _("Run now"), _("Started now by hand"))
    actions.register_action("operations.turn_on", _("Turn on"), _("Turned on"))
    actions.register_action("operations.turn_off", _("Turn off"), _("Turned off"))
    actions.register_action("operations.repeat", _("Try again"), _("Tried again"))
    actions.register_action(SIGN_IN_FAILED)(SignInFailure)
    actions.register_action(UNKNOWN_ADDRESS)(UnknownAddress)
