"""`manage.py send_test_mail ADDRESS`: hand one mail to the mail server now, and say in words what it answered."""

from django.core.management.base import BaseCommand, CommandError

from notifications.exceptions import MailRefused
from notifications.models import MailState, OutboxMail
from notifications.selectors import state_sentence
from notifications.services import hand_over_mail, send_test_mail


class Command(BaseCommand):
    help = "Send a test mail to ADDRESS, without a worker, and say what became of it."

    def add_arguments(self, parser):
        parser.add_argument("address")

    def handle(self, *args, address, **options):
        try:
            mail = send_test_mail(to=address)
        except MailRefused as refused:
            raise CommandError(str(refused)) from refused
        hand_over_mail(mail_id=mail.pk)
        mail = OutboxMail.objects.get(pk=mail.pk)
        sentence = state_sentence(mail)
        if mail.state == MailState.PENDING:
            sentence = f"{mail.last_error} {sentence}"
        if mail.state != MailState.SENT:
            raise CommandError(sentence)
        self.stdout.write(sentence)
