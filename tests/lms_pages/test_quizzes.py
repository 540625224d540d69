"""Quizzes as their authors write them."""

from decimal import Decimal

import pytest
from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from accounts.roles import CONTENT_EDITOR
from library.models import Topic
from lms_pages.models import QuizPage
from lms_pages.selectors import publication
from tests.factories.accounts import make_person
from tests.factories.lms_pages import check_block, make_course, make_module
from tests.factories.questions import make_question
from tests.factories.quizzes import asked, draw, make_quiz, section

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    person = make_person("Emil Editor", roles=(CONTENT_EDITOR,))
    client.force_login(person)
    return person


@pytest.fixture
def module():
    return make_module(make_course(modules=0))


def form(*entries, body=(), **values) -> dict:
    parts = [("section", {"title": "", "introduction": "null", "entries": streamfield(entries)})]
    return nested_form_data(
        {
            "title": "Ready",
            "slug": "ready",
            "summary": "",
            "body": streamfield(body),
            "sections": streamfield(parts),
            "layout": "all",
            "attempts_allowed": "",
            "wait_minutes": "0",
            "kept_attempt": "best",
            "time_limit": "",
            "minutes": "5",
            "opens_at": "",
            "closes_at": "",
            "pass_mark": "0.6",
            "feedback_mode": "end",
            "penalty": "0.333",
            "grading_category": "",
            "graded_as": "",
            "grading_weight": "",
            "is_required": "on",
            "section": "",
            "overall_feedback": streamfield([]),
            "comments": inline_formset([]),
            **values,
        }
    ) | {"review_after_submission": ["points"]}


def add(client, module, data):
    url = reverse("wagtailadmin_pages:add", args=["lms_pages", "quizpage", module.pk])
    return client.post(url, data | {"action-publish": "action-publish"})


def test_the_editor_opens_for_a_new_quiz_and_for_one_with_questions_and_draws(client, editor, module):
    topic = Topic.objects.create(name="Doors", slug="doors")
    make_question(difficulty="easy").topics.add(topic)
    quiz = make_quiz(module, sections=[section(asked(make_question()), draw(1, topic=topic, difficulty="easy"))])
    assert client.get(reverse("wagtailadmin_pages:edit", args=[quiz.pk])).status_code == 200
    assert client.get(reverse("wagtailadmin_pages:add", args=["lms_pages", "quizpage", module.pk])).status_code == 200


