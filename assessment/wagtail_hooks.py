"""What answers and grades add to Wagtail."""

from django.utils.translation import gettext_lazy
from wagtail import hooks

from assessment.modeladmin import GradeOverrideAdmin, ItemStatisticAdmin, PageStatisticAdmin, ResponseAdmin

for screen in (ResponseAdmin, GradeOverrideAdmin, ItemStatisticAdmin, PageStatisticAdmin):
    screen().register_with_wagtail()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("assessment.grade", gettext_lazy("Set a grade by hand"), gettext_lazy("Grade set by hand"))
    actions.register_action(
        "assessment.clear_grade",
        gettext_lazy("Take back a grade set by hand"),
        gettext_lazy("Grade set by hand taken back"),
    )
