"""Scheduled mail with real PostgreSQL, Redis, worker, beat and SMTP, and a kill -9 at every bad moment."""

import datetime as dt
import io
import os
import subprocess
import sys

import pypdf
import pytest
from django.conf import settings

from deploy.services import clear_redis
from tests.services.processes import Site, mail_server, new_database, wait_until

pytestmark = pytest.mark.services

EVERYBODY = ["board@example.com", "mona@example.com", "rita@example.com"]


@pytest.fixture(scope="module")
def prepared(migrated, tmp_path_factory):
    """The name of a database with an academy in it, of which every test gets a copy."""
    admin, template, broker = migrated
    name = f"lectern_processes_{os.getpid()}"
    with new_database(admin, name, template) as address, mail_server() as mailbox:
        site = Site(address, broker, tmp_path_factory.mktemp("prepared"), mailbox)
        command = [sys.executable, "-m", "tests.services.prepare_academy"]
        subprocess.run(command, env=site.env, cwd=settings.BASE_DIR, check=True)
        # Beat looks every second instead of every minute; what is due is decided by the rows all the same.
        site.sql("UPDATE django_celery_beat_intervalschedule SET every = 1, period = 'seconds'")
        site.sql("UPDATE django_celery_beat_periodictask SET expire_seconds = NULL")
        yield admin, name, broker


@pytest.fixture
def site(prepared, tmp_path):
    admin, template, broker = prepared
    with new_database(admin, f"{template}_copy", template) as address, mail_server() as mailbox:
        clear_redis(broker)
        site = Site(address, broker, tmp_path, mailbox)
        try:
            yield site
        finally:
            site.close()
            clear_redis(broker)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def soon() -> dt.datetime:
    return now() + dt.timedelta(seconds=1)


def results(site: Site) -> dict[str, str]:
    return {address: result for _period, address, result in site.report()}


def test_a_schedule_for_the_next_minute_delivers_one_pdf_per_recipient(site):
    """With two beats and two workers, each message handed out again after seconds: still one each."""
    for _ in range(2):
        site.worker()
        site.beat()
    minute = (now() + dt.timedelta(minutes=1)).replace(second=0, microsecond=0)
    site.schedule_at(minute)
    wait_until(lambda: site.run_state() == "done", "the run is done", seconds=150)
    assert now() >= minute
    assert site.mailbox.count() == dict.fromkeys(EVERYBODY, 1)
    assert results(site) == dict.fromkeys(EVERYBODY, "sent")
    texts = {}
    for address in EVERYBODY:
        mail = site.mailbox.mail_to(address)
        assert mail["Subject"] == "Progress"
        (attachment,) = mail.iter_attachments()
        assert attachment.get_content_type() == "application/pdf"
        document = pypdf.PdfReader(io.BytesIO(attachment.get_content()))
        texts[address] = "".join(page.extract_text() for page in document.pages)
    # Each with the rows they may open: the manager's team is Ada, not Ben.
    assert "Ben Brook" in texts["rita@example.com"] and "Ben Brook" in texts["board@example.com"]
    assert "Ada Able" in texts["mona@example.com"] and "Ben Brook" not in texts["mona@example.com"]
    # Looking again every second has changed nothing.
    assert site.sql("SELECT count(*) FROM reports_run") == [(1,)]


def test_killed_after_the_run_is_created(site):
    beat = site.beat()
    first = site.worker("default")
    site.schedule_at(soon())
    wait_until(lambda: site.run_state() == "due", "the run is noticed")
    site.kill(first)
    site.kill(beat)
    assert results(site) == dict.fromkeys(EVERYBODY, "pending")
    site.worker()
    site.beat()
    wait_until(lambda: site.run_state() == "done", "the run is done")
    assert site.mailbox.count() == dict.fromkeys(EVERYBODY, 1)
    assert results(site) == dict.fromkeys(EVERYBODY, "sent")


