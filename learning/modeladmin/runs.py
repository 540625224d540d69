"""What the lists of things that belong to a run share: whose run it is, of which course, and that nobody edits them."""

from typing import ClassVar

from django.utils.translation import gettext_lazy

from workbench.modeladmin import ScopedModelAdmin, ScopedPermissionHelper

PERSON = ("enrollment__learner__first_name", "enrollment__learner__last_name", "enrollment__learner__email")


class ReadOnlyHelper(ScopedPermissionHelper):
    """What happened is changed by what happens next, not in a form."""

    never = frozenset({"add", "change", "delete"})

    def user_can_list(self, user):
        return self.may(user, "view")


class RunRowsAdmin(ScopedModelAdmin):
    """Rows with an ``enrollment``; ``also_shown`` names relations of which the list shows something."""

    menu_hook = "register_people_menu_item"
    permission_helper_class = ReadOnlyHelper
    inspect_view_enabled = True
    also_shown: ClassVar[tuple[str, ...]] = ()

    def get_queryset(self, request):
        return (
            super().get_queryset(request).select_related("enrollment__learner", "enrollment__course", *self.also_shown)
        )

    def learner(self, row):
        return row.enrollment.learner.name

    learner.short_description = gettext_lazy("person")
    learner.admin_order_field = "enrollment__learner__last_name"

    def course(self, row):
        return row.enrollment.course.title

    course.short_description = gettext_lazy("course")
