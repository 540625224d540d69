"""The question bank's listing with what each question is used for. It stands here because answers are counted."""

from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail.admin.ui.tables import Column

from assessment.selectors import Usage, question_usage
from questions.viewsets import QuestionIndexView, QuestionViewSet


class UsedQuestionIndexView(QuestionIndexView):
    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        shown = context["table"].data
        usage = question_usage([question.pk for question in shown])
        for question in shown:
            question.usage_words = usage_words(usage[question.pk])
        return context


def usage_words(usage: Usage) -> str:
    """“in 3 lessons, answered 412 times”, each on a line of its own."""
    pages = " · ".join(f"{count} {name}" for name, count in usage.pages.items())
    lines = [_("in %(pages)s") % {"pages": pages} if pages else _("not used yet")]
    if usage.answers:
        times = ngettext("answered %(count)s time", "answered %(count)s times", usage.answers)
        lines.append(times % {"count": usage.answers})
    return format_html_join("", "<div>{}</div>", ((line,) for line in lines))


class UsedQuestionViewSet(QuestionViewSet):
    index_view_class = UsedQuestionIndexView
    list_display = [
        *QuestionViewSet.list_display[:-2],
        Column("usage_words", label=_("Used")),
        *QuestionViewSet.list_display[-2:],
    ]
