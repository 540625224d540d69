"""Publishing many pages in a worker: one row of work, all of it or nothing, whoever comes twice or dies."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from accounts import roles
from accounts.services import deactivate_person
from lms_pages.models import CoursePage, LessonPage, ModulePage, Publishing, PublishingState
from lms_pages.selectors import publication
from lms_pages.selectors.publishings import publishings_state
from lms_pages.services import (
    IN_REQUEST,
    create_course,
    expire_publishings,
    publishings,
    request_publishing,
    run_publishing,
)
from lms_pages.tasks import publish_course, sweep_publishings
from tests.factories.accounts import make_person
from tests.factories.lms_pages import catalog, make_course

pytestmark = pytest.mark.django_db

LESSONS = 21


@pytest.fixture
def editor(client):
    person = make_person("Emil Editor", roles=(roles.CONTENT_EDITOR,))
    client.force_login(person)
    return person


@pytest.fixture
def drafts(editor):
    """A course of drafts, too many for a request."""
    course = create_course(title="Drills", parent=catalog(), owner=editor)
    course.summary = "Learn one thing well."
    course.save_revision(user=editor)
    module = ModulePage.objects.child_of(course).get()
    for number in range(2, LESSONS + 1):
        page = LessonPage(title=f"Lesson {number}", live=False, owner=editor)
        module.add_child(instance=page)
        page.save_revision(user=editor)
    return course


def tokens_of(course, editor):
    return {entry.token for entry in publication(root=course, user=editor).ready}


def asked_for(course, editor) -> Publishing:
    work, is_new = request_publishing(root=course, user=editor, tokens=tokens_of(course, editor))
    assert is_new
    return work


def live():
    return sum(model.objects.live().count() for model in (CoursePage, ModulePage, LessonPage))


def at_page(monkeypatch, number, action):
    """Do ``action`` once the worker has published its ``number``-th page."""

    def tell(work, done):
        if done == number:
            action()

    monkeypatch.setattr(publishings, "tell_progress", tell)


def test_many_pages_are_left_to_a_worker_whose_page_says_what_came_of_it(client, editor, drafts):
    picked = tokens_of(drafts, editor)
    assert len(picked) == LESSONS + 2 > IN_REQUEST
    response = client.post(reverse("lms_pages_publish", args=[drafts.pk]), {"page": sorted(picked)}, follow=True)
    work = Publishing.objects.get()
    assert response.redirect_chain == [(reverse("lms_pages_publishing", args=[work.uuid]), 302)]
    assert (work.state, work.published, work.left, work.requested_by) == (PublishingState.DONE, 23, [], editor)
    assert "23 pages were published." in response.content.decode()
    assert live() == 23
    assert PageLogEntry.objects.filter(action="wagtail.publish", user=editor).count() == 23


def test_few_pages_are_published_at_once(client, editor, drafts):
    picked = sorted(tokens_of(drafts, editor))[:IN_REQUEST]
    response = client.post(reverse("lms_pages_publish", args=[drafts.pk]), {"page": picked}, follow=True)
    assert f"{IN_REQUEST} pages were published." in response.content.decode()
    assert (live(), Publishing.objects.count()) == (IN_REQUEST, 0)


def test_a_second_press_leads_to_the_work_that_waits_already(client, editor, drafts):
    work = asked_for(drafts, editor)
    picked = sorted(tokens_of(drafts, editor))
    response = client.post(reverse("lms_pages_publish", args=[drafts.pk]), {"page": picked}, follow=True)
    text = response.content.decode()
    assert response.redirect_chain == [(reverse("lms_pages_publishing", args=[work.uuid]), 302)]
    assert "This is being published already." in text and "Waiting for a worker" in text
    assert (Publishing.objects.get(), live()) == (work, 0)


def test_the_page_tells_how_far_the_worker_is(client, editor, drafts, monkeypatch):
    work, told = asked_for(drafts, editor), []
    address = reverse("lms_pages_publishing_progress", args=[work.uuid])
    tell_progress = publishings.tell_progress

    def tell_and_ask(row, done):
        tell_progress(row, done)
        told.append(client.get(address).json())

    monkeypatch.setattr(publishings, "tell_progress", tell_and_ask)
    assert client.get(address).json()["words"] == "Waiting for a worker"
    run_publishing(publishing_id=work.pk)
    assert told[6] == {
        "state": "running",
        "is_busy": True,
        "done": 7,
        "total": 23,
        "words": "7 of 23 pages published, all or none",
    }
    assert client.get(address).json()["is_busy"] is False


def test_a_page_changed_after_the_look_stays_and_is_named(client, editor, drafts):
    work = asked_for(drafts, editor)
    lesson = LessonPage.objects.get(title="Lesson 5")
    lesson.save_revision(user=editor)
    run_publishing(publishing_id=work.pk)
    work.refresh_from_db()
    assert (work.published, work.left) == (22, [["Lesson 5", "It was changed after you had looked at it."]])
    text = client.get(reverse("lms_pages_publishing", args=[work.uuid])).content.decode()
    assert "1 page stays as it was" in text and "It was changed after you had looked at it." in text
    assert live() == 22


def test_work_is_done_once(editor, drafts):
    work = asked_for(drafts, editor)
    assert publish_course(work.pk) == PublishingState.DONE
    assert publish_course(work.pk) == PublishingState.DONE
    assert PageLogEntry.objects.filter(action="wagtail.publish").count() == 23


def test_somebody_elses_work_is_left_alone(editor, drafts):
    work = asked_for(drafts, editor)
    publishings.claim_publishing(work.pk, "one")
    assert run_publishing(publishing_id=work.pk, task_id="two") == PublishingState.RUNNING
    assert live() == 0


def test_a_task_handed_out_again_takes_its_own_work_over(editor, drafts):
    work = asked_for(drafts, editor)
    dead = publishings.claim_publishing(work.pk, "one")
    assert run_publishing(publishing_id=work.pk, task_id="one") == PublishingState.DONE
    assert live() == 23
    with pytest.raises(publishings.PublishingLost):
        publishings.publish(dead)


def test_an_error_in_the_middle_publishes_nothing(editor, drafts, monkeypatch):
    work = asked_for(drafts, editor)
    at_page(monkeypatch, 9, lambda: 1 / 0)
    assert run_publishing(publishing_id=work.pk) == PublishingState.FAILED
    work.refresh_from_db()
    assert work.sentence.startswith("Something went wrong on our side, and nothing was published.")
    assert (live(), PageLogEntry.objects.filter(action="wagtail.publish").count()) == (0, 0)


def test_a_worker_that_lost_its_work_publishes_nothing(editor, drafts, monkeypatch):
    work = asked_for(drafts, editor)
    at_page(monkeypatch, 9, lambda: Publishing.objects.update(fence=99))
    run_publishing(publishing_id=work.pk)
    assert live() == 0


def test_a_dead_worker_shows_and_the_course_can_be_published_again(client, editor, drafts):
    work = asked_for(drafts, editor)
    publishings.claim_publishing(work.pk, "")
    assert expire_publishings() == 0
    Publishing.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert (publishings_state().running, publishings_state().failed) == (1, 0)
    assert sweep_publishings() == {"stopped": 1, "woken": 0}
    assert (publishings_state().running, publishings_state().failed) == (0, 1)
    text = client.get(reverse("lms_pages_publishing", args=[work.uuid])).content.decode()
    assert "The worker stopped in the middle, so nothing was published." in text
    assert reverse("lms_pages_publish", args=[drafts.pk]) in text
    assert run_publishing(publishing_id=asked_for(drafts, editor).pk) == PublishingState.DONE
    assert live() == 23


def test_what_no_message_woke_is_found_by_the_sweep(editor, drafts):
    asked_for(drafts, editor)
    assert publishings_state().waiting == 1
    assert sweep_publishings() == {"stopped": 0, "woken": 1}
    assert (publishings_state().waiting, live()) == (0, 23)
    assert sweep_publishings() == {"stopped": 0, "woken": 0}


def test_old_work_is_forgotten(editor, drafts):
    work = asked_for(drafts, editor)
    run_publishing(publishing_id=work.pk)
    expire_publishings()
    assert Publishing.objects.exists()
    Publishing.objects.update(ended_at=timezone.now() - timedelta(days=31))
    expire_publishings()
    assert (Publishing.objects.exists(), live()) == (False, 23)


def no_access(editor):
    deactivate_person(person=editor)


def no_right(editor):
    editor.groups.clear()


def gone(editor):
    Publishing.objects.update(requested_by=None)


@pytest.mark.parametrize("lose", [no_access, gone])
def test_whoever_asked_is_asked_about_again(editor, drafts, lose):
    work = asked_for(drafts, editor)
    lose(editor)
    assert run_publishing(publishing_id=work.pk) == PublishingState.FAILED
    work.refresh_from_db()
    assert work.sentence == "Nothing was published: whoever asked for it may not publish this any more."
    assert live() == 0


def test_without_the_right_each_page_stays_with_the_reason(editor, drafts):
    work = asked_for(drafts, editor)
    no_right(editor)
    run_publishing(publishing_id=work.pk)
    work.refresh_from_db()
    assert (work.published, len(work.left), work.left[0][1]) == (0, 23, "You may not publish this page.")
    assert live() == 0


@pytest.mark.parametrize("role", [roles.INSTRUCTOR, roles.MANAGER, roles.REPORT_ADMINISTRATOR])
def test_those_who_edit_no_pages_do_not_see_it(client, editor, drafts, role):
    work = asked_for(drafts, editor)
    client.force_login(make_person(roles=(role,)))
    for name in ("lms_pages_publishing", "lms_pages_publishing_progress"):
        assert client.get(reverse(name, args=[work.uuid])).status_code == 404
    assert "Drills" not in client.get(reverse("lms_pages_publishings")).content.decode()


def test_the_list_costs_the_same_for_few_and_for_many(client, editor):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("lms_pages_publishings")).status_code == 200
        return len(captured)

    def add(number):
        for _number in range(number):
            course = make_course(modules=0)
            Publishing.objects.create(root=course, requested_by=make_person(), state=PublishingState.DONE)

    queries()
    add(2)
    few = queries()
    add(8)
    assert queries() == few
    assert "Showing 10 of 10" in client.get(reverse("lms_pages_publishings")).content.decode()
