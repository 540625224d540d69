"""Reports in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from reports.modeladmin.beat import PeriodicTaskAdmin
from reports.modeladmin.runs import DeliveryAdmin, RunAdmin
from reports.modeladmin.schedules import ScheduleAdmin

for admin in (ScheduleAdmin(), RunAdmin(), DeliveryAdmin(), PeriodicTaskAdmin()):
    admin.register_with_wagtail()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("reports.send_now", _("Send one now"), _("Asked for one report, sent now"))
    actions.register_action("reports.pause", _("Pause"), _("Paused"))
    actions.register_action("reports.resume", _("Resume"), _("Resumed"))
