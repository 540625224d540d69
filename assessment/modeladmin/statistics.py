"""Item analysis in the admin: how each question did, in figures and in words, and each lesson's scores together."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.widgets.button import HeaderButton

from assessment.item_statistics import Finding, Looks, finding_words
from assessment.models import AttemptQuestion, ItemStatistic, PageStatistic
from assessment.policies import gradable, visible_to
from assessment.selectors.regrading import answers_handed_in
from learning.modeladmin.runs import ReadOnlyHelper
from lms_pages.models import CoursePage, LessonPage
from workbench.modeladmin import ScopedInspectView, ScopedModelAdmin
from workbench.records import Related
from workbench.times import moment_words


def percent(share: Decimal | float | None) -> str:
    return "–" if share is None else _("%d %%") % round(share * 100)


def figure(value: Decimal | None) -> str:
    """A correlation or index with its sign; a dash where it cannot be computed."""
    # What rounds to nothing has no sign of its own.
    return "–" if value is None else f"{round(value, 2) + 0:+.2f}".replace("-", "−")


def found_words(row: ItemStatistic) -> list[str]:
    return [finding_words(Finding(Looks(one["looks"]), one.get("option", ""))) for one in row.findings]


class AnalyzedCourseFilter(SimpleListFilter):
    """Courses that occur among the rows the viewer may see."""

    title = gettext_lazy("course")
    parameter_name = "course"

    def lookups(self, request, model_admin):
        keys = visible_to(request.user, model_admin.model.objects.all()).order_by().values("course_key")
        courses = CoursePage.objects.filter(translation_key__in=keys).order_by("locale_id")
        titles: dict[str, str] = {}
        for key, title in courses.values_list("translation_key", "title"):
            titles.setdefault(str(key), title)
        return sorted(titles.items(), key=lambda pair: pair[1])

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.filter(course_key=self.value()) if self.value() in known else queryset


class LooksFilter(SimpleListFilter):
    title = gettext_lazy("what stands out")
    parameter_name = "looks"

    def lookups(self, request, model_admin):
        return [("wrong", _("Something looks wrong")), ("fine", _("Nothing does"))]

    def queryset(self, request, queryset):
        match self.value():
            case "wrong":
                return queryset.exclude(findings=[])
            case "fine":
                return queryset.filter(findings=[])
        return queryset


class WhereFilter(SimpleListFilter):
    """In each lesson, or across all that ask a question; a link from a lesson shows its own."""

    title = gettext_lazy("where")
    parameter_name = "where"

    def lookups(self, request, model_admin):
        found = [("across", _("All lessons together")), ("lesson", _("In each lesson"))]
        if self.value() and self.value() not in ("across", "lesson"):
            page = LessonPage.objects.filter(pk=self.value()).first() if self.value().isdigit() else None
            found += [(str(page.pk), page.title)] if page else []
        return found

    def queryset(self, request, queryset):
        if self.value() not in dict(self.lookup_choices):
            return queryset
        if self.value() in ("across", "lesson"):
            return queryset.filter(page_key__isnull=self.value() == "across")
        return queryset.filter(page=self.value())


class ItemInspectView(ScopedInspectView):
    def name(self):
        return f"{self.instance.question}: {where(self.instance)}"

    def header_buttons(self):
        """The way to grading anew, where the viewer may grade an answer to this question."""
        viewer, question = self.request.user, self.instance.question
        mine = AttemptQuestion.objects.filter(gradable(viewer))
        if not (question.live and viewer.has_perm("assessment.regrade_attempt")):
            return []
        if not answers_handed_in(question, mine).exists():
            return []
        url = reverse("assessment_regrade", args=[question.pk])
        return [HeaderButton(_("Grade answers anew"), url=url, icon_name="rotate")]

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        options = [
            {**one, "share": percent(one["count"] / one["of"] if one.get("of") else None),
             "upper": percent(one["upper"]), "lower": percent(one["lower"])}
            for one in self.instance.options
        ]  # fmt: skip
        return context | {"options": options, "found": found_words(self.instance)}


class PageInspectView(ScopedInspectView):
    def name(self):
        return str(self.instance)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        most = max(self.instance.histogram, default=0) or 1
        size = 100 // (len(self.instance.histogram) or 1)
        bars = [
            {"label": _("%(from)d to %(to)d %%") % {"from": place * size, "to": (place + 1) * size},
             "count": count, "of_most": count / most}
            for place, count in enumerate(self.instance.histogram)
        ]  # fmt: skip
        rows = visible_to(self.request.user, ItemStatistic.objects.filter(page_key=self.instance.page_key))
        items = [
            {"row": row, "facility": percent(row.facility), "discrimination": figure(row.discrimination),
             "found": found_words(row), "url": reverse("assessment_itemstatistic_modeladmin_inspect", args=[row.pk])}
            for row in rows.select_related("question").order_by("pk")
        ]  # fmt: skip
        return context | {"bars": bars, "items": items}


def lesson_title(row: ItemStatistic | PageStatistic) -> str:
    return row.page.title if row.page else _("a lesson that is gone")


def where(row: ItemStatistic) -> str:
    return _("all lessons together") if row.page_key is None else lesson_title(row)


class FiguresAdmin(ScopedModelAdmin):
    """Rows that are computed every night."""

    visible_to = visible_to
    menu_hook = "register_courses_menu_item"
    permission_helper_class = ReadOnlyHelper
    inspect_view_enabled = True
    ordering = ("-pk",)


class ItemStatisticAdmin(FiguresAdmin):
    model = ItemStatistic
    menu_icon = "help"
    menu_order = 500
    menu_label = gettext_lazy("Item analysis")
    inspect_view_class = ItemInspectView
    inspect_template_name = "assessment/admin/item.html"
    list_display = ("question_title", "place", "answers", "right", "separates", "stands_out")
    list_filter = (LooksFilter, AnalyzedCourseFilter, WhereFilter)
    search_fields = ("question__title", "page__title")
    search_hint = gettext_lazy("Question or lesson")
    empty_text = gettext_lazy(
        "Nothing is computed yet. Every night the questions that were answered are put here, with what looks wrong."
    )

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("question", "page").defer("page__body")

    def facts(self, row):
        return [
            (_("Question"), row.question.title),
            (_("Where"), where(row)),
            (_("First answers"), row.n),
            (_("Facility: mean score"), percent(row.facility)),
            (_("Discrimination: strongest 27 % less weakest 27 %"), figure(row.discrimination)),
            (_("The same, ranked by the other questions"), figure(row.rest_discrimination)),
            (_("Point-biserial correlation with the whole"), figure(row.point_biserial)),
            (_("Correlation with the other questions"), figure(row.item_rest)),
            (_("Computed"), moment_words(row.computed_at)),
        ]

    def related(self, viewer: Any, row: ItemStatistic) -> Iterable[Related]:
        others = visible_to(viewer, ItemStatistic.objects.filter(question=row.question_id)).count()
        yield Related(
            ngettext("row about this question", "rows about this question", others),
            f"{reverse('assessment_itemstatistic_modeladmin_index')}?q={row.question.title}",
            others,
        )

    def question_title(self, row):
        return row.question.title

    question_title.short_description = gettext_lazy("question")
    question_title.admin_order_field = "question__title"

    def place(self, row):
        return where(row)

    place.short_description = gettext_lazy("where")
    place.admin_order_field = "page__title"

    def answers(self, row):
        return row.n

    answers.short_description = gettext_lazy("answers")
    answers.admin_order_field = "n"

    def right(self, row):
        return percent(row.facility)

    right.short_description = gettext_lazy("facility")
    right.admin_order_field = "facility"

    def separates(self, row):
        return figure(row.discrimination)

    separates.short_description = gettext_lazy("discrimination")
    separates.admin_order_field = "discrimination"

    def stands_out(self, row):
        return format_html_join("", '<span class="item-found">{}</span>', ((words,) for words in found_words(row)))

    stands_out.short_description = gettext_lazy("what stands out")


class PageStatisticAdmin(FiguresAdmin):
    model = PageStatistic
    menu_icon = "doc-full"
    menu_order = 510
    menu_label = gettext_lazy("Scores by lesson")
    inspect_view_class = PageInspectView
    inspect_template_name = "assessment/admin/page.html"
    list_display = ("lesson", "people", "question_count", "mean_score", "reliability")
    list_filter = (AnalyzedCourseFilter,)
    search_fields = ("page__title",)
    search_hint = gettext_lazy("Lesson")
    empty_text = gettext_lazy("Nothing is computed yet. Every night the scores of lessons and quizzes are put here.")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("page").defer("page__body")

    def facts(self, row):
        return [
            (_("Lesson"), lesson_title(row)),
            (_("People"), row.n),
            (_("Questions"), row.questions),
            (_("Mean score"), percent(row.mean)),
            (
                _("Cronbach's alpha"),
                _("cannot be computed: it needs two questions, and people who were asked all of them and differ")
                if row.alpha is None
                else _("%(alpha)s, from %(n)d who were asked everything")
                % {"alpha": figure(row.alpha), "n": row.alpha_n},
            ),
            (_("Computed"), moment_words(row.computed_at)),
        ]

    def lesson(self, row):
        return lesson_title(row)

    lesson.short_description = gettext_lazy("lesson")
    lesson.admin_order_field = "page__title"

    def people(self, row):
        return row.n

    people.short_description = gettext_lazy("people")
    people.admin_order_field = "n"

    def question_count(self, row):
        return row.questions

    question_count.short_description = gettext_lazy("questions")
    question_count.admin_order_field = "questions"

    def mean_score(self, row):
        return percent(row.mean)

    mean_score.short_description = gettext_lazy("mean score")
    mean_score.admin_order_field = "mean"

    def reliability(self, row):
        return figure(row.alpha)

    reliability.short_description = gettext_lazy("alpha")
    reliability.admin_order_field = "alpha"
