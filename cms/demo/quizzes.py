"""What people answer, in lessons and in quizzes, and what their instructor makes of what they wrote."""

import random
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from assessment.models import Attempt, AttemptQuestion
from assessment.selectors.grading import rubric_of
from assessment.services import check_answer, grade_answer, save_answers, start_attempt, submit_attempt
from learning.models import Enrollment
from lms_pages.models import FeedbackMode, QuizPage
from questions.models import Question

CHANCE_OF_RIGHT = {"easy": 0.82, "medium": 0.66, "hard": 0.48}
# Who takes the quiz has read the lessons.
LEARNED = 0.14
MOST_ATTEMPTS = 3


def take_quiz(
    rng: random.Random, enrollment: Enrollment, quiz: QuizPage, moment: datetime, ability: float, now: datetime
) -> datetime:
    """Attempts until one passes, the person has had enough, or the year is over; returns when the last one ended."""
    for number in range(min(quiz.attempts_allowed or MOST_ATTEMPTS, MOST_ATTEMPTS)):
        if moment >= now:
            break
        attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=moment, source="demo", seed=str(rng.random()))
        moment = answer_all(rng, attempt, moment, ability + LEARNED + 0.08 * number)
        submit_attempt(attempt=attempt, at=moment, source="demo")
        enrollment.refresh_from_db()
        if attempt.passed or attempt.score is None or rng.random() < 0.25:
            break
        moment += timedelta(minutes=quiz.wait_minutes + rng.randrange(5, 90))
    return moment


def leave_open(rng: random.Random, enrollment: Enrollment, quiz: QuizPage, moment: datetime) -> None:
    """An attempt with its first answers, which goes on whenever its learner comes back: without an end of its time."""
    attempt = start_attempt(enrollment=enrollment, quiz=quiz, at=moment, source="demo", seed=str(rng.random()))
    rows = list(attempt.questions.select_related("question_revision").order_by("position")[:3])
    for number, row in enumerate(rows):
        answer = some_answer(rng, row.as_asked, number != 1)
        if attempt.judged_by.feedback_mode == FeedbackMode.AT_THE_END:
            save_answers(attempt=attempt, answers={row.position: answer}, at=moment)
        else:
            check_answer(attempt=attempt, position=row.position, answer=answer, at=moment)
    Attempt.objects.filter(pk=attempt.pk).update(due_at=None)


def answer_all(rng: random.Random, attempt: Attempt, moment: datetime, ability: float) -> datetime:
    """Every question answered, some of them checked first where the quiz allows it; now and then one is left out."""
    rows = list(attempt.questions.select_related("question_revision").order_by("position"))
    mode, given = attempt.judged_by.feedback_mode, {}
    for row in rows:
        moment += timedelta(seconds=rng.randrange(15, 55))
        if rng.random() < 0.03:
            continue
        question = row.as_asked
        is_right = rng.random() < CHANCE_OF_RIGHT[question.difficulty] + ability
        answer = some_answer(rng, question, is_right)
        if mode == FeedbackMode.AT_THE_END:
            given[row.position] = answer
            continue
        checked = check_answer(attempt=attempt, position=row.position, answer=answer, at=moment)
        if not checked.is_final and rng.random() < 0.8:
            moment += timedelta(seconds=rng.randrange(20, 60))
            better = some_answer(rng, question, rng.random() < 0.75)
            check_answer(attempt=attempt, position=row.position, answer=better, at=moment)
    save_answers(attempt=attempt, answers=given, at=moment)
    return moment


def grade_essays(*, rng: random.Random, instructor: Any, keep: int) -> None:
    """The instructor has read all essays of quizzes but the newest ``keep``, each two or three days after it came."""
    waiting = AttemptQuestion.objects.filter(needs_grading=True).select_related(
        "attempt__enrollment__course", "attempt__quiz", "question_revision"
    )
    for row in list(waiting.order_by("-answered_at", "pk"))[keep:]:
        rubric = []
        for line in rubric_of(row.as_asked.value, []):
            levels = [level.points for level in line.levels] or [line.points]
            got = rng.choices(levels, weights=[6, 3, 1][: len(levels)])[0]
            rubric.append({"criterion": line.name, "points": str(got), "of": str(line.points)})
        share = sum(Decimal(line["points"]) for line in rubric) / sum(Decimal(line["of"]) for line in rubric)
        grade_answer(
            answer=row,
            points=share * row.points,
            actor=instructor,
            comment=comment_on(share),
            rubric=rubric,
            at=row.answered_at + timedelta(days=rng.randrange(2, 4), hours=rng.randrange(5)),
        )


