"""Point rules, levels and the ledger, and points given by hand."""

from django.contrib.admin import SimpleListFilter
from django.db.models import Prefetch, Sum
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList

from gamification.forms.points import AdjustForm, PointRuleForm
from gamification.models import EntryKind, Level, PointEntry, PointRule, PointRuleVersion
from gamification.policies import visible_to
from gamification.selectors.ledger import cause_of, reason_of, signed
from gamification.selectors.rules import terms_with_names, terms_words
from gamification.services.points import adjust_points
from learning.modeladmin.filters import CourseFilter
from learning.modeladmin.runs import ReadOnlyHelper
from learning.models import LearningEvent
from learning.policies import visible_to as learning_visible_to
from workbench.furniture import status_tag
from workbench.modeladmin import BulkAction, ScopedInspectView, ScopedModelAdmin, ScopedPermissionHelper
from workbench.records import Related
from workbench.times import moment_words

MENU = "register_gamification_menu_item"


class RuleHelper(ScopedPermissionHelper):
    """A rule that gave points stays on record: it is switched off."""

    def user_can_delete_obj(self, user, obj):
        gave_points = obj.total is not None if hasattr(obj, "total") else obj.entries.exists()
        return self.may(user, "delete") and not gave_points


class RuleInspectView(ScopedInspectView):
    def name(self):
        return self.instance.name


class PointRuleAdmin(ScopedModelAdmin):
    model = PointRule
    visible_to = visible_to
    menu_hook = MENU
    menu_icon = "clipboard-list"
    menu_order = 10
    menu_label = gettext_lazy("Point rules")
    permission_helper_class = RuleHelper
    inspect_view_enabled = True
    inspect_view_class = RuleInspectView
    stacks = True
    list_display = ("name", "happens", "terms", "given", "state")
    search_fields = ("name",)
    ordering = ("name", "pk")
    empty_text = gettext_lazy(
        "There is no rule yet, so nothing gives points. Add one: what happens, and how many points."
    )
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldPanel("verb"),
            FieldRowPanel([FieldPanel("points"), FieldPanel("once_per")]),
            MultiFieldPanel(
                [FieldPanel("course"), FieldPanel("topic"), FieldPanel("min_percent")],
                heading=gettext_lazy("Only where"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("per_day"), FieldPanel("per_course")]),
                    FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_to")]),
                ],
                heading=gettext_lazy("At most, and when"),
            ),
            FieldPanel("is_active"),
            FieldPanel("from_the_start"),
        ],
        base_form_class=PointRuleForm,
    )

    def get_queryset(self, request):
        rules = super().get_queryset(request).annotate(total=Sum("entries__points"))
        return rules.prefetch_related(Prefetch("versions", terms_with_names(), to_attr="terms_of_all_times"))

    def versions(self, rule) -> list[PointRuleVersion]:
        """The rule's terms of all times, newest first; a list brings them along."""
        if hasattr(rule, "terms_of_all_times"):
            return rule.terms_of_all_times
        return list(terms_with_names().filter(rule=rule))

    def current(self, rule):
        return next((terms for terms in self.versions(rule) if terms.until is None), None)

    def facts(self, rule):
        versions = self.versions(rule)
        rows = [
            (_("What happens"), self.happens(rule)),
            (_("Points given in all"), self.given(rule)),
            (_("State"), self.state(rule)),
        ]
        for terms in versions:
            since = moment_words(terms.since) if terms.since else _("the first event")
            until = _("until %s") % moment_words(terms.until) if terms.until else _("in force")
            who = _("by %s") % terms.changed_by.name if terms.changed_by else ""
            off = "" if terms.is_active else _("switched off")
            label = _("Since %s") % since
            rows.append((label, ", ".join(part for part in (terms_words(terms), off, until, who) if part)))
        return rows

    def happens(self, rule):
        return capfirst(rule.get_verb_display())

    happens.short_description = gettext_lazy("what happens")
    happens.admin_order_field = "verb"

    def terms(self, rule):
        terms = self.current(rule)
        return terms_words(terms) if terms else ""

    terms.short_description = gettext_lazy("gives")

    def given(self, rule):
        if hasattr(rule, "total"):
            total = rule.total or 0
        else:
            total = rule.entries.aggregate(total=Sum("points"))["total"] or 0
        return number_format(total, force_grouping=True)

    given.short_description = gettext_lazy("points given")
    given.admin_order_field = "total"

    def state(self, rule):
        terms = self.current(rule)
        if terms is not None and terms.is_active:
            return status_tag(_("Active"), "w-status--primary")
        return status_tag(_("Off"))

    state.short_description = gettext_lazy("state")


