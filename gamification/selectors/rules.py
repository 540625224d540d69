"""Point rules in words."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gamification.models import OncePer, PointRuleVersion
from lms_pages.models import CoursePage
from workbench.times import day_words


def terms_with_names() -> QuerySet[PointRuleVersion]:
    """All terms with what `terms_words` names: their topic, the title of their course, and who changed them."""
    titles = CoursePage.objects.filter(translation_key=OuterRef("course_key")).order_by("locale_id").values("title")
    return PointRuleVersion.objects.select_related("topic", "changed_by").annotate(course_title=Subquery(titles[:1]))


def terms_words(terms: PointRuleVersion) -> str:
    """What a rule's terms say, in one line: "10 points, once for each lesson or quiz, 100 a day at most". Terms of
    `terms_with_names` cost no query."""
    words = [ngettext("%d point", "%d points", terms.points) % terms.points]
    once = {
        OncePer.QUESTION: _("once for each question"),
        OncePer.LESSON: _("once for each lesson or quiz"),
        OncePer.COURSE: _("once for each course"),
    }.get(OncePer(terms.once_per))
    if once:
        words.append(once)
    if terms.min_percent is not None:
        words.append(_("for %s %% or more") % f"{terms.min_percent.normalize():f}")
    if terms.course_key:
        words.append(_("only in “%s”") % (title_of(terms) or _("a course that is gone")))
    if terms.topic:
        words.append(_("only in courses of the topic %s") % terms.topic.name)
    if terms.per_day:
        words.append(_("%d a day at most") % terms.per_day)
    if terms.per_course:
        words.append(_("%d a course at most") % terms.per_course)
    if terms.valid_from:
        words.append(_("from %s") % day_words(terms.valid_from))
    if terms.valid_to:
        words.append(_("until %s") % day_words(terms.valid_to))
    return ", ".join(words)


def title_of(terms: PointRuleVersion) -> str | None:
    if not hasattr(terms, "course_title"):
        terms = terms_with_names().get(pk=terms.pk)
    return terms.course_title  # type: ignore[attr-defined]