def comment_on(share: Decimal) -> str:
    if share == 1:
        return "I could see it happen. Say it this week, while both of you remember."
    if share >= Decimal("0.6"):
        return "The occasion is clear. Look once more at the words that judge, and let what happened speak for itself."
    return "I understand that it annoys you, and cannot see yet what happened. Begin with one day and one sentence that was said."


def some_answer(rng: random.Random, question: Question, is_right: bool) -> dict[str, Any]:
    """An answer a person might give, right or wrong."""
    kind, value = question.kind, question.value
    right = kind.right_answer(value)
    if is_right and right is not None:
        return right
    match question.type:
        case "poll" | "single_choice" | "true_false":
            choices = [choice.id for choice in kind.choices(value)]
            return {"options": [rng.choice([key for key in choices if not right or key not in right["options"]])]}
        case "multiple_answers":
            chosen = [choice.id for choice in kind.choices(value) if rng.random() < 0.5]
            other = right["options"][:-1] or [kind.choices(value)[-1].id]
            return {"options": chosen if chosen and set(chosen) != set(right["options"]) else other}
        case "short_text":
            return {"text": rng.choice(["not sure", "no idea", "the other one"])}
        case "numerical":
            number = str(Decimal(right["number"]) * 2 + 1)
            return {"number": number, "text": number}
        case "matching":
            return {"matches": turned(right["matches"])}
        case "ordering":
            first, second, *rest = right["order"]
            return {"order": [second, first, *rest]}
        case "gaps":
            return {"gaps": dict(list(right["gaps"].items())[:-1])}
        case "essay":
            text = rng.choice(REQUESTS if "request" in question.title else PRAISE)
            return {"text": text, "words": len(text.split())}
    raise LookupError(f"Nobody in the demo knows how to answer a question of type {question.type}.")


def turned(matches: dict[str, str]) -> dict[str, str]:
    """The last two matches the wrong way round."""
    *kept, (first, one), (second, other) = matches.items()
    return dict([*kept, (first, other), (second, one)])


PRAISE = [
    "In the stock meeting on Tuesday you read the figures aloud before anybody asked, and paused after each. "
    "Nobody had to ask twice, and we were done ten minutes early.",
    "When the label printer stopped on Friday you wrote down what you had tried and taped the note to it. "
    "The late shift began where you had ended, and the last truck left on time.",
    "At the counter yesterday you repeated the order to the customer before you typed it. "
    "She noticed that the date was wrong, and nothing had to be sent twice.",
]
REQUESTS = [
    "On Monday the delivery list came at ten past nine, and the vans were loaded by then. Two stops had to be driven "
    "again in the afternoon, which took until five. I know that you get the figures late yourself. What would have to "
    "change so that the list is here before eight?",
    "In the review on Thursday I had begun my second sentence when you answered the first one, and the same happened "
    "with the budget question. I stopped talking after that, and the point about the license did not come up. "
    "How could we do it so that both of us get to the end?",
    "You always send these long mails and nobody reads them, and last week I missed the change of the room because of "
    "it. It is really not very considerate. Could you please keep them shorter from now on, since we are all busy and "
    "have other things to do as well?",
    "Yesterday the draft was in the shared folder without a name on it, next to the old one. Lena worked in the old one "
    "for two hours. I am not sure that anybody could have known which one was right. What would help you to mark the "
    "current version when you put it there?",
    "I have the impression that the handover is not important to you. The notes from the weekend were quite short again, "
    "and on Sunday nobody knew that the pump had been replaced. What do you need from us so that there is time to write "
    "down what happened?",
]