def test_a_quiz_is_published_with_its_questions_and_rules(client, editor, module):
    question = make_question()
    response = add(client, module, form(("question", {"question": question.pk, "points": "2.5"})))
    assert response.status_code == 302
    quiz = QuizPage.objects.get()
    assert (quiz.live, quiz.completion_rule, quiz.question_count) == (True, "quiz", 1)
    assert quiz.review_after_submission == ["points"]
    assert [(entry.question_id, str(entry.points)) for part in quiz.plan for entry in part.entries] == [
        (question.pk, "2.5")
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"opens_at": "2027-03-02 10:00", "closes_at": "2027-03-01 10:00"}, "closes before it opens"),
        ({"pass_mark": "60"}, "Ensure that there are no more than"),
        ({"time_limit": "0"}, "greater than or equal to 1"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(client, editor, module, values, words):
    response = add(client, module, form(("question", {"question": make_question().pk, "points": ""}), **values))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not QuizPage.objects.exists()


def test_a_draw_that_asks_for_more_than_there_is_cannot_be_published(client, editor, module):
    make_question(difficulty="hard")
    entry = {"count": "2", "topic": "", "skill": "", "difficulty": "hard", "points": ""}
    response = add(client, module, form(("draw", entry)))
    assert "A draw asks for 2 questions, and 1 published question is there for it." in response.content.decode()
    assert not QuizPage.objects.exists()


def test_its_introduction_asks_no_questions_of_its_own(client, editor, module):
    question = make_question()
    body = [("knowledge_check", {"title": "", "questions": streamfield_list(question.pk)})]
    response = add(client, module, form(("question", {"question": question.pk, "points": ""}), body=body))
    assert "The introduction of a quiz cannot ask questions of its own." in response.content.decode()
    assert not QuizPage.objects.exists()


def streamfield_list(*values) -> dict:
    return {
        "count": str(len(values)),
        **{str(place): {"value": str(value), "deleted": "", "order": str(place)} for place, value in enumerate(values)},
    }


def test_publishing_a_whole_course_leaves_a_quiz_out_that_could_not_be_taken(editor):
    course = make_course(modules=0)
    questions = [make_question(difficulty="hard") for _number in range(2)]
    quiz = make_quiz(make_module(course), sections=[section(draw(2, difficulty="hard"))])
    questions[0].unpublish()
    quiz.title = "Another title"
    quiz.save_revision()
    (entry,) = [entry for entry in publication(root=course, user=editor).entries if entry.page.pk == quiz.pk]
    assert not entry.is_ready
    assert "1 published question is there for it" in entry.reasons[0]


def test_a_quiz_asks_no_knowledge_checks(module):
    quiz = make_quiz(module)
    quiz.body = quiz.body.stream_block.to_python([check_block(make_question())])
    assert quiz.knowledge_checks == {}


# Feedback on the score ------------------------------------------------------------------


def band(start: str, text: str) -> tuple:
    return ("band", {"from_percent": start, "text": rich_text(text)})


def with_bands(*bands, **values) -> dict:
    entry = ("question", {"question": make_question().pk, "points": ""})
    return form(entry, overall_feedback=streamfield(bands), **values)


@pytest.fixture
def scored():
    texts = {"0": "<p>Read it once more.</p>", "50": "<p>Half of it.</p>", "33.33": "<p>A third.</p>"}
    bands = [("band", {"from_percent": Decimal(start), "text": text}) for start, text in texts.items()]
    return make_quiz(overall_feedback=[*bands, ("band", {"from_percent": Decimal(100), "text": "<p>All.</p>"})])


@pytest.mark.parametrize(
    ("score", "max_score", "text"),
    [
        ("0", "3", "Read it once more."),
        ("0.9998", "3", "Read it once more."),
        ("0.9999", "3", "A third."),
        ("1", "3", "A third."),
        ("1.4999", "3", "A third."),
        ("1.5", "3", "Half of it."),
        ("2.9999", "3", "Half of it."),
        ("3", "3", "All."),
    ],
)
def test_exactly_one_band_applies_whatever_the_order_they_stand_in(scored, score, max_score, text):
    quiz = QuizPage.objects.get(pk=scored.pk)
    assert quiz.feedback_on(score=Decimal(score), max_score=Decimal(max_score)) == f"<p>{text}</p>"


def test_without_bands_or_points_nothing_is_said(scored):
    assert scored.feedback_on(score=Decimal(0), max_score=Decimal(0)) == ""
    assert make_quiz().feedback_on(score=Decimal(1), max_score=Decimal(1)) == ""


def test_bands_are_written_in_the_editor(client, editor, module):
    data = with_bands(band("0", "<p>Once more.</p>"), band("80", "<p>Well <b>done</b>.</p>"))
    assert add(client, module, data).status_code == 302
    quiz = QuizPage.objects.get()
    assert "<b>done</b>" in quiz.feedback_on(score=Decimal("0.8"), max_score=Decimal(1))
    assert "Once more." in quiz.feedback_on(score=Decimal("0.79"), max_score=Decimal(1))
    page = client.get(reverse("wagtailadmin_pages:edit", args=[quiz.pk])).content.decode()
    assert "From this score on" in page


@pytest.mark.parametrize(
    ("starts", "words"),
    [
        (["20", "50"], "Nothing is said below 20 %. Let one band begin at 0."),
        (["0", "50", "50.0"], "Two bands begin at 50 %. Change one of them."),
        (["0", "101"], "Ensure this value is less than or equal to 100."),
        (["-1", "0"], "Ensure this value is greater than or equal to 0."),
        (["0", ""], "This field is required."),
    ],
)
def test_bands_that_leave_a_score_without_one_or_with_two_cannot_be_published(client, editor, module, starts, words):
    response = add(client, module, with_bands(*(band(start, "<p>Text.</p>") for start in starts)))
    assert response.status_code == 200
    assert words in response.content.decode()
    assert not QuizPage.objects.exists()


def test_a_draft_may_have_them_unfinished_and_does_not_go_out_with_everything(client, editor, module):
    url = reverse("wagtailadmin_pages:add", args=["lms_pages", "quizpage", module.pk])
    assert client.post(url, with_bands(band("20", "<p>Text.</p>"))).status_code == 302
    quiz = QuizPage.objects.get()
    assert quiz.live is False
    (entry,) = publication(root=quiz.get_parent().specific, user=editor).left
    assert "Nothing is said below 20 %. Let one band begin at 0." in entry.reasons


def test_the_text_of_a_band_is_cleaned_whatever_way_it_comes_in(scored):
    bad = '<p onclick="alert(1)">Fine<script>alert(1)</script></p>'
    scored.overall_feedback = [("band", {"from_percent": Decimal(0), "text": bad})]
    scored.save()
    fresh = QuizPage.objects.get(pk=scored.pk)
    assert fresh.feedback_on(score=Decimal(1), max_score=Decimal(1)) == "<p>Fine</p>"
    scored.overall_feedback = [("band", {"from_percent": Decimal(0), "text": bad})]
    assert "alert" not in scored.save_revision().content["overall_feedback"]
