"""Publishing a course with everything in it."""

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, PageLogEntry

from accounts import roles
from learning.models import Enrollment
from lms_pages.models import CompletionRule, CoursePage, LessonPage, ModulePage
from lms_pages.selectors import publication
from lms_pages.services import create_course, publish_everything
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course, make_lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    person = make_person("Emil Editor", roles=(roles.CONTENT_EDITOR,))
    client.force_login(person)
    return person


def draft(page, **values):
    """The page's newest revision, unfinished as an editor may leave it."""
    page = type(page).objects.get(pk=page.pk)
    for name, value in values.items():
        setattr(page, name, value)
    page.save_revision(clean=False)
    return page


def new_course(owner, *, summary="Learn one thing well.", lessons=3):
    """A course as "Create a course" leaves it, with more lessons; all drafts."""
    course = create_course(title="Drills", parent=catalog(), owner=owner)
    draft(course, summary=summary)
    module = ModulePage.objects.child_of(course).get()
    for number in range(2, lessons + 1):
        page = LessonPage(title=f"Lesson {number}", live=False, owner=owner)
        module.add_child(instance=page)
        page.save_revision(user=owner)
    return course


def live_titles():
    """The course pages that are published, in the order of the tree."""
    pages = [*CoursePage.objects.live(), *ModulePage.objects.live(), *LessonPage.objects.live()]
    return [page.title for page in sorted(pages, key=lambda page: page.path)]


def address(page):
    return reverse("lms_pages_publish", args=[page.pk])


def tokens(client, page):
    plan = client.get(address(page)).context["plan"]
    return [entry.token for entry in plan.ready if entry.proposed]


# What would happen ----------------------------------------------------------------


def test_a_new_course_is_proposed_whole_and_then_published(client, editor, learner):
    course = new_course(editor)
    plan = publication(root=course, user=editor)
    assert [(entry.title, entry.depth, str(entry.state)) for entry in plan.ready] == [
        ("Drills", 0, "New"), ("Module 1", 1, "New"),
        ("Lesson 1", 2, "New"), ("Lesson 2", 2, "New"), ("Lesson 3", 2, "New"),
    ]  # fmt: skip
    assert (plan.left, plan.held, plan.proposed) == ((), 0, 5)

    response = client.post(address(course), {"page": tokens(client, course)}, follow=True)
    assert "5 pages were published." in response.content.decode()
    assert live_titles() == ["Drills", "Module 1", "Lesson 1", "Lesson 2", "Lesson 3"]
    log = PageLogEntry.objects.filter(action="wagtail.publish", user=editor)
    assert log.count() == 5

    client.force_login(learner)
    text = client.get(CoursePage.objects.get().get_url()).content.decode()
    assert "Lesson 3" in text


def test_published_pages_and_their_newer_drafts_are_told_apart(editor):
    course = make_course(modules=1, lessons=2, with_check=False)
    first = lessons_of(course)[0]
    draft(first, title="Renamed")
    plan = publication(root=course, user=editor)
    assert [(entry.title, str(entry.state), entry.proposed) for entry in plan.ready] == [("Renamed", "Changed", True)]
    assert [entry.title for entry in plan.rows] == [course.title, first.get_parent().title, "Renamed"]

    done = publish_everything(root=course, user=editor)
    assert [entry.page.pk for entry in done.entries] == [first.pk]
    first.refresh_from_db()
    assert (first.title, first.has_unpublished_changes) == ("Renamed", False)
    assert publication(root=course, user=editor).ready == ()


def test_an_unfinished_page_stays_and_is_named_while_the_rest_goes_out(client, editor):
    course = new_course(editor)
    lesson = lessons_of(course)[1]
    draft(lesson, completion_rule=CompletionRule.CHECKS)
    text = client.get(address(course)).content.decode()
    assert "It is done when its knowledge checks are right, but it has none." in text
    assert reverse("wagtailadmin_pages:edit", args=[lesson.pk]) in text

    client.post(address(course), {"page": tokens(client, course)})
    assert live_titles() == ["Drills", "Module 1", "Lesson 1", "Lesson 3"]


def test_a_block_that_is_not_finished_holds_its_lesson_back(editor):
    course = new_course(editor, lessons=1)
    lesson = lessons_of(course)[0]
    body = [("image", {"image": None, "alt": "", "caption": ""})]
    draft(lesson, body=body)
    plan = publication(root=course, user=editor)
    assert [(entry.title, entry.reasons) for entry in plan.left] == [
        ("Lesson 1", ("A block is not finished: Image (1).",))
    ]


def test_nothing_goes_out_below_a_course_that_cannot(client, editor):
    course = new_course(editor, summary="")
    plan = publication(root=course, user=editor)
    assert [(entry.title, entry.reasons) for entry in plan.left] == [("Drills", ("Summary is missing.",))]
    assert (plan.ready, plan.held) == ((), 4)

    picked = [entry.token for entry in plan.entries]
    client.post(address(course), {"page": picked})
    assert live_titles() == []


def test_a_lesson_is_not_published_below_a_module_that_was_not_picked(client, editor):
    course = new_course(editor)
    module = ModulePage.objects.get()
    picked = [token for token in tokens(client, course) if not token.startswith(f"{module.pk}-")]
    response = client.post(address(course), {"page": picked}, follow=True)
    assert live_titles() == ["Drills"]
    assert "“Module 1”, in which it stands, stays a draft." in response.content.decode()


