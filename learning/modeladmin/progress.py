"""Lessons done, and the log of everything that happened: to read, never to edit."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.modeladmin.filters import (
    CourseFilter,
    LearnerFilter,
    RuleFilter,
    RunCourseFilter,
    RunFilter,
    RunLearnerFilter,
    VerbFilter,
    rule_words,
)
from learning.modeladmin.runs import PERSON, ReadOnlyHelper, RunRowsAdmin
from learning.models import LearningEvent, LessonProgress
from learning.policies import visible_to
from learning.selectors.moments import event_words
from workbench.modeladmin import ScopedInspectView, ScopedModelAdmin
from workbench.times import moment_words


class LessonProgressInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.enrollment.learner.name}: {self.instance.lesson.title}"


class LessonProgressAdmin(RunRowsAdmin):
    model = LessonProgress
    visible_to = visible_to
    menu_icon = "tasks"
    menu_order = 60
    menu_label = gettext_lazy("Lessons done")
    inspect_view_class = LessonProgressInspectView
    also_shown = ("lesson",)
    list_display = ("learner", "course", "lesson_title", "done_by", "done_at")
    list_filter = (RunCourseFilter, RuleFilter, RunLearnerFilter, RunFilter)
    search_fields = PERSON
    search_hint = gettext_lazy("Person")
    ordering = ("-completed_at", "-pk")
    empty_text = gettext_lazy("Nobody has done a lesson yet. Each lesson that somebody completes stands here.")

    def get_queryset(self, request):
        return super().get_queryset(request).defer("lesson__body")

    def facts(self, mark):
        return [
            (_("Person"), mark.enrollment.learner.name),
            (_("Course"), mark.enrollment.course.title),
            (_("Lesson"), mark.lesson.title),
            (_("How it was done"), rule_words(mark)),
            (_("Done"), moment_words(mark.completed_at)),
            (_("Version that was read"), _("as published on %s") % moment_words(mark.revision.created_at))
            if mark.revision
            else (_("Version that was read"), _("not known")),
        ]

    def lesson_title(self, mark):
        return mark.lesson.title

    lesson_title.short_description = gettext_lazy("lesson")

    def done_by(self, mark):
        return rule_words(mark)

    done_by.short_description = gettext_lazy("how it was done")

    def done_at(self, mark):
        return moment_words(mark.completed_at)

    done_at.short_description = gettext_lazy("done")
    done_at.admin_order_field = "completed_at"


class EventInspectView(ScopedInspectView):
    def name(self):
        return event_words(self.instance)


class LearningEventAdmin(ScopedModelAdmin):
    model = LearningEvent
    visible_to = visible_to
    menu_hook = "register_people_menu_item"
    menu_icon = "history"
    menu_order = 70
    menu_label = gettext_lazy("What happened")
    permission_helper_class = ReadOnlyHelper
    inspect_view_enabled = True
    inspect_view_class = EventInspectView
    list_display = ("when", "who", "words", "origin")
    list_filter = (VerbFilter, CourseFilter, LearnerFilter, RunFilter)
    search_fields = ("learner__first_name", "learner__last_name", "learner__email", "page_title")
    search_hint = gettext_lazy("Person or lesson")
    ordering = ("-occurred_at", "-pk")
    empty_text = gettext_lazy("Nothing has happened yet. Every enrollment, lesson and answer stands here once.")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("learner", "actor", "enrollment__course")

    def facts(self, event):
        rows = [
            (_("What"), event_words(event)),
            (_("Person"), event.learner.name if event.learner else _("anonymized")),
            (_("By"), event.actor.name if event.actor and event.actor_id != event.learner_id else ""),
            (_("Reason"), event.data.get("reason", "")),
            (_("Happened"), moment_words(event.occurred_at)),
            (_("Recorded"), moment_words(event.recorded_at)),
            (_("From"), self.origin(event)),
            (_("Event"), f"{event.verb} {event.version}, {event.uuid}"),
        ]
        return [(label, value) for label, value in rows if value]

    def when(self, event):
        return moment_words(event.occurred_at)

    when.short_description = gettext_lazy("when")
    when.admin_order_field = "occurred_at"

    def who(self, event):
        return event.learner.name if event.learner else _("anonymized")

    who.short_description = gettext_lazy("person")
    who.admin_order_field = "learner__last_name"

    def words(self, event):
        return event_words(event)

    words.short_description = gettext_lazy("what happened")

    def origin(self, event):
        names = {
            "web": _("the site"),
            "staff": _("staff"),
            "import": _("an import"),
            "invite": _("an invitation link"),
            "demo": _("the demo"),
        }
        return names.get(event.source, event.source)

    origin.short_description = gettext_lazy("from")
