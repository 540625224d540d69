"""What was done for the database at night, and what became of it."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from operations.models import Upkeep, UpkeepKind
from operations.policies import visible_to
from workbench.furniture import status_tag
from workbench.modeladmin import ScopedModelAdmin, ScopedPermissionHelper
from workbench.times import moment_words


class KindFilter(SimpleListFilter):
    title = gettext_lazy("what")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return UpkeepKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in UpkeepKind.values else queryset


class EndFilter(SimpleListFilter):
    title = gettext_lazy("end")
    parameter_name = "end"

    def lookups(self, request, model_admin):
        return [("failed", _("Failed"))]

    def queryset(self, request, queryset):
        return queryset.exclude(error="") if self.value() == "failed" else queryset


class UpkeepPermissionHelper(ScopedPermissionHelper):
    never = frozenset({"add", "change", "delete"})


class UpkeepAdmin(ScopedModelAdmin):
    model = Upkeep
    visible_to = visible_to
    menu_label = gettext_lazy("Database upkeep")
    menu_icon = "resubmit"
    permission_helper_class = UpkeepPermissionHelper
    inspect_view_enabled = True
    history_view_enabled = False
    list_display = ("what", "began", "took", "alive", "dead", "size", "end")
    list_filter = (KindFilter, EndFilter)
    search_fields = ("table",)
    search_hint = gettext_lazy("Table")
    ordering = ("-started_at", "-pk")
    empty_text = gettext_lazy(
        "Nothing was done yet. Each night between 2 and 6 the statistics of all tables are made anew, and on PostgreSQL "
        "the tables that change most are cleaned up."
    )

    def what(self, row):
        return format_html(
            '{}<br><span class="record-note">{}</span>', row.get_kind_display(), row.table or _("all tables")
        )

    what.short_description = gettext_lazy("what")
    what.admin_order_field = "table"

    def began(self, row):
        return moment_words(row.started_at)

    began.short_description = gettext_lazy("started")
    began.admin_order_field = "started_at"

    def took(self, row):
        return "" if row.milliseconds is None else _("%(n).1f s") % {"n": row.milliseconds / 1000}

    took.short_description = gettext_lazy("took")
    took.admin_order_field = "milliseconds"

    def alive(self, row):
        return number(row.rows)

    alive.short_description = gettext_lazy("rows")
    alive.admin_order_field = "rows"

    def dead(self, row):
        if row.dead_before is None:
            return ""
        return _("%(before)s → %(after)s") % {"before": number(row.dead_before), "after": number(row.dead_after)}

    dead.short_description = gettext_lazy("dead rows")
    dead.admin_order_field = "dead_before"

    def size(self, row):
        return "" if row.bytes is None else filesizeformat(row.bytes)

    size.short_description = gettext_lazy("size")
    size.admin_order_field = "bytes"

    def end(self, row):
        if row.error:
            why = format_html('<p class="record-note">{}</p>', Truncator(row.error).chars(160))
            return format_html("{}{}", status_tag(_("failed"), "record-late"), why)
        if row.milliseconds is None:
            return status_tag(_("begun"), "")
        return status_tag(_("done"), "w-status--primary")

    end.short_description = gettext_lazy("end")

    def get_empty_value_display(self, field_name=None):
        return ""

    def facts(self, row):
        facts = [
            (_("What"), row.get_kind_display()),
            (_("Table"), row.table or _("all tables")),
            (_("Started"), moment_words(row.started_at)),
            (_("Took"), self.took(row)),
            (_("Rows, as the database counts them"), number(row.rows)),
            (_("Dead rows before"), number(row.dead_before)),
            (_("Dead rows after"), number(row.dead_after)),
            (_("Size with indexes"), self.size(row)),
            (_("End"), self.end(row)),
            (_("Why not"), row.error),
        ]
        return [(label, value) for label, value in facts if value != ""]


def number(value: int | None) -> Any:
    return "" if value is None else intcomma(value)
