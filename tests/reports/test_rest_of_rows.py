"""A mailed PDF leaves rows out: all of them wait on the site, for those who got it, as long as its files are kept."""

import datetime as dt

import pypdf
import pytest
from django.core.files.storage import storages
from django.urls import reverse

from reports.exports.pdf import export_pdf
from reports.models import Artifact, Run
from reports.services import deliver_run, remove_old_files, render_run
from tests.factories.accounts import make_person, make_team
from tests.factories.learning import make_enrollment
from tests.factories.lms_pages import make_course
from tests.factories.runs import MONDAY, make_delivered_run, make_ready_run

pytestmark = pytest.mark.django_db

NAMES = ("Ada Able", "Ben Baker", "Cleo Clark")


@pytest.fixture(autouse=True)
def small_pdf(monkeypatch):
    """Two rows are what a PDF has room for, and drawing takes no time."""
    monkeypatch.setattr("reports.services.rendering.MOST_ROWS", 2)
    monkeypatch.setattr("reports.services.files.export_pdf", lambda result, path, *, cover: path.write_text(cover.url))


@pytest.fixture
def reader():
    return make_person("Rita Reader", roles=("report_administrator",))


@pytest.fixture
def learners():
    course = make_course()
    people = [make_person(name) for name in NAMES]
    for person in people:
        make_enrollment(person, course)
    return people


def files_of(run) -> list[tuple[str, int, int, bool]]:
    return [
        (file.format, file.rows_shown, file.rows_total, file.is_beside) for file in run.artifacts.order_by("-format")
    ]


def test_every_row_waits_beside_a_pdf_that_leaves_some_out(client, reader, learners):
    run = make_ready_run(people=[reader], formats=["pdf"], delivery="attach")
    assert files_of(run) == [("pdf", 2, 3, False), ("csv", 3, 3, True)]
    assert run.artifacts.get(format="pdf").open().read().decode() == (
        f"http://testserver/reports/received/run/{run.uuid}/"
    )
    (mail,) = deliver_run(run_id=run.pk)
    assert [item.name for item in mail.attachments.all()] == ["course-progress-2026-W48-1.pdf"]
    page = reverse("reports:received", args=[run.deliveries.get().uuid])
    for body in (mail.text, mail.html):
        assert "The report is attached." in body
        assert "A file with every one of them is kept on the site for 30 days, where you sign in:" in body
        assert f"http://testserver{page}" in body
        assert "PDF: 2 of 3 rows" in body and "CSV" not in body
    client.force_login(reader)
    assert client.get(reverse("reports:received_run", args=[run.uuid])).url == page
    assert "Showing 3 of 3 rows" in client.get(page).content.decode()
    # Made with the PDF: who comes later is in neither.
    make_enrollment(make_person("Dora Day"))
    answer = client.get(reverse("reports:received_file", args=[run.deliveries.get().uuid, "csv"]))
    text = b"".join(answer.streaming_content).decode()
    assert [name in text for name in (*NAMES, "Dora Day")] == [True, True, True, False]


@pytest.mark.parametrize(
    ("formats", "most"), [(["pdf"], 3), (["pdf", "csv"], 2), (["pdf", "xlsx"], 2), (["csv"], 2), (["pdf", "json"], 2)]
)
def test_nothing_waits_where_all_rows_are_in_what_was_asked_for(monkeypatch, reader, learners, formats, most):
    monkeypatch.setattr("reports.services.rendering.MOST_ROWS", most)
    run = make_ready_run(people=[reader], formats=formats, delivery="attach")
    assert {(kind, is_beside) for kind, _shown, _total, is_beside in files_of(run)} == {
        (kind, False) for kind in formats
    }
    (mail,) = deliver_run(run_id=run.pk)
    assert "every one of them" not in mail.text
    assert "/reports/received/" not in mail.text


