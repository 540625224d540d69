"""The machinery in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from operations.modeladmin.regular import ClockTimeAdmin, IntervalAdmin, RegularTaskAdmin
from operations.modeladmin.results import TaskResultAdmin

for admin in (RegularTaskAdmin(), ClockTimeAdmin(), IntervalAdmin(), TaskResultAdmin()):
    admin.register_with_wagtail()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("operations.run_now", _("Run now"), _("Started now by hand"))
    actions.register_action("operations.turn_on", _("Turn on"), _("Turned on"))
    actions.register_action("operations.turn_off", _("Turn off"), _("Turned off"))
    actions.register_action("operations.repeat", _("Try again"), _("Tried again"))
