from django.db import migrations
from django.db.models import F


def let_overrides_count(apps, schema_editor):
    """Grades set by hand stand in results from now on, as what counts."""
    GradeOverride = apps.get_model("assessment", "GradeOverride")
    Result = apps.get_model("learning", "Result")
    QuizPage = apps.get_model("lms_pages", "QuizPage")
    marks = dict(QuizPage.objects.exclude(pass_mark=None).values_list("pk", "pass_mark"))
    for override in GradeOverride.objects.filter(is_latest=True, score__isnull=False).iterator():
        mark = marks.get(override.page_id)
        Result.objects.update_or_create(
            enrollment_id=override.enrollment_id,
            page_key=override.page_key,
            defaults={
                "page_id": override.page_id,
                "score": override.score,
                "max_score": override.max_score,
                "passed": None if mark is None else override.score >= mark * override.max_score,
                "is_by_hand": True,
                "updated_at": override.at,
            },
        )


def let_what_was_earned_count(apps, schema_editor):
    by_hand = apps.get_model("learning", "Result").objects.filter(is_by_hand=True)
    by_hand.filter(earned_score=None).delete()
    by_hand.update(
        score=F("earned_score"), max_score=F("earned_max_score"), passed=F("earned_passed"), is_by_hand=False
    )


class Migration(migrations.Migration):

    dependencies = [
        ("assessment", "0002_attempts_and_grades"),
        ("learning", "0005_result_counts_what_was_earned"),
        ("lms_pages", "0003_quizzes_and_grading"),
    ]

    operations = [
        migrations.RunPython(let_overrides_count, let_what_was_earned_count),
    ]
