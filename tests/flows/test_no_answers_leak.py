"""A lesson's HTML does not depend on which answers are right, until the learner has answered."""

import copy
import json
import re
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from wagtail.models import Revision

from assessment.models import Attempt
from assessment.services import grade_answer, start_attempt, submit_attempt
from cms.demo.content import CourseWriter, course_files
from learning.models import Enrollment
from learning.services import complete_lesson, enroll
from lms_pages.models import LessonPage
from questions.models import Question
from questions.types import question_type
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog, check_block, make_course, make_lesson, make_module
from tests.factories.questions import DATA, form_values, make_question, right_answer, wrong_answer
from tests.factories.quizzes import answers_to, make_quiz, make_taker

pytestmark = pytest.mark.django_db

TOKEN = re.compile(r'name="(?:csrfmiddlewaretoken|window|ticket)" value="[^"]+"')


OTHER = "<p>Another feedback altogether.</p>"


def swapped(kind: str, data: dict) -> dict:
    """The stored form of a definition with other answers right, other things said, and the same to be seen."""
    data = {name: OTHER if name.startswith("feedback_") else value for name, value in data.items()}
    match kind:
        case "true_false":
            data["answer"] = "false" if data["answer"] == "true" else "true"
        case "short_text":
            data["accepted"] = [item_of({"text": "something else", "credit": "100", "feedback": OTHER})]
        case "numerical":
            data["accepted"] = [item_of({"number": "-12345.678", "tolerance": "9", "credit": "100", "feedback": OTHER})]
        case "matching":
            values = [item["value"] for item in data["pairs"]]
            matches = [value["match"] for value in values]
            for value, match in zip(values, [*matches[1:], matches[0]], strict=True):
                value["match"] = match
        case "ordering":
            data["items"] = [*data["items"][2:], *data["items"][:2]]
            data["scoring"] = "all"
        case "gaps":
            for gap in data["gaps"]:
                options = [item["value"] for item in gap["value"]["options"]]
                credits = [option["credit"] for option in options]
                for option, credit in zip(options, [*credits[1:], credits[0]], strict=True):
                    option |= {"credit": credit, "feedback": OTHER}
                    if gap["value"]["kind"] != "chosen":
                        option["text"] = "4711"
                gap["value"]["points"] = "3"
        case "essay":
            data |= {"rubric": [], "notes": OTHER}
        case "single_choice" | "multiple_answers" | "poll":
            for option in data["options"]:
                option["value"]["feedback"] = OTHER
                if kind != "poll":
                    option["value"] |= {"is_right": not option["value"]["is_right"], "credit": "50"}
    return data


def item_of(value: dict) -> dict:
    return {"type": "item", "id": str(uuid4()), "value": value}


def swap_right_and_wrong() -> None:
    """Make other answers right, and say other things about them, everywhere in the bank."""
    for question in Question.objects.all():
        kind = question_type(question.type)
        stored = kind.block().get_prep_value(question.value)
        before = copy.deepcopy(stored)
        after = swapped(kind.name, stored)
        assert after != before
        question.definition = [(kind.name, kind.block().to_python(after))]
        question.feedback = "<p>Another general feedback.</p>"
        question.solution = "<p>Another solution.</p>"
        question.resource_url = "https://example.com/another"
        question.points = 7
        question.save()


def enrolled(learner, course):
    """A run whose key is always the same: what is mixed is mixed by it."""
    enrollment = enroll(learner=learner, course=course, source="staff")
    Enrollment.objects.filter(pk=enrollment.pk).update(uuid=UUID(int=4711))
    return Enrollment.objects.get(pk=enrollment.pk)


def pages(client, lessons) -> dict[str, str]:
    found = {}
    for lesson in lessons:
        response = client.get(lesson.url)
        assert response.status_code == 200, lesson.url
        found[lesson.url] = TOKEN.sub("", response.content.decode())
    return found


@pytest.mark.parametrize("files", course_files(), ids=lambda files: files.slug)
def test_a_demo_lesson_says_the_same_whatever_is_right(client, files):
    course = CourseWriter(files, catalog(), None).write()
    course.lesson_order = "free"
    course.save_revision().publish()
    learner = make_person()
    enrolled(learner, course)
    client.force_login(learner)
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    before = pages(client, lessons)
    assert sum(' name="q' in html for html in before.values()) >= 8

    swap_right_and_wrong()

    assert pages(client, lessons) == before


