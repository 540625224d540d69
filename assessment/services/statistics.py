"""Item analysis, computed anew from all answers."""

import dataclasses
from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assessment.item_statistics import ItemFigures, Matrix, cronbach_alpha, histogram, item_figures, mean
from assessment.models import ItemStatistic, PageStatistic
from assessment.selectors.items import answer_matrix, answered_pages, options_of
from lms_pages.models import LessonPage
from questions.models import Question
from workbench.days import site_day

BATCH = 500


def refresh_item_statistics(*, at: datetime | None = None) -> int:
    """Compute everything, unless that was done on this day of the site's calendar; how many rows stand then, or 0."""
    at = at or timezone.now()
    last = PageStatistic.objects.aggregate(last=Max("computed_at"))["last"]
    if last is not None and site_day(last) >= site_day(at):
        return 0
    return compute_item_statistics(at=at)


def compute_item_statistics(*, at: datetime | None = None) -> int:
    """Figures of every question in each lesson and quiz, and across those that ask it; returns how many rows there are.

    One page is in memory at a time. The new rows replace the old ones at once; running it twice gives the same rows.
    """
    at = at or timezone.now()
    pages = answered_pages()
    lessons = first_pages(set(pages))
    items: list[ItemStatistic] = []
    summaries: list[PageStatistic] = []
    asked_on: dict[int, list[UUID]] = defaultdict(list)
    alone: dict[int, ItemFigures] = {}
    for key, course_key in pages.items():
        matrix = answer_matrix(page_keys=[key])
        for question, figures in figures_of(matrix):
            asked_on[question.pk].append(key)
            alone[question.pk] = figures
            items.append(item_row(question, figures, at, key, lessons.get(key), course_key))
        summaries.append(page_row(matrix, at, key, lessons.get(key), course_key))
    for question in Question.objects.filter(pk__in=asked_on):
        figures = alone[question.pk]
        if len(asked_on[question.pk]) > 1:
            matrix = answer_matrix(page_keys=asked_on[question.pk])
            figures = item_figures(matrix, str(question.pk), options_of(question))
        items.append(item_row(question, figures, at))
    with transaction.atomic():
        ItemStatistic.objects.all().delete()
        PageStatistic.objects.all().delete()
        ItemStatistic.objects.bulk_create(items, batch_size=BATCH)
        PageStatistic.objects.bulk_create(summaries, batch_size=BATCH)
    return len(items)


def first_pages(keys: set[UUID]) -> dict[UUID, LessonPage]:
    """The page of each key, of translations the first."""
    found: dict[UUID, LessonPage] = {}
    rows = LessonPage.objects.filter(translation_key__in=keys).order_by("locale_id", "pk").only("pk", "translation_key")
    for page in rows:
        found.setdefault(page.translation_key, page)
    return found


def figures_of(matrix: Matrix) -> list[tuple[Question, ItemFigures]]:
    questions = Question.objects.in_bulk([int(key) for key in matrix.questions])
    return [
        (questions[int(key)], item_figures(matrix, key, options_of(questions[int(key)])))
        for key in matrix.questions
        if int(key) in questions
    ]


def item_row(
    question: Question,
    figures: ItemFigures,
    at: datetime,
    key: UUID | None = None,
    page: LessonPage | None = None,
    course_key: UUID | None = None,
) -> ItemStatistic:
    return ItemStatistic(
        question=question,
        page_key=key,
        page=page,
        course_key=course_key,
        n=figures.n,
        facility=kept(figures.facility),
        discrimination=kept(figures.discrimination),
        rest_discrimination=kept(figures.rest_discrimination),
        point_biserial=kept(figures.point_biserial),
        item_rest=kept(figures.item_rest),
        options=[dataclasses.asdict(option) for option in figures.options],
        findings=[dataclasses.asdict(finding) for finding in figures.findings],
        computed_at=at,
    )


def page_row(matrix: Matrix, at: datetime, key: UUID, page: LessonPage | None, course_key: UUID) -> PageStatistic:
    alpha, people = cronbach_alpha(matrix)
    totals = matrix.totals.values()
    return PageStatistic(
        page_key=key,
        page=page,
        course_key=course_key,
        n=len(totals),
        questions=len(matrix.questions),
        mean=kept(mean(totals)),
        # Questions that contradict one another give any number below 0; how far below says nothing.
        alpha=kept(None if alpha is None else max(alpha, -99)),
        alpha_n=people,
        histogram=histogram(totals),
        computed_at=at,
    )


def kept(figure: float | None) -> Decimal | None:
    """A figure as it is stored: four places."""
    return None if figure is None else round(Decimal(figure), 4)
