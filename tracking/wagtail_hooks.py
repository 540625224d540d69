"""What tracking adds to Wagtail."""

from django.urls import path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.contrib.settings.registry import register_setting

from tracking import views
from tracking.forms import TrackingSettingsForm
from tracking.modeladmin import DispatchAdmin
from tracking.models import REPLAY, TrackingSettings

DispatchAdmin().register_with_wagtail()

TrackingSettings.edit_handler = ObjectList(
    [
        MultiFieldPanel(
            [FieldPanel("page_views"), FieldPanel("one_in"), FieldPanel("reading_time")],
            heading=_("On this site"),
        ),
        MultiFieldPanel(
            [
                HelpPanel(template="tracking/admin/settings_services.html"),
                FieldPanel("ga4"),
                FieldPanel("ga4_measurement_id"),
                FieldPanel("ga4_api_secret"),
                FieldPanel("forget_ga4_api_secret"),
                FieldPanel("ga4_region"),
            ],
            heading="Google Analytics",
        ),
        MultiFieldPanel(
            [
                FieldPanel("mixpanel"),
                FieldPanel("mixpanel_token"),
                FieldPanel("forget_mixpanel_token"),
                FieldPanel("mixpanel_region"),
            ],
            heading="Mixpanel",
        ),
    ],
    base_form_class=TrackingSettingsForm,
)
register_setting(TrackingSettings, icon="globe", order=40)


@hooks.register("register_admin_urls")
def register_urls():
    return [path("tracking/test-event/", views.test_event_view, name="tracking_test_event")]


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action(REPLAY, _("Send event again"), _("Event sent again"))
