"""Grades set by hand, and taken back."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from assessment.exceptions import GradeInvalid, NoSuchItem, RunIsOver
from assessment.models import GradeOverride
from assessment.rules import passes
from assessment.selectors.grades import Plan, grading_plan
from learning.exceptions import ReasonMissing
from learning.models import Enrollment
from learning.services import clear_result, complete_lesson_in_runs, record_event, set_result
from learning.verbs import Verb
from lms_pages.models import QuizPage


def override_grade(
    *,
    enrollment: Enrollment,
    page_key: UUID,
    score: Decimal,
    max_score: Decimal | None = None,
    reason: str,
    actor: Any,
    at: datetime | None = None,
    source: str = "staff",
    plan: Plan | None = None,
) -> GradeOverride | None:
    """Set what counts for one lesson of one run, in place of what was earned: a row, the run's result, one
    `grade:overridden` event and an entry in the log, in one transaction. ``max_score`` is the lesson's own where it is
    not said. A quiz with a pass mark that is passed so is done; what was done stays done.

    Returns None, and changes nothing, when just that stands already. ReasonMissing without a reason, GradeInvalid
    unless 0 ≤ score ≤ max_score and max_score > 0, NoSuchItem unless the course grades it, RunIsOver unless the
    run is active or completed. ``plan`` spares loading it again to callers that set many.
    """
    if not reason.strip():
        raise ReasonMissing()
    entry = (plan or grading_plan(enrollment.course)).lesson(page_key)
    if entry is None:
        raise NoSuchItem()
    points = entry.item.max_score if max_score is None else max_score
    if points <= 0 or not 0 <= score <= points:
        raise GradeInvalid(
            _("Nothing was changed: %(score)s is not between 0 and %(points)s.")
            % {"score": plain(score), "points": plain(points)}
        )
    new = GradeOverride(page_key=page_key, page_id=entry.page_id, score=score, max_score=points, reason=reason)
    return _write(enrollment, new, actor, at, source)


def clear_override(
    *,
    enrollment: Enrollment,
    page_key: UUID,
    reason: str,
    actor: Any,
    at: datetime | None = None,
    source: str = "staff",
) -> GradeOverride | None:
    """Take back what was set by hand, so that what was earned counts again. The history stays, this step is part of it.

    Returns None where nothing stands. ReasonMissing without a reason, RunIsOver as `override_grade`.
    """
    if not reason.strip():
        raise ReasonMissing()
    new = GradeOverride(page_key=page_key, score=None, reason=reason)
    return _write(enrollment, new, actor, at, source)


def _write(
    enrollment: Enrollment, new: GradeOverride, actor: Any, at: datetime | None, source: str
) -> GradeOverride | None:
    new.enrollment, new.reason = enrollment, new.reason.strip()[:300]
    new.by, new.at = actor, at or timezone.now()
    with transaction.atomic():
        # Asks and locks at once: two people who set one grade come one after the other.
        if not Enrollment.objects.open().filter(pk=enrollment.pk).update(run=F("run")):
            raise RunIsOver()
        known = GradeOverride.objects.filter(enrollment=enrollment, page_key=new.page_key, is_latest=True).first()
        was = known if known is not None and not known.is_cleared else None
        if new.is_cleared:
            if was is None:
                return None
            new.page_id, new.max_score = was.page_id, was.max_score
        elif was and (was.score, was.max_score, was.reason) == (new.score, new.max_score, new.reason):
            return None
        if known is not None:
            GradeOverride.objects.filter(pk=known.pk).update(is_latest=False)
        new.save(force_insert=True)
        _let_count(enrollment, new, actor, source)
        record_event(
            verb=Verb.GRADE_OVERRIDDEN,
            idempotency_key=f"grade:overridden:{new.uuid}",
            enrollment=enrollment,
            actor=actor,
            page=Page.objects.get(pk=new.page_id),
            lesson_key=new.page_key,
            score=None if new.score is None else round(new.score / new.max_score, 4),
            data={
                "reason": new.reason,
                "score": None if new.score is None else plain(new.score),
                "max_score": plain(new.max_score),
                "was_score": plain(was.score) if was and was.score is not None else None,
                "was_max_score": plain(was.max_score) if was else None,
            },
            occurred_at=new.at,
            source=source,
        )
        log(
            instance=enrollment,
            action="assessment.clear_grade" if new.is_cleared else "assessment.grade",
            user=actor,
            data={"lesson": str(new.page_key), "reason": new.reason},
        )
    return new


def _let_count(enrollment: Enrollment, new: GradeOverride, actor: Any, source: str) -> None:
    """Write the word into the run's result, which is what every page, file and report shows."""
    if new.score is None:
        clear_result(enrollment=enrollment, page_key=new.page_key, at=new.at)
        return
    quiz = QuizPage.objects.filter(pk=new.page_id).first()
    passed = passes(score=new.score, max_score=new.max_score, pass_mark=quiz.pass_mark) if quiz else None
    set_result(
        enrollment=enrollment,
        page_key=new.page_key,
        page_id=new.page_id,
        score=new.score,
        max_score=new.max_score,
        passed=passed,
        at=new.at,
    )
    if quiz is not None and passed:
        enrollment.refresh_from_db()
        complete_lesson_in_runs(
            enrollments=[enrollment], lesson=quiz, rule="quiz", at=new.at, source=source, actor=actor
        )


def plain(number: Decimal) -> str:
    """A number without zeros that say nothing: 8.5000 is 8.5, 100.0000 is 100."""
    return f"{number.normalize():f}"