def test_what_was_unpublished_or_kept_back_goes_out_only_when_picked(editor):
    course = make_course(modules=1, lessons=3, with_check=False)
    taken_down, kept_back, _rest = lessons_of(course)
    taken_down.unpublish()
    LessonPage.objects.filter(pk=kept_back.pk).update(
        live=False, first_published_at=None, origin="olx", origin_key="staff"
    )
    plan = publication(root=course, user=editor)
    assert [(str(entry.state), entry.proposed) for entry in plan.ready] == [
        ("Was unpublished", False), ("Imported as a draft", False),
    ]  # fmt: skip

    assert publish_everything(root=course, user=editor).entries == ()
    done = publish_everything(root=course, user=editor, tokens={plan.ready[0].token})
    assert [entry.page.pk for entry in done.entries] == [taken_down.pk]


def test_a_course_that_was_unpublished_whole_is_proposed_whole(editor):
    course = make_course(modules=2, lessons=2, with_check=False)
    course.unpublish(commit=True)
    for page in course.get_descendants().specific():
        page.unpublish()
    plan = publication(root=CoursePage.objects.get(), user=editor)
    assert (len(plan.ready), plan.proposed) == (7, 7)


def test_a_locked_a_scheduled_and_a_delayed_page_stay(editor):
    course = new_course(editor, lessons=3)
    locked, scheduled, delayed = lessons_of(course)
    LessonPage.objects.filter(pk=locked.pk).update(locked=True, locked_by=make_person())
    tomorrow = timezone.now() + timezone.timedelta(days=1)
    scheduled.save_revision(approved_go_live_at=tomorrow)
    draft(delayed, go_live_at=tomorrow)
    plan = publication(root=course, user=editor)
    assert [(entry.title, entry.reasons[0].split(".")[0]) for entry in plan.left] == [
        ("Lesson 1", "It is locked"),
        ("Lesson 2", "It is scheduled and goes out by itself"),
        ("Lesson 3", "It has a start date in the future"),
    ]
    publish_everything(root=course, user=editor)
    assert live_titles() == ["Drills", "Module 1"]


def test_a_page_changed_after_the_look_stays(client, editor):
    course = new_course(editor)
    picked = tokens(client, course)
    draft(lessons_of(course)[0], title="Written meanwhile")
    response = client.post(address(course), {"page": picked}, follow=True)
    assert "It was changed after you had looked at it." in response.content.decode()
    assert live_titles() == ["Drills", "Module 1", "Lesson 2", "Lesson 3"]


def test_a_module_is_published_with_its_lessons(client, editor):
    course = make_course(modules=2, lessons=1, with_check=False)
    module = ModulePage.objects.child_of(course).order_by("path").first()
    for lesson in lessons_of(course):
        draft(lesson, title=f"New {lesson.pk}")
    client.post(address(module), {"page": tokens(client, module)})
    assert [page.has_unpublished_changes for page in lessons_of(course)] == [False, True]


# Rights ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", [roles.INSTRUCTOR, roles.MANAGER, roles.REPORT_ADMINISTRATOR])
def test_those_who_may_not_publish_neither_see_nor_do_it(client, role, editor):
    course = new_course(editor)
    picked = tokens(client, course)
    client.force_login(make_person(roles=(role,)))
    for response in (client.get(address(course)), client.post(address(course), {"page": picked})):
        assert response.status_code == 302
        assert response.url == reverse("wagtailadmin_home")
    assert live_titles() == []


def test_who_may_edit_but_not_publish_reads_so_and_nothing_changes(client, editor):
    course = new_course(editor)
    picked = tokens(client, course)
    author = make_person()
    group = Group.objects.create(name="authors")
    author.groups.add(group, Group.objects.get(name=roles.INSTRUCTOR))
    GroupPagePermission.objects.create(group=group, page=catalog(), permission_type="change")
    client.force_login(author)
    assert "You may not publish this page." in client.get(address(course)).content.decode()
    client.post(address(course), {"page": picked})
    assert live_titles() == []


def test_only_courses_and_modules_have_it(client, editor, course):
    assert client.get(address(lessons_of(course)[0])).status_code == 404
    assert client.get(address(catalog())).status_code == 404
    assert client.get(reverse("lms_pages_publish", args=[99999])).status_code == 404


def test_it_stands_in_the_editor_and_the_lists(client, editor, course):
    module = ModulePage.objects.child_of(course).first()
    lesson = lessons_of(course)[0]
    edit = lambda page: client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()  # noqa: E731
    for page in (course, module):
        assert edit(page).count(address(page)) >= 2
    assert "/publish/" not in edit(lesson)
    for parent, page in ((catalog(), course), (course, module)):
        listing = client.get(reverse("wagtailadmin_explore", args=[parent.pk])).content.decode()
        assert address(page) in listing
        assert address(lesson) not in listing


# Cost ------------------------------------------------------------------------------


def recounts(captured):
    return [query["sql"] for query in captured if query["sql"].startswith(f'UPDATE "{Enrollment._meta.db_table}"')]


def test_runs_are_recounted_once_however_many_lessons_go_out(editor):
    course = make_course(modules=1, lessons=1, with_check=False)
    run = make_enrollment(course=course)
    module = ModulePage.objects.get()
    for _number in range(4):
        make_lesson(module).unpublish()
    run.refresh_from_db()
    assert run.required_lessons == 1
    plan = publication(root=course, user=editor)
    with CaptureQueriesContext(connection) as captured:
        publish_everything(root=course, user=editor, tokens={entry.token for entry in plan.ready})
    assert len(recounts(captured)) == 1
    run.refresh_from_db()
    assert run.required_lessons == 5


def test_looking_costs_the_same_for_three_and_for_thirty_lessons(client, editor):
    def queries(course):
        client.get(address(course))
        with CaptureQueriesContext(connection) as captured:
            client.get(address(course))
        return len(captured)

    few, many = new_course(editor, lessons=3), new_course(editor, lessons=30)
    assert queries(few) == queries(many)
    assert queries(many) < 40