def test_the_comparison_can_fail(client):
    """The same two renderings differ once the learner has answered: then feedback may be said."""
    files = course_files()[-1]
    course = CourseWriter(files, catalog(), None).write()
    learner = make_person()
    enrollment = enroll(learner=learner, course=course, source="staff")
    client.force_login(learner)
    lessons = list(LessonPage.objects.descendant_of(course).order_by("path"))
    lesson = next(entry for entry in lessons if entry.knowledge_checks)
    for earlier in lessons[: lessons.index(lesson)]:
        complete_lesson(enrollment=enrollment, lesson=earlier)
    ((block_id, ids),) = list(lesson.knowledge_checks.items())[:1]
    question = Question.objects.get(pk=ids[0])
    action = f"/learn/enrollments/{enrollment.uuid}/lessons/{lesson.translation_key}/checks/{block_id}/"
    client.post(action, form_values(question, right_answer(question)))
    before = pages(client, [lesson])
    swap_right_and_wrong()
    assert pages(client, [lesson]) != before


CANARY = "canary4711"
BIRD = "bird4711"
NAMESPACE = UUID(int=4712)


def with_canaries(kind: str, data: dict) -> dict:
    """The plain data with a canary in everything that only an answer may bring up."""
    data = copy.deepcopy(data)
    for result in ("right", "partly", "wrong", "true", "false"):
        data[f"feedback_{result}"] = CANARY
    for option in data.get("options", []):
        option["feedback"] = CANARY
    if kind == "short_text":
        data["accepted"] = [{"text": CANARY, "feedback": CANARY}]
    if kind == "numerical":
        data |= {"answer": "47114711", "unit": CANARY, "unit_asked": True}
    for gap in data.get("gaps", []):
        for option in gap["options"]:
            option["feedback"] = CANARY
            if gap["kind"] == "typed":
                option["text"] = CANARY
            elif gap["kind"] == "number":
                option["text"] = "47114711"
    if kind == "essay":
        data |= {"notes": CANARY, "rubric": [{"criterion": CANARY, "points": 1}]}
    return data


@pytest.fixture
def lesson():
    """One question of each type, full of canaries, in one check that everybody may read."""
    questions = [
        make_question(
            kind,
            # Items and questions whose ids are always the same: what is mixed is mixed by them.
            data=with_canaries(kind, data) | {"namespace": NAMESPACE},
            uuid=UUID(int=number),
            feedback=f"<p>{CANARY}</p>",
            solution=f"<p>{CANARY}</p>",
            resource_url=f"https://example.com/{CANARY}",
        )
        for number, (kind, data) in enumerate(DATA.items(), 1)
    ]
    course = make_course(modules=0, visibility="public")
    return make_lesson(make_module(course), body=[check_block(*questions)])


@pytest.mark.parametrize("viewer", ["learner", "somebody else", "nobody"])
def test_no_canary_sings_before_an_answer(client, lesson, viewer):
    person = make_person()
    if viewer == "learner":
        enrolled(person, lesson.get_parent().get_parent().specific)
    if viewer != "nobody":
        client.force_login(person)
    response = client.get(lesson.url)
    html = response.content.decode()
    assert CANARY not in html
    assert "47114711" not in html
    if viewer == "learner":
        assert html.count('class="question"') == len(DATA)


def test_a_lesson_of_every_type_says_the_same_whatever_is_right(client, lesson):
    person = make_person()
    enrolled(person, lesson.get_parent().get_parent().specific)
    client.force_login(person)
    before = pages(client, [lesson])
    swap_right_and_wrong()
    assert pages(client, [lesson]) == before


def test_a_refused_answer_brings_nothing_up(client, lesson):
    person = make_person()
    enrollment = enrolled(person, lesson.get_parent().get_parent().specific)
    client.force_login(person)
    (block_id,) = lesson.knowledge_checks
    action = f"/learn/enrollments/{enrollment.uuid}/lessons/{lesson.translation_key}/checks/{block_id}/"
    bad = {f"q{question.pk}": "x" * 30_000 for question in Question.objects.all()}
    html = client.post(action, bad, follow=True).content.decode()
    assert html.count('class="field-error"') >= 6
    assert CANARY not in html


