"""Work for the queues. Tasks take ids, may run any number of times, and change nothing the second time."""

from celery import shared_task

from notifications.tasks import send_mail
from reports import services
from reports.models import SLOTS, ReportExport
from reports.selectors.exports import lost_exports, waiting_exports
from reports.services.exports import LONGEST
from workbench import background
from workbench.queue import enqueue


@shared_task(name="reports.tasks.sweep_schedules", ignore_result=True)
def sweep_schedules() -> None:
    """What beat says every minute: look what is due."""
    sweep = services.sweep_schedules()
    for run_id in sweep.to_render:
        enqueue(render_run, run_id)
    for run_id in sweep.to_deliver:
        enqueue(deliver_run, run_id)
    for mail in services.tell_owners():
        enqueue(send_mail, mail.pk)


@shared_task(name="reports.tasks.render_run", ignore_result=True)
def render_run(run_id: int) -> None:
    if services.render_run(run_id=run_id):
        enqueue(deliver_run, run_id)


@shared_task(name="reports.tasks.deliver_run", ignore_result=True)
def deliver_run(run_id: int) -> None:
    for mail in services.deliver_run(run_id=run_id):
        enqueue(send_mail, mail.pk)
    services.finish_runs()


@shared_task(name="reports.tasks.remove_old", ignore_result=True)
def remove_old() -> None:
    """What beat says a few times a day: take away what is older than it is kept."""
    services.remove_old_files()
    services.remove_old_runs()


@shared_task(
    name="reports.tasks.make_export",
    bind=True,
    ignore_result=True,
    soft_time_limit=LONGEST.total_seconds(),
    time_limit=LONGEST.total_seconds() + 60,
)
def make_export(self, export_id: int) -> None:
    """The file somebody asked for; then those who wait because so many are made at once."""
    services.run_export(export_id=export_id, task_id=self.request.id or "")
    for next_id in waiting_exports().values_list("pk", flat=True)[: len(SLOTS)]:
        wake_export(next_id)


def wake_export(export_id: int) -> None:
    background.wake(make_export, ReportExport, export_id)


@shared_task(name="reports.tasks.sweep_exports", ignore_result=True)
def sweep_exports() -> None:
    """Find what no message woke and what has lost its worker, and delete files whose time is over."""
    services.expire_exports()
    for export_id in [*background.forgotten(waiting_exports()), *lost_exports().values_list("pk", flat=True)]:
        wake_export(export_id)
