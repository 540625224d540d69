"""What is kept ends with what it follows from: by whatever means that is written, and never before it is committed."""

import pytest
from django.apps import apps
from django.db import connection, transaction
from redis.exceptions import ConnectionError as Unreachable

from accounts.models import User
from library.models import Topic
from lms_pages.models import CoursePage
from lms_pages.services import create_course
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog, make_course
from tests.factories.questions import make_question
from workbench import kept
from workbench.tracing import trace


def title_kept(course: CoursePage) -> str:
    return kept.kept("titles", course.pk, lambda: CoursePage.objects.values_list("title", flat=True).get(pk=course.pk))


@pytest.fixture
def asked():
    """A value that counts how often it was made, kept of content."""

    class Asked:
        times = 0

        def __call__(self) -> int:
            return kept.kept("asked", None, self.make)

        def make(self) -> int:
            self.times += 1
            return self.times

    return Asked()


def test_a_value_is_made_once(committed, course, asked):
    committed()
    assert (asked(), asked(), asked.times) == (1, 1, 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda course: CoursePage.objects.filter(pk=course.pk).update(title="Changed"),
        lambda course: CoursePage.objects.filter(pk=course.pk).update(summary="Changed"),
        lambda course: CoursePage.objects.bulk_update([course], ["level"]),
        lambda course: make_course(title="Another"),
        lambda course: course.move(catalog(), pos="last-child"),
        lambda course: course.unpublish(),
        lambda course: course.delete(),
        lambda course: course.save_revision().publish(),
        lambda course: CoursePage.topics.through.objects.create(
            coursepage=course, topic=Topic.objects.create(name="Safety")
        ),
        lambda course: execute(f"UPDATE lms_pages_coursepage SET summary = 'x' WHERE page_ptr_id = {course.pk}"),
    ],
)
def test_each_way_to_change_a_page_is_the_end(committed, course, asked, change):
    committed()
    asked()
    change(course)
    # Uncommitted: who wrote it sees what is there.
    assert asked() == 2
    committed()
    assert asked() == 3
    assert asked() == 3


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize(
    "change",
    [
        lambda course: course.save_revision(user=course.owner),
        lambda course: make_person("Nina New"),
        lambda course: User.objects.update(last_login="2026-11-27T08:00Z"),
        lambda course: list(CoursePage.objects.select_for_update()),
    ],
)
def test_what_changes_nothing_that_is_shown_is_not(committed, course, asked, change):
    committed()
    asked()
    change(course)
    assert asked() == 1


def test_reports_of_content_count_drafts(committed, course):
    committed()
    made = []

    def ask():
        kept.kept("drafts", None, lambda: made.append(1), of=("records",))

    ask()
    course.save_revision(user=course.owner)
    committed()
    ask()
    ask()
    assert len(made) == 2


def test_a_draft_that_is_new_is_the_end_since_its_place_may_be_asked_for(committed, course, asked):
    committed()
    asked()
    create_course(title="Drills", parent=catalog(), owner=make_person())
    committed()
    assert asked() == 2


def test_areas_end_alone(committed, course):
    committed()
    made = []

    def ask(area):
        return kept.kept("by area", area, lambda: made.append(area) or len(made), of=(area,))

    for area in kept.areas():
        ask(area)
    assert kept.areas() == ["consents", "content", "names", "records", "rules", "settings"]
    make_question()
    committed()
    before = len(made)
    for area in kept.areas():
        ask(area)
    assert made[before:] == ["content"]


def test_names_end_when_somebody_is_renamed_or_leaves(committed):
    person = make_person("Ada Old")
    committed()

    def name() -> str:
        return kept.kept("name", person.pk, lambda: User.objects.get(pk=person.pk).name, of=("names",))

    assert name() == "Ada Old"
    User.objects.filter(pk=person.pk).update(last_name="New")
    committed()
    assert name() == "Ada New"


def test_what_is_rolled_back_ends_nothing(committed, course, asked):
    committed()
    asked()
    try:
        with transaction.atomic():
            CoursePage.objects.filter(pk=course.pk).update(title="Never")
            assert asked() == 2
            raise LookupError
    except LookupError:
        pass
    assert asked() == 1


def test_one_commit_says_it_once(committed, course):
    committed()
    for number in range(5):
        CoursePage.objects.filter(pk=course.pk).update(title=f"Title {number}")
    # Reports of content are made of pages, too.
    assert sorted(hook[1].area for hook in connection.run_on_commit) == ["content", "records"]