@pytest.mark.parametrize("kind", ["single_choice", "short_text", "matching", "ordering", "gaps", "true_false"])
def test_the_solution_waits_for_the_right_answer_and_the_resource_for_a_wrong_one(client, kind):
    question = make_question(
        kind, solution="<p>Step by step.</p>", resource_url="https://example.com/more", hint="<p>Look.</p>"
    )
    other = make_question("single_choice", solution="<p>Unasked.</p>", resource_url="https://example.com/unasked")
    course = make_course(modules=0)
    lesson = make_lesson(make_module(course), body=[check_block(question, other)])
    person = make_person()
    enrollment = enrolled(person, course)
    client.force_login(person)
    (block_id,) = lesson.knowledge_checks
    action = f"/learn/enrollments/{enrollment.uuid}/lessons/{lesson.translation_key}/checks/{block_id}/"

    def seen() -> tuple[bool, bool, bool]:
        html = client.get(lesson.url).content.decode()
        assert "Unasked." not in html
        assert "unasked" not in html
        return "Look." in html, "Step by step." in html, "https://example.com/more" in html

    assert seen() == (True, False, False)
    client.post(action, form_values(question, wrong_answer(question)))
    assert seen() == (True, False, True)
    client.post(action, form_values(question, right_answer(question)))
    assert seen() == (False, True, False)


# Quizzes ----------------------------------------------------------------------------------


def bands_of_canaries() -> list[tuple]:
    """Whatever the score is, a canary is there for it."""
    return [("band", {"from_percent": Decimal(start), "text": f"<p>{BIRD}</p>"}) for start in (0, 20, 40, 60, 80)]


def quiz_of_canaries(**rules):
    """A quiz of every type, full of canaries, somebody who takes it, and the attempt."""
    questions = [
        make_question(
            kind,
            data=with_canaries(kind, data),
            feedback=f"<p>{CANARY}</p>",
            solution=f"<p>{CANARY}</p>",
            hint=f"<p>{CANARY}</p>",
            resource_url=f"https://example.com/{CANARY}",
        )
        for kind, data in DATA.items()
    ]
    quiz = make_quiz(None, *questions, overall_feedback=bands_of_canaries(), **rules)
    run = make_taker(quiz)
    return quiz, run, start_attempt(enrollment=run, quiz=quiz)


def everything_to_see(client, quiz, attempt) -> str:
    """Every page and answer of the server that has to do with the quiz, as its learner gets it."""
    name = {
        page: reverse(f"assessment:{page}", args=[attempt.uuid]) for page in ("attempt", "save", "finish", "review")
    }
    found = [client.get(address, follow=True).content for page, address in name.items() if page != "save"]
    found += [client.get(f"{name['attempt']}?q={number}", follow=True).content for number in range(1, 11)]
    found.append(client.post(name["save"], {"asked": range(1, 11), "q1": "nonsense"}).content)
    course = quiz.get_parent().get_parent().specific
    for address in (quiz.url, course.url, "/my-learning/", "/search/?q=canary", "/search/?q=quiz"):
        response = client.get(address)
        assert response.status_code == 200, address
        found.append(response.content)
    return b"".join(found).decode()


@pytest.mark.parametrize("layout", ["all", "one"])
@pytest.mark.parametrize("feedback_mode", ["end", "once", "again"])
def test_no_canary_sings_while_a_quiz_is_taken(client, layout, feedback_mode):
    quiz, run, attempt = quiz_of_canaries(layout=layout, feedback_mode=feedback_mode)
    client.force_login(run.learner)
    html = everything_to_see(client, quiz, attempt)
    assert CANARY not in html
    assert BIRD not in html
    assert "47114711" not in html


@pytest.mark.parametrize(
    ("rights", "sings"), [([], False), (["points", "verdict"], False), (["feedback"], True), (["right"], True)]
)
def test_after_it_a_canary_sings_only_where_the_review_rule_lets_it(client, rights, sings):
    quiz, run, attempt = quiz_of_canaries(review_after_submission=rights)
    client.force_login(run.learner)
    wrong = {
        row.position: wrong_answer(row.as_asked) | ({"unit": "m"} if row.as_asked.type == "numerical" else {})
        for row in attempt.questions.select_related("question_revision")
        if row.as_asked.type != "poll"
    }
    submit_attempt(attempt=attempt, answers=wrong)
    assert (CANARY in everything_to_see(client, quiz, attempt)) == sings


@pytest.mark.parametrize(
    ("rights", "sings"), [([], False), (["verdict", "feedback", "right"], False), (["points"], True)]
)
@pytest.mark.parametrize("right", [0, 1, 2])
def test_the_feedback_on_the_score_sings_only_where_points_may_be_seen(client, rights, sings, right):
    quiz = make_quiz(overall_feedback=bands_of_canaries(), review_after_submission=rights)
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    assert BIRD not in everything_to_see(client, quiz, attempt)
    submit_attempt(attempt=attempt, answers=answers_to(attempt, right=right))
    assert (BIRD in everything_to_see(client, quiz, attempt)) == sings
    review = client.get(reverse("assessment:review", args=[attempt.uuid])).content.decode()
    assert review.count(BIRD) == int(sings)


