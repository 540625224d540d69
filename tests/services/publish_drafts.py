"""An editor in a process of their own: writes a course of drafts and asks for all of it to be published; run as a script."""

import sys

import django

django.setup()

from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from accounts.roles import CONTENT_EDITOR  # noqa: E402
from lms_pages.models import LessonPage, ModulePage  # noqa: E402
from lms_pages.selectors import publication  # noqa: E402
from lms_pages.services import create_course  # noqa: E402
from tests.factories.accounts import make_person  # noqa: E402
from tests.factories.lms_pages import catalog  # noqa: E402


def main(lessons: int) -> None:
    editor = make_person("Emil Editor", roles=(CONTENT_EDITOR,))
    course = create_course(title="Drills", parent=catalog(), owner=editor)
    course.summary = "Learn one thing well."
    course.save_revision(user=editor)
    module = ModulePage.objects.child_of(course).get()
    for number in range(2, lessons + 1):
        page = LessonPage(title=f"Lesson {number}", live=False, owner=editor)
        module.add_child(instance=page)
        page.save_revision(user=editor)
    client = Client()
    client.force_login(editor)
    picked = [entry.token for entry in publication(root=course, user=editor).ready]
    response = client.post(reverse("lms_pages_publish", args=[course.pk]), {"page": picked})
    assert response.status_code == 302, response.status_code


if __name__ == "__main__":
    main(int(sys.argv[1]))
