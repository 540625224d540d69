"""Criteria in words."""

from decimal import Decimal
from uuid import UUID

import pytest

from gamification.criteria import (
    CourseCompleted,
    CoursesCompleted,
    Group,
    PointsReached,
    QuizScore,
    StreakReached,
)
from gamification.wording import Names, criteria_words

KEY, OTHER = UUID(int=1), UUID(int=2)
NAMES = Names(
    courses={KEY: "Phishing basics"}, quizzes={KEY: "Final quiz"}, topics={7: "Safety"}, levels={300: "Explorer"}
)
NINETY = QuizScore(percent=Decimal(90))
STREAK = StreakReached(days=5)
TWO = CoursesCompleted(count=2, topic=7)
P = "\N{NO-BREAK SPACE}%"


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        (CourseCompleted(course_key=KEY), "The course “Phishing basics”"),
        (CourseCompleted(course_key=OTHER), "The course “(gone)”"),
        (CoursesCompleted(count=1), "One course"),
        (CoursesCompleted(count=12), "12 courses"),
        (TWO, "Two courses of the topic Safety"),
        (QuizScore(quiz_key=KEY, percent=Decimal("87.50")), f"The quiz “Final quiz” at 87.5{P} or better"),
        (QuizScore(percent=Decimal(100), first_try=True), "A quiz without a mistake in the first attempt"),
        (STREAK, "A 5-day streak"),
        (PointsReached(points=1), "1 point earned"),
        (PointsReached(points=300), "300 points earned (level Explorer)"),
        (
            Group(match="all", parts=(TWO, Group(match="any", parts=(NINETY, STREAK)))),
            f"Two courses of the topic Safety, and (a quiz at 90{P} or better, or a 5-day streak)",
        ),
        (
            Group(match="any", parts=(TWO, NINETY, STREAK)),
            f"Two courses of the topic Safety, a quiz at 90{P} or better, or a 5-day streak",
        ),
        (
            Group(match="some", least=2, parts=(TWO, NINETY, STREAK)),
            f"Two of these three: two courses of the topic Safety; a quiz at 90{P} or better; a 5-day streak",
        ),
        (Group(match="any", parts=(Group(match="all", parts=(STREAK,)),)), "A 5-day streak"),
        (None, "Cannot be earned at the moment: what has to be done is not complete, or is gone"),
    ],
)
def test_words(tree, words):
    assert criteria_words(tree, NAMES) == words
