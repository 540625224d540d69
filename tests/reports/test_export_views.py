"""The pages of exports: one's own alone, how far one is, its download, and what is refused."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reports.models import ExportState, Format, ReportExport
from reports.selectors.exports import exports_state, ready_exports
from reports.services import exports, run_export
from tests.factories.accounts import make_person
from tests.factories.exports import ask_for
from tests.factories.learning import make_enrollment

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    found = make_person("Ada Admin", roles=("report_administrator",))
    client.force_login(found)
    return found


@pytest.fixture
def export(ada):
    make_enrollment(make_person("Lea Learner"))
    return ask_for(ada)


def address(export, name=""):
    return reverse(f"reports_export{name and '_'}{name}", args=[export.uuid])


def text(client, export):
    answer = client.get(address(export))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_page_of_each_state(client, export):
    assert "Cancel, and keep no file" in text(client, export)
    assert client.get(address(export, "file")).status_code == 404
    exports.claim_export(export.pk, "")
    assert "Asking the database" in text(client, export)
    exports.Teller(ReportExport.objects.get())(0, 3211)
    assert client.get(address(export, "progress")).json() == {
        "state": "working",
        "is_busy": True,
        "done": 0,
        "total": 3211,
        "words": "0 of 3,211 rows written",
    }
    exports.leave(ReportExport.objects.get(), ExportState.FAILED, sentence="There was no room.")
    assert "There was no room." in text(client, export) and "Make it again" in text(client, export)
    client.post(address(export, "again"))
    assert "Download course-progress-" in text(client, export)
    ReportExport.objects.update(path="")
    assert "The file was deleted when its time was over." in text(client, export)


def test_the_file_is_downloaded_and_that_is_noted(client, ada, export):
    run_export(export_id=export.pk)
    assert (ready_exports(ada).count, ready_exports(ada).words) == (1, "export is ready to download")
    answer = client.get(address(export, "file"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="course-progress-2026-11-23.csv"'
    assert b"Lea Learner" in b"".join(answer.streaming_content)
    assert ready_exports(ada).count == 0


def test_nobody_else_finds_it(client, ada, export):
    run_export(export_id=export.pk)
    client.force_login(make_person(roles=("administrator",)))
    for name in ("", "progress", "file"):
        assert client.get(address(export, name)).status_code == 404
    for name in ("cancel", "again"):
        assert client.post(address(export, name)).status_code == 404
    assert client.get(reverse("reports_exports")).context["exports"] == []
    assert ReportExport.objects.get().state == ExportState.DONE


def test_whoever_lost_access_does_not_open_the_file(client, ada, export):
    run_export(export_id=export.pk)
    ReportExport.objects.update(scope_hash="of other rows")
    assert client.get(address(export, "file")).status_code == 404
    page = text(client, export)
    assert "Which rows you may open has changed since this file was made, so it is closed." in page
    # There is no button for that here: the report has it.
    assert "Open the report and ask for the file again." in page and "Make it again" not in page
    ada.groups.clear()
    client.force_login(get_user_model().objects.get(pk=ada.pk))
    assert client.get(address(export)).status_code in (302, 404)
    assert client.get(address(export, "file")).status_code in (302, 404)
    assert ready_exports(get_user_model().objects.get(pk=ada.pk)) is None


def test_a_report_that_is_gone_closes_its_files(client, export):
    run_export(export_id=export.pk)
    ReportExport.objects.update(report="no-such-report")
    assert client.get(address(export, "file")).status_code == 404
    assert "You may not open this report any more" in text(client, export)


def test_changes_are_posts(client, export):
    for name in ("cancel", "again"):
        assert client.get(address(export, name)).status_code == 405
    assert ReportExport.objects.get().state == ExportState.WAITING
    client.post(address(export, "cancel"))
    assert ReportExport.objects.get().state == ExportState.CANCELLED
    assert "nothing of it was kept" in text(client, export)


def test_the_list_and_the_pages_cost_the_same_however_many_there_are(client, ada, export):
    make_enrollment(make_person("Bo Learner"))

    def queries(url):
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(url).status_code == 200
        return len(found)

    run_export(export_id=export.pk)
    urls = [reverse("reports_exports"), address(export), address(export, "progress")]
    [queries(url) for url in urls]
    few = [queries(url) for url in urls]
    for kind in (Format.JSON, Format.XLSX, Format.PDF):
        ask_for(ada, kind)
    assert [queries(url) for url in urls] == few
    assert (exports_state().waiting, exports_state().running, exports_state().failed) == (3, 0, 0)


def test_the_empty_list_says_what_to_do(client, ada):
    assert "You have asked for no long file yet" in client.get(reverse("reports_exports")).content.decode()