class LevelAdmin(ScopedModelAdmin):
    model = Level
    visible_to = visible_to
    menu_hook = MENU
    menu_icon = "arrow-up"
    menu_order = 20
    stacks = True
    list_display = ("name", "points")
    ordering = ("points",)
    empty_text = gettext_lazy("There are no levels yet. A level is a name for so many points.")
    edit_handler = ObjectList([FieldPanel("name"), FieldPanel("points")])


class KindFilter(SimpleListFilter):
    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        return EntryKind.choices

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() in EntryKind.values else queryset


class RuleFilter(SimpleListFilter):
    title = gettext_lazy("rule")
    parameter_name = "rule"

    def lookups(self, request, model_admin):
        return [(str(rule.uuid), rule.name) for rule in PointRule.objects.order_by("name")]

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(rule__uuid=self.value())


class EntryInspectView(ScopedInspectView):
    def name(self):
        return cause_of(self.instance)


class PointEntryAdmin(ScopedModelAdmin):
    """The ledger: every point of everybody in scope, with what caused it."""

    model = PointEntry
    visible_to = visible_to
    menu_hook = MENU
    menu_icon = "list-ul"
    menu_order = 30
    menu_label = gettext_lazy("Points ledger")
    permission_helper_class = ReadOnlyHelper
    inspect_view_enabled = True
    inspect_view_class = EntryInspectView
    stacks = True
    list_display = ("who", "words", "amount", "why", "when")
    list_filter = (KindFilter, RuleFilter, CourseFilter)
    search_fields = ("learner__first_name", "learner__last_name", "learner__email", "title")
    search_hint = gettext_lazy("Person, lesson, course or reward")
    ordering = ("-at", "-pk")
    empty_text = gettext_lazy("Nobody has a point yet. They come with the first lesson, if a rule is active.")

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("learner", "rule", "terms__topic", "event", "actor", "redemption")
        )

    def totals(self, queryset):
        total = queryset.order_by().aggregate(points=Sum("points"))["points"] or 0
        return [(_("Points in all"), signed(total) if total else "0")]

    def facts(self, entry):
        rows = [
            (_("Person"), entry.learner.name if entry.learner else _("anonymized")),
            (_("Points"), signed(entry.points)),
            (_("Kind"), entry.get_kind_display()),
            (_("For"), cause_of(entry)),
            (_("Rule"), entry.rule.name if entry.rule else ""),
            (_("As the rule stood"), terms_words(entry.terms) if entry.terms else ""),
            (_("Reason"), entry.reason),
            (_("By"), entry.actor.name if entry.actor else ""),
            (_("Happened"), moment_words(entry.at)),
            (_("Recorded"), moment_words(entry.recorded_at)),
        ]
        return [(label, value) for label, value in rows if value]

    def related(self, viewer, entry):
        if viewer.has_perm("learning.view_learningevent"):
            events = learning_visible_to(viewer, LearningEvent.objects.filter(pk=entry.event_id))
            if events.exists():
                url = reverse("learning_learningevent_modeladmin_inspect", args=[entry.event_id])
                yield Related(gettext_lazy("event that caused it"), url, 1)

    def when(self, entry):
        return moment_words(entry.at)

    when.short_description = gettext_lazy("when")
    when.admin_order_field = "at"

    def who(self, entry):
        return entry.learner.name if entry.learner else _("anonymized")

    who.short_description = gettext_lazy("person")
    who.admin_order_field = "learner__last_name"

    def amount(self, entry):
        return signed(entry.points)

    amount.short_description = gettext_lazy("points")
    amount.admin_order_field = "points"

    def words(self, entry):
        return cause_of(entry)

    words.short_description = gettext_lazy("for")

    def why(self, entry):
        return reason_of(entry) or entry.get_kind_display()

    why.short_description = gettext_lazy("rule or reason")


class AdjustPoints(BulkAction):
    """Give points to people by hand, or take them; stands in the list of people."""

    name = "adjust-points"
    label = gettext_lazy("Give or take points…")
    confirm_label = gettext_lazy("Change points")
    form_class = AdjustForm

    def may(self, user):
        return user.has_perm("gamification.adjust_points")

    def refusal(self, user, row):
        if row.pk == user.pk:
            return _("This is you: somebody else has to.")
        return "" if row.is_active else _("May not sign in.")

    def question(self, count):
        words = ngettext("Change the points of this person?", "Change the points of %(count)d people?", count)
        return words % {"count": count}

    def explanation(self):
        return _("The points ledger gets a line with your reason, which the person reads.")

    def run(self, *, rows, actor, data):
        for person in rows:
            adjust_points(learner=person, points=data["points"], reason=data["reason"], actor=actor)
        words = ngettext("%(n)d person: %(points)s points.", "%(n)d people: %(points)s points each.", len(rows))
        return words % {"n": len(rows), "points": signed(data["points"])}
