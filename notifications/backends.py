"""Django's way of sending mail, led into the outbox: nothing leaves this site that has no row there."""

from email.message import Message
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from notifications.message import split_address
from notifications.models import MailKind
from notifications.services import Attachment, Draft, queue_mails
from notifications.tasks import send_mail, sweep_mail
from workbench.queue import enqueue_on_commit

# More at once are left to the sweep: a message to the broker for each would hold up whoever waits for the answer.
WOKEN_SINGLY = 10


class OutboxBackend(BaseEmailBackend):
    """Writes one outbox mail per recipient, and sends them once the transaction around is committed.

    Whatever comes this way is written by Django or a library, such as a link to set a password, so all of it is
    private. Each recipient gets a copy of their own; nobody sees the other addresses.
    """

    def send_messages(self, email_messages) -> int:
        messages = [message for message in email_messages if message.recipients()]
        to = [(message, *split_address(recipient)) for message in messages for recipient in message.recipients()]
        people = get_user_model().objects.with_address(*(address for _message, _name, address in to))
        by_address = {person.email.lower(): person for person in people}
        drafts = [draft_of(message, name, address, by_address.get(address.lower())) for message, name, address in to]
        with transaction.atomic():
            mails = queue_mails(drafts)
            if len(mails) > WOKEN_SINGLY:
                enqueue_on_commit(sweep_mail)
            else:
                for mail in mails:
                    enqueue_on_commit(send_mail, mail.pk)
        return len(messages)


def draft_of(message: EmailMessage, name: str, address: str, person: Any) -> Draft:
    html = next((body for body, kind in getattr(message, "alternatives", None) or () if kind == "text/html"), "")
    text = message.body
    if message.content_subtype == "html":
        text, html = "", message.body
    return Draft(
        kind=MailKind.ACCOUNT,
        to=address,
        to_name=name,
        subject=str(message.subject),
        text=text,
        html=html,
        attachments=[attachment_of(item) for item in message.attachments],
        recipient=person,
        headers=headers_of(message),
        is_private=True,
    )


def headers_of(message: EmailMessage) -> dict[str, str]:
    """What the message asks for beyond our own headers. Another sender becomes the address for replies."""
    own = {"from", "to", "cc", "bcc", "subject", "date", "message-id", "auto-submitted"}
    headers = {name: str(value) for name, value in message.extra_headers.items() if name.lower() not in own}
    if message.reply_to:
        headers["Reply-To"] = ", ".join(str(address) for address in message.reply_to)
    elif message.from_email not in (settings.DEFAULT_FROM_EMAIL, settings.SERVER_EMAIL):
        headers.setdefault("Reply-To", str(message.from_email))
    return headers


def attachment_of(item) -> Attachment:
    """One of ours from what Django takes: a MIME part, or (name, content, type)."""
    if isinstance(item, Message):
        return Attachment(
            item.get_filename() or "file", item.get_content_type(), "", item.get_payload(decode=True) or b""
        )
    name, content, content_type = item
    content = content.encode() if isinstance(content, str) else content
    return Attachment(name or "file", content_type or "application/octet-stream", "", content)
