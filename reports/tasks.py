"""Work for the queues. Tasks take ids, may run any number of times, and change nothing the second time."""

from celery import shared_task

from notifications.tasks import send_mail
from reports import services
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