def test_behind_a_link_stand_both(client, reader, learners):
    run = make_ready_run(people=[reader], formats=["pdf"], delivery="link")
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.attachments.count() == 0
    for body in (mail.text, mail.html):
        assert "Open it on the site, where you sign in and it is kept for 30 days:" in body
        assert "PDF: 2 of 3 rows" in body and "CSV: 3 of 3 rows" in body


def test_what_waits_makes_no_mail_too_large(reader, learners):
    run = make_ready_run(people=[reader], report="enrollment-funnel", formats=["pdf"])
    run.artifacts.update(is_personal=False)
    run.artifacts.filter(format="csv").update(size=10**9)
    (mail,) = deliver_run(run_id=run.pk)
    assert mail.attachments.count() == 1


def test_who_cannot_sign_in_is_told_whom_to_ask(learners):
    run = make_ready_run(addresses=["board@example.com"], formats=["pdf"])
    (mail,) = deliver_run(run_id=run.pk)
    assert [item.name for item in mail.attachments.all()] == ["course-progress-2026-W48-1.pdf"]
    for body in (mail.text, mail.html):
        assert f"Ask {run.schedule.owner.name} for the file with every one of them." in body
        assert "/reports/received/" not in body


def test_the_link_in_a_shared_pdf_leads_each_to_their_own_and_nobody_else_anywhere(client, reader, learners):
    manager = make_person("Mona Manager", roles=("manager",))
    make_team(managers=[manager], members=learners[:1])
    run = make_ready_run(people=[reader, manager], formats=["pdf"])
    address = reverse("reports:received_run", args=[run.uuid])
    assert client.get(address).url == f"/accounts/login/?next={address}"
    for person in (reader, manager):
        client.force_login(person)
        own = run.deliveries.get(recipient=person)
        assert client.get(address).url == reverse("reports:received", args=[own.uuid])
    # A manager of one learner has one row, and so no need of another file.
    assert [kind for kind, *_rest in files_of(run)] == ["pdf", "pdf", "csv"]
    assert client.get(reverse("reports:received_file", args=[own.uuid, "csv"])).status_code == 404
    client.force_login(make_person(roles=("administrator",)))
    assert client.get(address).status_code == 404


def test_it_goes_with_the_other_files(client, reader, learners):
    run = make_delivered_run(people=[reader], formats=["pdf"])
    Run.objects.update(ready_at=MONDAY)
    path = run.artifacts.get(format="csv").path
    assert remove_old_files(now=MONDAY + dt.timedelta(days=30)) == 0
    assert remove_old_files(now=MONDAY + dt.timedelta(days=31)) == 2
    assert not storages["private"].exists(path)
    client.force_login(reader)
    answer = client.get(reverse("reports:received_file", args=[run.deliveries.get().uuid, "csv"]))
    assert answer.status_code == 410
    assert "Files of reports are kept for 30 days, and those of this one have been removed." in answer.content.decode()


def test_another_attempt_goes_on_from_both(monkeypatch, reader, learners):
    run = make_ready_run(people=[reader], formats=["pdf"])
    made = set(Artifact.objects.values_list("uuid", flat=True))
    run.deliveries.all().delete()
    Run.objects.update(state="due")
    assert render_run(run_id=run.pk, now=MONDAY + dt.timedelta(hours=1))
    assert set(Artifact.objects.values_list("uuid", flat=True)) == made


def test_the_pdf_itself_says_so(monkeypatch, reader, learners):
    monkeypatch.setattr("reports.services.files.export_pdf", export_pdf)
    run = make_ready_run(people=[reader], formats=["pdf"])
    document = pypdf.PdfReader(run.artifacts.get(format="pdf").open())
    text = " ".join(document.pages[-1].extract_text().split())
    assert "Rows: showing 2 of 3." in text
    assert "Sign in and download it; it is kept for 30 days" in text
    links = [link.get_object() for page in document.pages for link in page.get("/Annots", [])]
    assert [link["/A"]["/URI"] for link in links] == [f"http://testserver/reports/received/run/{run.uuid}/"]
