"""What pages ask of the database once the site is warm: what is somebody's own, and nothing else."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import catalog, lessons_of, make_course


@pytest.fixture
def learner(db):
    return make_person("Lea Learner")


def statements(client: Client, address: str) -> list[str]:
    """Of the third visit; the first fills what is kept."""
    for _visit in range(2):
        assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return [query["sql"] for query in asked if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))]


@pytest.mark.parametrize("lessons", [2, 20])
def test_course_and_lesson(learner, committed, lessons):
    course = make_course(modules=2, lessons=lessons, with_check=False, visibility="public")
    make_enrollment(learner, course)
    client = Client()
    client.force_login(learner)
    committed()
    # The session (which is in Redis in production), and four: person, run, lessons done, header.
    found = statements(client, course.get_url())
    assert len(found) == 1 + 4, "\n".join(sql[:150] for sql in found)
    # … and the visit, in the run and in its day.
    found = statements(client, lessons_of(course)[0].get_url())
    assert len(found) == 1 + 6, "\n".join(sql[:150] for sql in found)


def test_visitors_ask_nothing(committed):
    course = make_course(visibility="public")
    committed()
    for address in ("/", catalog().get_url(), course.get_url()):
        assert statements(Client(), address) == []
