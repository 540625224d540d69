"""What the workbench adds to Wagtail: the list of imports, and words for what they did."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks

from workbench.modeladmin.imports import ImportBatchAdmin

ImportBatchAdmin().register_with_wagtail()


@hooks.register("register_log_actions")
def register_log_actions(actions):
    actions.register_action("workbench.import", _("Import"), _("Imported a file"))
    actions.register_action("workbench.undo", _("Undo an import"), _("Undid an import"))
    actions.register_action("workbench.export", _("Export"), _("Exported a list"))
    actions.register_action("workbench.import_new", _("Add by import"), _("Added by an import"))
    actions.register_action("workbench.import_changed", _("Change by import"), _("Changed by an import"))
    actions.register_action("workbench.import_undone", _("Undo an import"), _("Import undone"))
