"""What the outbox adds to Wagtail."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from notifications.modeladmin import OutboxMailAdmin
from notifications.models import RESEND

modeladmin_register(OutboxMailAdmin)


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action(RESEND, _("Send mail again"), _("Mail sent again"))
