"""Which database is migrated, and where reports read."""

import datetime as dt
import zoneinfo

import pytest
from django.db import connection, connections
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cms.routers import Router
from reports.definitions import shipped
from reports.moments import Moment
from reports.registries import source_for
from reports.selectors.results import Prepared, report_result, report_stream
from tests.factories.accounts import make_person
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course

MOMENT = Moment(at=dt.datetime(2026, 11, 23, 7, 0, tzinfo=dt.UTC), zone=zoneinfo.ZoneInfo("Europe/Berlin"))


def test_a_replica_is_never_migrated():
    assert Router().allow_migrate("default", "learning") is True
    assert Router().allow_migrate("replica", "learning") is False


@pytest.fixture
def replica(settings):
    """The same database through a connection that cannot write, as a server that follows would answer."""
    # A test may use the databases of its settings only, which it knows by their connections' own names.
    link = connections.create_connection("default")
    read_only = {**link.settings_dict["OPTIONS"], "options": "-c jit=off -c default_transaction_read_only=on"}
    link.settings_dict = {**connection.settings_dict, "OPTIONS": read_only}
    connections["replica"] = link
    settings.REPORTS_DATABASE = "replica"
    yield link
    link.close()
    del connections["replica"]


@pytest.mark.services
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_every_shipped_report_reads_the_replica_alone(replica):
    viewer = make_person("Rita Report", roles=("report_administrator",))
    course = make_course(modules=1, lessons=2)
    make_enrollment(make_person(), course, done=1)
    # What somebody may see at all is asked of the first database, where a right ends at once.
    assert viewer.get_all_permissions()
    read = 0
    for definition in shipped.values():
        # Preparing asks the first one for what was entered by name: teams, courses.
        names = {entry.name for entry in definition.spec.filters}
        given = {"course_any_of": [str(course.translation_key)]} if "course_any_of" in names else {}
        prepared = Prepared(definition=definition, viewer=viewer, moment=MOMENT, given=given)
        with CaptureQueriesContext(connection) as first, CaptureQueriesContext(replica) as second:
            report_result(prepared, limit=50)
            list(report_stream(prepared).rows)
        assert [query["sql"] for query in first] == [], definition.slug
        if source_for(definition.spec.source).database() == "analytics":
            # Rollups have a database of their own; what the chosen course is called has not.
            assert len(second) == 1, definition.slug
        else:
            assert len(second) >= 2, definition.slug
        read += 1
    assert read == len(shipped) >= 29
    with pytest.raises(InternalError, match="read-only"):
        User.objects.using("replica").update(first_name="x")
