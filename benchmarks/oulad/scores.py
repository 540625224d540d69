"""Scores as results. An assessment that was handed in and has no score gives none: empty is not 0."""

from collections.abc import Iterator
from decimal import Decimal

from benchmarks.oulad.dataset import Assessment, Dataset, Presentation, day_number
from benchmarks.oulad.files import UNKNOWN, whole
from benchmarks.oulad.pages import Course
from benchmarks.oulad.people import batches, noon
from benchmarks.oulad.progress import Progress
from learning.models import Result

HIGHEST = Decimal(100)
# "If the score is lower than 40, it is interpreted as Fail" (the dataset's description).
PASS = Decimal(40)


class Scores:
    """The rows of studentAssessment.csv as results. ``read`` of them were read, ``empty`` had no score."""

    def __init__(self, data: Dataset, courses: dict[str, Course], runs: dict[Presentation, dict[int, int]]) -> None:
        self.data, self.courses, self.runs = data, courses, runs
        self.table = data.table("studentAssessment.csv", ("id_assessment", "id_student", "date_submitted", "score"))
        self.seen: set[tuple[int, int]] = set()
        self.read = self.empty = 0

    def results(self) -> Iterator[Result]:
        for key, student, submitted, score in self.table.rows(self.data.problems):
            self.read += 1
            try:
                number, person, day = whole(key), whole(student), day_number(submitted)
                points = None if score.strip() in UNKNOWN else points_of(score)
            except (ValueError, ArithmeticError):
                self.bad(f"score “{score}” of student “{student}” for “{key}” on day “{submitted}” is no score.")
                continue
            assessment = self.data.assessments.get(number)
            if assessment is None:
                self.bad(f"assessments.csv has no assessment {number}.")
            elif assessment.presentation not in self.runs:
                continue
            elif person not in self.runs[assessment.presentation]:
                self.bad(f"student {person} is not registered for {assessment.presentation.name}.")
            elif (number, person) in self.seen:
                self.bad(f"student {person} stands here twice for assessment {number}.")
            elif points is None:
                self.empty += 1
            else:
                self.seen.add((number, person))
                yield self.result(assessment, person, day, points)

    def bad(self, sentence: str) -> None:
        self.data.problems.add(self.table, sentence)

    def result(self, assessment: Assessment, student: int, day: int | None, points: Decimal) -> Result:
        presentation = assessment.presentation
        page = self.courses[presentation.module].graded[assessment.name]
        return Result(
            enrollment_id=self.runs[presentation][student],
            page_key=page.translation_key,
            page_id=page.pk,
            score=points,
            max_score=HIGHEST,
            passed=points >= PASS,
            updated_at=noon(presentation.end if day is None else presentation.day(day)),
        )


def points_of(text: str) -> Decimal:
    points = Decimal(text)
    if not 0 <= points <= HIGHEST:
        raise ValueError(text)
    return points


def add_scores(
    data: Dataset, courses: dict[str, Course], runs: dict[Presentation, dict[int, int]], progress: Progress
) -> tuple[int, int]:
    """Returns how many results there are, and how many were handed in without a score."""
    scores, written = Scores(data, courses, runs), 0
    for some in batches(scores.results()):
        written += len(Result.objects.bulk_create(some))
        progress.show(scores.table.share, scores.read)
    data.problems.refuse()
    progress.end(scores.read)
    return written, scores.empty