def test_killed_while_rendering_and_after_the_pdf_is_rendered(site):
    beat = site.beat()
    sweeper = site.worker("default")
    renderer = site.worker("reports")
    site.schedule_at(soon())
    wait_until(lambda: site.run_state() == "rendering", "somebody renders")
    site.kill(renderer)
    # Its lease would run out after eleven minutes; here that time has passed.
    site.sql("UPDATE reports_run SET lease_until = now() - interval '1 second' WHERE state = 'rendering'")
    site.kill(sweeper)
    renderer = site.worker("reports")
    sweeper = site.worker("default")
    wait_until(lambda: site.run_state() in ("ready", "delivering"), "the files are made", seconds=120)
    site.kill(sweeper)
    site.kill(renderer)
    site.kill(beat)
    assert site.mailbox.count() == {}
    site.worker()
    site.beat()
    wait_until(lambda: site.run_state() == "done", "the run is done")
    assert site.mailbox.count() == dict.fromkeys(EVERYBODY, 1)
    assert results(site) == dict.fromkeys(EVERYBODY, "sent")
    assert site.sql("SELECT fence, attempts FROM reports_run") == [(2, 2)]
    # Of the dead renderer's files nothing is left.
    files = {path.name for path in (site.folder / "private" / "reports").rglob("*.pdf")}
    assert files == {path.rpartition("/")[2] for (path,) in site.sql("SELECT path FROM reports_artifact")}
    assert len(files) == 2


def kill_on_acceptance(site: Site, app: str) -> str:
    """Let the server kill the worker the moment it has accepted a first mail; returns whose mail it was."""
    worker = site.worker(app=app)
    unlucky = []

    def act(address: str) -> None:
        if not unlucky:
            unlucky.append(address)
            site.kill(worker)

    site.mailbox.on_accept = act
    site.beat()
    site.schedule_at(soon())
    wait_until(lambda: unlucky, "the server has accepted a mail")
    wait_until(lambda: worker.poll() is not None, "the worker is dead")
    return unlucky[0]


def test_killed_after_smtp_accepted_and_before_the_commit(site):
    unlucky = kill_on_acceptance(site, "cms")
    sending = [address for address, state in site.mail_states().items() if state == "sending"]
    assert unlucky in sending
    # The leases would run out after eleven minutes; here that time has passed.
    site.sql("UPDATE notifications_outboxmail SET lease_until = now() - interval '1 second' WHERE state = 'sending'")
    site.worker()
    wait_until(lambda: site.run_state() == "partial", "every recipient is settled")
    expected = {address: "unknown" if address in sending else "sent" for address in EVERYBODY}
    assert results(site) == expected
    assert site.mailbox.count()[unlucky] == 1
    assert max(site.mailbox.count().values()) == 1


def test_the_twin_without_the_fence_sends_a_second_mail(site):
    unlucky = kill_on_acceptance(site, "tests.services.unfenced")
    assert site.mailbox.count()[unlucky] == 1
    site.worker(app="tests.services.unfenced")
    wait_until(lambda: set(site.mail_states().values()) == {"sent"}, "the twin believes all is sent")
    assert site.mailbox.count()[unlucky] == 2


def test_beat_down_over_the_slot(site):
    """Down for three days and an hour: the newest is made up for, the others are missed, and both are visible."""
    slot = now().replace(microsecond=0) - dt.timedelta(hours=1)
    site.schedule_at(slot, since=slot - dt.timedelta(days=2, hours=12))
    site.worker()
    assert site.report() == []
    site.beat()
    wait_until(lambda: site.run_state() == "done", "the newest run is done")
    lines = site.report()
    assert [result for _period, _address, result in lines] == ["sent"] * 3 + ["missed"] * 6
    assert len({period for period, _address, _result in lines}) == 3
    assert site.mailbox.count() == dict.fromkeys(EVERYBODY, 1)