def test_it_waits_for_the_person_who_grades(client):
    quiz = make_quiz(None, make_question("essay"), make_question(), overall_feedback=bands_of_canaries())
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    submit_attempt(attempt=attempt, answers=answers_to(attempt))
    assert BIRD not in everything_to_see(client, quiz, attempt)
    grade_answer(answer=attempt.questions.get(needs_grading=True), points=Decimal(1), actor=make_person(), comment="")
    assert BIRD in everything_to_see(client, quiz, attempt)


@pytest.mark.parametrize("result", ["right", "partly", "wrong"])
def test_feedback_on_a_result_is_said_to_that_result_and_by_the_rule_for_feedback(client, result):
    said = {f"feedback_{name}": f"{CANARY}-{name}" for name in ("right", "partly", "wrong")}
    question = make_question("ordering", data=DATA["ordering"] | said)
    right = right_answer(question)["order"]
    order = {"right": right, "partly": [right[0], *right[2:], right[1]], "wrong": [*right[1:], right[0]]}[result]
    for rights, sings in ((["points", "verdict", "right"], False), (["feedback"], True)):
        quiz = make_quiz(None, question, review_after_submission=rights)
        run = make_taker(quiz)
        client.force_login(run.learner)
        attempt = start_attempt(enrollment=run, quiz=quiz)
        assert CANARY not in everything_to_see(client, quiz, attempt)
        submit_attempt(attempt=attempt, answers={1: {"order": order}})
        seen = everything_to_see(client, quiz, attempt)
        assert {name for name in ("right", "partly", "wrong") if f"{CANARY}-{name}" in seen} == (
            {result} if sings else set()
        )


def test_right_answers_bring_no_worked_solution_before_the_rule_lets_it(client):
    solution = "<p>Solved4711</p>"
    quiz = make_quiz(None, make_question(solution=solution), make_question("gaps", solution=solution))
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    submit_attempt(attempt=attempt, answers=answers_to(attempt))
    assert "Solved4711" not in everything_to_see(client, quiz, attempt)


def test_feedback_alone_says_of_no_part_whether_it_is_right(client):
    quiz = make_quiz(None, make_question("matching"), make_question("gaps"), review_after_submission=["feedback"])
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    submit_attempt(attempt=attempt, answers=answers_to(attempt))
    html = client.get(reverse("assessment:review", args=[attempt.uuid])).content.decode()
    assert "part-right" not in html
    assert "gap-right" not in html


def test_points_are_not_told_anywhere_before_the_rule_lets_them(client):
    quiz = make_quiz(review_after_submission=[], grading_category="")
    run = make_taker(quiz)
    client.force_login(run.learner)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    submit_attempt(attempt=attempt, answers=answers_to(attempt, right=1))
    pages = [reverse("assessment:grades", args=[run.uuid]), reverse("learning:completion", args=[run.uuid]), quiz.url]
    for address in pages:
        html = client.get(address).content.decode()
        assert "1 of 2" not in html, address
        assert "50 %" not in html, address


def test_an_attempt_says_the_same_whatever_is_right(client):
    questions = (make_question(kind, data=data | {"namespace": NAMESPACE}) for kind, data in DATA.items())
    quiz = make_quiz(None, *questions)
    run = make_taker(quiz)
    attempt = start_attempt(enrollment=run, quiz=quiz)
    # What is mixed is mixed by it.
    Attempt.objects.filter(pk=attempt.pk).update(uuid=UUID(int=4711))
    attempt.refresh_from_db()
    client.force_login(run.learner)
    address = reverse("assessment:attempt", args=[attempt.uuid])
    before = TOKEN.sub("", client.get(address).content.decode())
    assert before.count('class="question"') == len(DATA)
    swap_right_and_wrong()
    for row in attempt.questions.select_related("question"):
        changed = row.question.serializable_data() | {"points": "1.00"}
        Revision.objects.filter(pk=row.question_revision_id).update(
            content=json.loads(json.dumps(changed, default=str))
        )
    assert TOKEN.sub("", client.get(address).content.decode()) == before


def test_the_files_of_the_site_hold_no_answer(client, tmp_path, settings):
    """What is served as a file, scripts and styles included, does not know of any question."""
    quiz_of_canaries()
    served = [path for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT) for path in Path(folder).rglob("*")]
    assert [path for path in served if path.is_file() and CANARY.encode() in path.read_bytes()] == []
