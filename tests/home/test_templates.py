"""Every learner page renders with real data, within a strict Content-Security-Policy."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.images.tests.utils import get_test_image_file

from assessment.services import answer_check
from learning.templatetags.learning_tags import due_words
from library.models import Document, Image, Media, Topic
from lms_pages.models import CoursePage, LessonPage
from tests.factories.accounts import make_person
from tests.factories.learning import make_completed, make_enrollment
from tests.factories.lms_pages import (
    catalog,
    check_block,
    lessons_of,
    make_course,
    make_lesson,
    make_module,
    text_block,
)
from tests.factories.questions import DATA, make_question, right_answer, wrong_answer

pytestmark = pytest.mark.django_db

LOADS = {"src", "srcset", "poster", "data", "action", "formaction"}


class Rules(HTMLParser):
    """What a page would load, and what a strict policy would refuse."""

    def __init__(self, html: str):
        super().__init__()
        self.refused, self.foreign, self.ids, self.headings = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "style" in attrs or tag == "style" or any(name.startswith("on") for name in attrs):
            self.refused.append((tag, attrs))
        if tag == "script" and (not attrs.get("src") or attrs.get("type") != "module"):
            self.refused.append((tag, attrs))
        addresses = [value for name, value in attrs.items() if name in LOADS and value]
        addresses += [attrs["href"]] if tag in ("link", "use") and attrs.get("href") else []
        self.foreign += [value for value in addresses if re.match(r"\s*(https?:)?//", value)]
        if "id" in attrs:
            self.ids.append(attrs["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


def page(client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status, url
    return checked(response.content.decode())


def checked(html: str) -> str:
    """``html`` with single spaces, after the rules that hold on every page."""
    rules = Rules(html)
    assert rules.refused == []
    assert rules.foreign == []
    assert len(rules.ids) == len(set(rules.ids))
    assert rules.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(rules.headings, rules.headings[1:], strict=False))
    return " ".join(html.split())


def block(kind: str, value) -> dict:
    return {"type": kind, "id": f"00000000-0000-4000-8000-{abs(hash(kind)) % 10**12:012d}", "value": value}


def every_block(questions) -> list[dict]:
    picture = Image.objects.create(title="Two tables", file=get_test_image_file())
    leaflet = Document.objects.create(title="Checklist", file=ContentFile(b"1234", name="checklist.csv"))
    film = Media.objects.create(
        title="A drill", type="video", file=ContentFile(b"0", name="drill.mp4"), transcript="The alarm sounds."
    )
    film.captions.save("drill.vtt", ContentFile(b"WEBVTT"))
    sound = Media.objects.create(title="Alarm", type="audio", file=ContentFile(b"0", name="alarm.mp3"))
    table = {
        "first_row_is_table_header": True,
        "first_col_is_header": False,
        "table_caption": "Orders by customer",
        "data": [["Customer", "Orders"], ["Amara", "1"]],
    }
    gap = {"kind": "drag-and-drop-v2", "name": "Sort them", "reason": "This kind cannot be imported."}
    return [
        text_block("<h3>First things</h3><p>Words</p><table><tr><td>x</td></tr></table>"),
        block("heading", "Which rows survive?"),
        block("callout", {"kind": "warning", "title": "Watch", "text": "<p>Careful.</p>"}),
        block(
            "accordion",
            {"items": [{"type": "item", "id": "1", "value": {"title": "A key?", "text": "<p>Names a row.</p>"}}]},
        ),
        block("table", table),
        block("leaderboard", {"title": "", "metric": "points", "among": "course", "period": "month", "rows": 5}),
        block("quote", {"text": "Look at the picture.", "source": "John W. Tukey, 1977"}),
        block("code", {"language": "sql", "code": "select 1 < 2;", "caption": "Small"}),
        block("image", {"image": picture.pk, "alt": "Rows meet", "decorative": False, "caption": "All pairs"}),
        block("video", {"media": film.pk, "title": ""}),
        block("audio", {"media": sound.pk, "title": "Three tones"}),
        block("file", {"document": leaflet.pk, "title": ""}),
        block("embed", {"url": "https://vimeo.com/1", "title": "A fire drill", "transcript": "People walk."}),
        block("placeholder", gap),
        block("variant", {"name": "Group B", "content": [text_block("<p>Only for the other group.</p>")]}),
        check_block(*questions),
    ]


@pytest.fixture
def questions():
    return [make_question(kind) for kind in DATA]


@pytest.fixture
def full_course(questions):
    course = make_course("Every block", modules=0, visibility="public")
    module = make_module(course, "The only module")
    make_lesson(module, "All of it", body=every_block(questions), section="Section one")
    make_lesson(module, "The rest", section="Section two", is_required=False)
    return course


# Pages anyone sees -----------------------------------------------------------


def test_front_page_shows_public_courses_and_the_way_in(client):
    for number in range(4):
        make_course(f"Public course {number}", visibility="public")
    html = page(client, "/")
    assert "See all 4 courses" in html
    assert html.count('class="card course-card"') == 3
    assert f'href="{reverse("account_login")}"' in html


def test_front_page_without_public_courses_says_what_to_do(client):
    make_course("For people", visibility="people")
    html = page(client, "/")
    assert "Courses are for people of the company" in html
    assert "For people</a>" not in html


def test_catalog_filters_counts_and_empty_states(signed_in):
    make_course("Joins", level="beginner")
    make_course("Subqueries", level="advanced")
    url = catalog().url
    assert "Showing 2 of 2 courses" in page(signed_in, url)
    filtered = page(signed_in, f"{url}?level=advanced")
    assert "Showing 1 of 1 course" in filtered
    assert '<option value="advanced" selected>' in filtered
    assert "Clear the filters" in filtered
    assert "No course fits these filters" in page(signed_in, f"{url}?q=zzz")


def test_pictures_on_cards_cost_no_query_each(signed_in):
    def queries_with(courses: int) -> int:
        for _number in range(courses):
            make_course(modules=0, cover=Image.objects.create(title="Cover", file=get_test_image_file()))
        signed_in.get(catalog().url)
        cache.clear()
        with CaptureQueriesContext(connection) as captured:
            html = page(signed_in, catalog().url)
        assert html.count('class="cover"') == CoursePage.objects.count()
        return len(captured)

    assert queries_with(2) == queries_with(6)


def test_a_course_found_by_two_of_its_topics_is_one_card(signed_in):
    course = make_course("Twice over")
    course.topics.set([Topic.objects.create(name=name, slug=name.lower()) for name in ("Firefighting", "Fireworks")])
    course.save()
    html = page(signed_in, f"{catalog().url}?q=fire")
    assert "Showing 1 of 1 course" in html
    assert html.count("Twice over</a>") == 1


def test_catalog_pages_keep_the_filters(signed_in):
    for number in range(25):
        make_course(f"Course of many {number:02d}", modules=0, level="advanced")
    html = page(signed_in, f"{catalog().url}?level=advanced")
    assert "Showing 24 of 25 courses" in html
    assert 'href="?level=advanced&amp;page=2"' in html
    assert "Page 2 of 2" in page(signed_in, f"{catalog().url}?level=advanced&page=2")


def test_catalog_asks_visitors_to_sign_in(client):
    make_course("Hidden from visitors", visibility="people")
    assert "Sign in to see the courses" in page(client, catalog().url)


@pytest.mark.indexed
def test_search_says_how_many_and_what_to_do_with_none(signed_in):
    make_course("Findable course")
    assert "Nothing found for “zzz &lt;b&gt;”" in page(signed_in, reverse("search") + "?q=zzz <b>")
    html = page(signed_in, reverse("search") + "?q=findable")
    assert "Findable course" in html
    assert "Showing" in html
    page(signed_in, reverse("search"))


# A course, through the doors there are ----------------------------------------


@pytest.mark.parametrize(
    ("policy", "words"),
    [("open", ">Enroll</button>"), ("request", ">Ask to enroll</button>"), ("assigned", "This course is assigned")],
)
def test_course_offers_one_door(signed_in, policy, words):
    course = make_course("A course", enrollment_policy=policy)
    html = page(signed_in, course.url)
    assert words in html
    assert lessons_of(course)[0].url not in html


def test_course_sends_visitors_to_sign_in_and_back(client):
    course = make_course("A course", visibility="public")
    assert f"{reverse('account_login')}?next={course.url.replace('/', '%2F')}" in page(client, course.url)


def test_course_says_that_a_request_waits(signed_in, learner):
    course = make_course("A course", enrollment_policy="request")
    signed_in.post(reverse("learning:request", args=[course.translation_key]), {"reason": "For work"})
    html = page(signed_in, course.url)
    assert "You asked for a place." in html
    assert "Take the request back" in html
    leave = reverse("learning:leave", args=[learner.enrollments.get().uuid])
    assert "Take back your request" in page(signed_in, leave)


def test_course_shows_states_in_words_and_where_to_go_on(signed_in, learner):
    course = make_course("A course", lesson_order="in_order")
    make_enrollment(learner, course, done=1, due_on=timezone.localdate() + timedelta(days=4))
    lessons = lessons_of(course)
    html = page(signed_in, course.url)
    assert "1 of 4 lessons" in html
    assert "25 % done" in html
    assert "due in 4 days" in html
    assert f"Continue: {lessons[1].title}" in html
    assert f"Opens when “{lessons[1].title}” is done." in html
    assert html.count('<span class="sr-only">Locked:</span>') == 2
    assert f'href="{lessons[2].url}"' not in html


def test_completed_course_leads_to_what_was_learned(signed_in, learner):
    course = make_course("A course")
    enrollment = make_completed(learner, course)
    html = page(signed_in, course.url)
    done = reverse("learning:completion", args=[enrollment.uuid])
    assert done in html
    html = page(signed_in, done)
    assert "You have completed A course" in html
    assert "Read it again" in html


def test_staff_read_lessons_with_a_note(client, full_course):
    client.force_login(make_person("Edi Editor", roles=("content_editor",)))
    assert "Nothing is recorded until you enroll" in page(client, full_course.url)
    html = page(client, lessons_of(full_course)[0].url)
    assert "You are reading as staff." in html
    assert "Variant kept for editors, not shown to learners: Group B" in html
    assert "Enroll to answer" not in html


# A lesson ---------------------------------------------------------------------------


def test_lesson_renders_every_block_and_no_other_host(signed_in, learner, full_course, questions):
    make_enrollment(learner, full_course)
    lesson = lessons_of(full_course)[0]
    assert {child["type"] for child in lesson.body.raw_data} == set(
        LessonPage._meta.get_field("body").stream_block.child_blocks
    )
    html = page(signed_in, lesson.url)
    assert '<h2 id="which-rows-survive">Which rows survive?</h2>' in html
    assert 'role="region" tabindex="0" aria-label="Orders by customer"' in html
    assert '<span class="mi">1</span><span class="w"> </span><span class="o">&lt;</span>' in html
    assert 'alt="Rows meet"' in html
    assert "1200w" in html or "640w" in html
    assert '<track kind="captions"' in html
    assert 'preload="none"' in html
    assert "CSV, 4" in html
    assert "Names a row." in html
    assert "Only for the other group." not in html
    assert "Sort them" in html
    # The player's address is data for our script; the link leads to the page at the host.
    assert 'data-player="https://player.vimeo.com/video/1"' in html
    assert 'href="https://vimeo.com/1" target="_blank" rel="noopener"' in html
    assert "<iframe" not in html
    assert "Right" not in html
    assert "Your answer" not in html
    assert html.count('class="question"') == len(questions)


def test_decorative_image_has_an_empty_alternative(signed_in, learner, course):
    picture = Image.objects.create(title="A border", file=get_test_image_file())
    value = {"image": picture.pk, "alt": "never read", "decorative": True, "caption": ""}
    lesson = make_lesson(make_module(course), body=[block("image", value)])
    make_enrollment(learner, course)
    html = page(signed_in, lesson.url)
    assert 'alt=""' in html
    assert "never read" not in html


def test_answers_are_judged_in_words(signed_in, learner, full_course, questions):
    enrollment = make_enrollment(learner, full_course)
    lesson = lessons_of(full_course)[0]
    block_id = next(iter(lesson.knowledge_checks))
    wrong = {"single_choice", "short_text", "matching", "ordering"}
    answers = {entry.pk: wrong_answer(entry) if entry.type in wrong else right_answer(entry) for entry in questions}
    answer_check(enrollment=enrollment, lesson=lesson, block_id=block_id, answers=answers)
    html = page(signed_in, lesson.url)
    verdicts = re.findall(r'<p class="verdict">.*?</svg> ([^<]+?) </p>', html)
    # Nobody grades an essay in a lesson.
    thanked = {"poll", "essay"}
    assert verdicts == [
        "Thank you, your answer is in" if entry.type in thanked else "Not yet" if entry.type in wrong else "Right"
        for entry in questions
    ]
    assert "That is every customer." in html
    assert "One for each order." not in html
    assert "Think of car exhaust." in html
    assert html.count("Your answer</span>") == 5
    assert f'id="check-{block_id}" tabindex="-1"' in html


def test_refused_answer_stands_beside_its_question(signed_in, learner, full_course, questions):
    enrollment = make_enrollment(learner, full_course)
    lesson = lessons_of(full_course)[0]
    block_id = next(iter(lesson.knowledge_checks))
    numerical = next(entry for entry in questions if entry.type == "numerical")
    action = reverse("assessment:answer", args=[enrollment.uuid, lesson.translation_key, block_id])
    response = signed_in.post(action, {f"q{numerical.pk}": "about one"}, follow=True)
    html = checked(response.content.decode())
    assert "“about one” is not a number." in html
    assert 'value="about one"' in html
    assert f'aria-describedby="check-{block_id}-q{numerical.pk}-error"' in html


def test_lesson_ends_with_one_thing_to_do(signed_in, learner):
    course = make_course("A course", with_check=False)
    enrollment = make_enrollment(learner, course)
    first, second, *_rest = lessons_of(course)
    html = page(signed_in, first.url)
    assert "Mark complete and go on" in html
    assert reverse("learning:complete", args=[enrollment.uuid, first.translation_key]) in html
    signed_in.post(reverse("learning:complete", args=[enrollment.uuid, first.translation_key]))
    html = page(signed_in, first.url)
    assert "This lesson is done." in html
    assert "Mark complete" not in html
    assert f'href="{second.url}" rel="next"' in html


def test_lesson_done_by_its_checks_says_so(signed_in, learner, course):
    lesson = make_lesson(make_module(course), body=[check_block(make_question())], completion_rule="checks")
    make_enrollment(learner, course)
    html = page(signed_in, lesson.url)
    assert "complete when every question above is answered right" in html
    assert "Mark complete" not in html


def test_locked_lesson_says_why_and_where_to_go(signed_in, learner):
    course = make_course("A course", lesson_order="in_order", with_check=False)
    make_enrollment(learner, course)
    first, second, *_rest = lessons_of(course)
    html = page(signed_in, second.url, 403)
    assert "This lesson is not open yet" in html
    assert f"Go on with: {first.title}" in html
    assert f"The text of {second.title}" not in html


def test_lesson_asks_people_who_are_not_on_the_course_to_enroll(signed_in):
    course = make_course("A course", with_check=False)
    lesson = lessons_of(course)[0]
    html = page(signed_in, lesson.url, 403)
    assert "This lesson is for people on the course" in html
    assert f"The text of {lesson.title}" not in html


@pytest.mark.parametrize("mode", ["visitor", "enrolled", "completed"])
def test_previews_render_in_each_mode(full_course, mode):
    lesson = lessons_of(full_course)[0]
    for shown in (full_course, lesson):
        response = shown.make_preview_request(preview_mode=mode)
        html = response.render().content.decode()
        checked(html)
        assert "Only for the other group." not in html


# My learning ---------------------------------------------------------------------


def test_my_learning_is_empty_with_a_way_on(signed_in):
    html = page(signed_in, reverse("my_learning"))
    assert "You have nothing to learn right now" in html
    assert f'href="{catalog().url}"' in html


def test_my_learning_shows_what_now_what_is_due_and_what_is_done(signed_in, learner):
    today = timezone.localdate()
    late = make_course("Late course", enrollment_policy="open")
    make_enrollment(learner, late, done=1, due_on=today - timedelta(days=2))
    make_enrollment(learner, make_course("Other course"), due_on=today)
    make_completed(learner, make_course("Old course"))
    asked = make_course("Wished for", enrollment_policy="request")
    signed_in.post(reverse("learning:request", args=[asked.translation_key]))
    make_course("New on the shelf")
    html = page(signed_in, reverse("my_learning"))
    assert "2 days late" in html
    assert "due today" in html
    assert "Waiting for a decision since" in html
    assert "Completed on" in html
    assert "New on the shelf" in html
    assert "Also in progress" in html


def test_header_offers_the_admin_to_staff_only(client, learner):
    client.force_login(learner)
    assert "Work in admin" not in page(client, reverse("my_learning"))
    client.force_login(make_person("Ada Admin", roles=("administrator",)))
    html = page(client, reverse("my_learning"))
    assert "Work in admin" in html
    assert f'method="post" action="{reverse("account_logout")}"' in html


def test_leaving_is_confirmed_on_a_page(signed_in, learner):
    enrollment = make_enrollment(learner, make_course("A course"), done=1)
    html = page(signed_in, reverse("learning:leave", args=[enrollment.uuid]))
    assert "You have done 1 of 4 lessons." in html
    assert "Stay on the course" in html
    enrollment.refresh_from_db()
    assert enrollment.status == "active"


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-1, "1 day late"),
        (-30, "30 days late"),
        (0, "due today"),
        (1, "due tomorrow"),
        (2, "due in 2 days"),
        (20, "due in 20 days"),
        (21, "due in 3 weeks"),
    ],
)
def test_due_dates_in_words(days, words):
    assert due_words(timezone.localdate() + timedelta(days=days)) == words
    assert due_words(None) == ""


# Accounts, mails and pages that say no ---------------------------------------------


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("account_login", "Use your work address."),
        ("account_reset_password", "Send me the link"),
        ("account_reset_password_done", "Look at your mail"),
        ("account_reset_password_from_key_done", "Your password is set"),
        ("account_inactive", "This account is switched off"),
        ("account_signup", "Accounts are made for you"),
    ],
)
def test_account_pages_of_visitors(client, name, words):
    assert words in page(client, reverse(name))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("account_change_password", "Change your password"),
        ("account_logout", "Stay signed in"),
        ("account_reauthenticate", "Is it you?"),
    ],
)
def test_account_pages_of_people(client, name, words):
    client.force_login(make_person("Pia Person", password="long enough words"))
    assert words in page(client, reverse(name))


def test_person_without_a_password_sets_one(signed_in):
    assert "Set your password" in page(signed_in, reverse("account_set_password"))


def test_sign_in_refusal_is_announced(client):
    response = client.post(reverse("account_login"), {"login": "nobody@example.com", "password": "wrong"})
    html = checked(response.content.decode())
    assert 'role="alert"' in html
    assert "Not done:" in html


def test_password_reset_mail_has_both_forms_and_a_link_that_works(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = make_person("Rita Reset", password="long enough words")
    client.post(reverse("account_reset_password"), {"email": person.email})
    (sent,) = mail.outbox
    assert sent.subject == "A new password for Lectern"
    link = re.search(r"http://\S+", sent.body)[0]
    (html, kind) = sent.alternatives[0]
    assert kind == "text/html"
    assert link in html
    assert "Hello Rita Reset," in sent.body
    assert "style=" not in html
    response = client.get(link, follow=True)
    assert "Set a new password" in checked(response.content.decode())
    assert "This link does not work any more" in page(
        client, reverse("account_reset_password_from_key", args=["1", "x-y"])
    )


def test_missing_address_offers_search(signed_in):
    html = page(signed_in, "/no-such-page/", 404)
    assert "There is nothing at this address" in html
    assert f'action="{reverse("search")}"' in html


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html"])
def test_error_pages_render_without_a_request(name):
    checked(get_template(name).render())


def test_forbidden_page_says_why(learner):
    request = RequestFactory().get("/")
    request.user = learner
    html = checked(render_to_string("403.html", {"exception": "Only managers see this."}, request))
    assert "Only managers see this." in html


def test_the_page_for_our_own_errors_needs_nothing():
    html = get_template("500.html").render()
    assert "{%" not in html
    assert not re.search(r'(?:src|href)="(?!/")', html)


# Previews in the admin ----------------------------------------------------------------


def test_every_block_has_a_preview(client, django_user_model):
    client.force_login(make_person("Ada Admin", roles=("administrator",)))
    blocks = LessonPage._meta.get_field("body").stream_block.child_blocks
    for name, child in blocks.items():
        assert child.is_previewable, name
        response = client.get(reverse("wagtailadmin_block_preview"), {"id": child.definition_prefix})
        assert response.status_code == 200, name
        html = checked(response.content.decode())
        assert "css/lectern.css" in html


@pytest.mark.parametrize("kind", DATA)
def test_question_preview_shows_it_unanswered(kind):
    question = make_question(kind, stem="<p>What is asked?</p>")
    html = checked(question.make_preview_request().render().content.decode())
    assert "What is asked?" in html
    assert "checked" not in html
    assert "disabled" not in html
    assert "feedback" not in html.replace("feedback_", "")