def test_a_text_is_shared_and_a_value_is_not(committed, course):
    committed()
    made = []

    def text() -> str:
        return kept.kept_text("text", ("de", course.pk), lambda: made.append(1) or f"<p>{len(made)}</p>")

    assert text() == "<p>1</p>"
    # Another process has nothing in its memory.
    kept.forget_all()
    assert (text(), len(made)) == ("<p>1</p>", 1)


def test_memory_keeps_what_was_used_last():
    memory = kept.Memory(2)
    memory.set("a", 1)
    memory.set("b", None)
    assert memory.get("a") == (1,)
    memory.set("c", 3)
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == ((1,), None, (3,))


class Gone:
    """A Redis that does not answer until it is back."""

    def __init__(self):
        self.rows: dict[str, bytes] = {}
        self.is_gone = True

    def answer(self):
        if self.is_gone:
            raise Unreachable

    def mset(self, new):
        self.answer()
        self.rows.update({key: value.encode() for key, value in new.items()})

    def mget(self, keys):
        self.answer()
        return [self.rows.get(key) for key in keys]

    def set(self, key, value, nx):
        self.answer()
        self.rows.setdefault(key, value.encode())


@pytest.fixture
def gone(monkeypatch):
    server = Gone()
    monkeypatch.setattr(kept, "redis_behind_cache", lambda: server)
    threads = []
    monkeypatch.setattr(kept.threading, "Thread", lambda target, daemon: threads.append(target) or Waiting())
    server.pay = lambda: [threads.pop()(pause=0) for _ in list(threads)]
    kept.forget_all()
    # Outside of a request, each question is asked anew.
    token = trace.set("")
    yield server
    trace.reset(token)
    kept.owed.clear()
    kept.forget_all()


class Waiting:
    def start(self) -> None:
        pass


def test_without_a_server_all_is_made_anew_and_nothing_fails(gone, asked, db):
    assert (asked(), asked()) == (1, 2)


def test_an_end_that_could_not_be_said_is_said_later_and_until_then_nothing_kept_is_taken(gone, asked, db):
    gone.is_gone = False
    assert (asked(), asked()) == (1, 1)
    before = dict(gone.rows)
    gone.is_gone = True
    kept.end("content")
    # The server is back as it was, and would hand out what is over.
    gone.is_gone = False
    assert asked() == 2
    gone.pay()
    assert not kept.owed
    assert {key for key in before if gone.rows[key] != before[key]} == {kept.name_of("content")}
    assert (asked(), asked()) == (3, 3)


def test_who_writes_meanwhile_does_not_wait_for_it_again(gone, db):
    kept.end("content")
    asked = []
    gone.answer = lambda: asked.append(1)
    kept.end("names")
    assert (asked, set(kept.owed)) == ([], {"content", "names"})
    gone.pay()
    assert not kept.owed


def test_a_commit_between_the_word_and_its_receipt_is_said_too(gone, db):
    kept.end("content")
    gone.is_gone = False
    said = []

    def mset(new):
        said.append(set(new))
        if len(said) == 1:
            # Somebody commits after the word was taken and before this process knows it.
            kept.end("content")

    gone.mset = mset
    gone.pay()
    assert said == [{kept.name_of("content")}] * 2
    assert not kept.owed


def test_who_saw_the_server_gone_trusts_nothing_of_before(gone, asked, db):
    gone.is_gone = False
    asked()
    before = dict(gone.rows)
    gone.is_gone = True
    asked()
    gone.is_gone = False
    gone.pay()
    assert not set(before.items()) & set(gone.rows.items())


def test_rates(committed, course, asked):
    committed()
    kept.counts.clear()
    asked()
    asked()
    asked()
    CoursePage.objects.update(title="Other")
    asked()
    assert [rate for rate in kept.rates() if rate.name == "asked"] == [kept.Rate("asked", 2, 1, 1)]
    assert kept.Rate("asked", 2, 1, 1).percent == 66
    assert kept.Rate("new", 0, 0, 4).percent is None


# Apps whose rows learners' pages are made of.
CONTENT = ("library", "lms_pages", "home", "questions")
NOT_CONTENT = {
    # Says how far a publishing is; what it publishes are pages.
    "lms_pages.Publishing",
}


def test_every_kind_of_content_is_watched():
    kinds = [kind for app in CONTENT for kind in apps.get_app_config(app).get_models(include_auto_created=True)]
    unwatched = {kind._meta.label for kind in kinds if kind._meta.db_table not in kept.watched}
    assert unwatched == NOT_CONTENT
